// What is begun or sent in one pool is worth nothing in another, not even to the same person with the same password.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { startBackend } from '../support/backend.mjs';
import { code, messages } from '../support/inbox.mjs';
import { adminClient } from '../support/target.mjs';
import { Api } from '../support/user-pools-api.mjs';

let backend;
let admin;
let here;
let there;

before(async () => {
  backend = await startBackend();
  admin = adminClient(backend.url);
  [here, there] = [await pool('here'), await pool('there')];
});
after(async () => {
  admin?.destroy();
  await backend?.stop();
});

async function pool(PoolName) {
  const { UserPool } = await admin.send(new CreateUserPoolCommand({
    PoolName, UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'],
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  }));
  const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: UserPool.Id, ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  return new Api({ url: backend.url, poolId: UserPool.Id, clientId: UserPoolClient.ClientId });
}

/** Somebody in both pools, with one address and one password. */
async function twin({ temporary = false } = {}) {
  const { email, password } = here.newPerson();
  for (const { backend: { poolId: UserPoolId } } of [here, there]) {
    await admin.send(new AdminCreateUserCommand({
      UserPoolId, Username: email, MessageAction: 'SUPPRESS', TemporaryPassword: password,
      UserAttributes: [{ Name: 'email', Value: email }, { Name: 'email_verified', Value: 'true' }],
    }));
    if (!temporary) await admin.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: password, Permanent: true }));
  }
  return { email, password };
}

function refused({ status, body, text }, type) {
  assert.deepEqual([status, body?.__type], [400, type], text);
}

test('a proof of the password for one pool is none for another', async () => {
  const { email, password } = await twin();
  const started = await here.srpStart(email);
  const claim = here.srpClaim(started, password);
  refused(await there.srpAnswer(claim), 'NotAuthorizedException');
  refused(await there.srpAnswer(there.srpClaim(started, password)), 'NotAuthorizedException');
  assert.equal((await here.srpAnswer(claim)).status, 200, 'its own pool takes it');
});

test('a temporary password is not replaced through another pool', async () => {
  const { email, password } = await twin({ temporary: true });
  const asked = await here.ok('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: here.clientId, AuthParameters: { USERNAME: email, PASSWORD: password } });
  const answer = { ChallengeName: asked.ChallengeName, Session: asked.Session, ChallengeResponses: { USERNAME: email, NEW_PASSWORD: 'Another-Horse10!' } };
  refused(await there.call('RespondToAuthChallenge', { ClientId: there.clientId, ...answer }), 'NotAuthorizedException');
  assert.equal((await here.call('RespondToAuthChallenge', { ClientId: here.clientId, ...answer })).status, 200);
});

test('codes confirm and recover in their own pool only', async () => {
  const { email, password } = here.newPerson();
  for (const { clientId } of [here, there]) await here.ok('SignUp', { ClientId: clientId, Username: email, Password: password });
  const sent = await newestCodes(email, 2);
  for (const [api, wrong] of [[here, sent[1]], [there, sent[0]]]) {
    refused(await api.call('ConfirmSignUp', { ClientId: api.clientId, Username: email, ConfirmationCode: wrong }), 'CodeMismatchException');
  }
  await here.ok('ConfirmSignUp', { ClientId: here.clientId, Username: email, ConfirmationCode: sent[0] });
  await there.ok('ConfirmSignUp', { ClientId: there.clientId, Username: email, ConfirmationCode: sent[1] });
  await here.ok('ForgotPassword', { ClientId: here.clientId, Username: email });
  const ConfirmationCode = await code(backend.url, email, { count: 3 });
  const recovery = { Username: email, Password: 'Another-Horse10!', ConfirmationCode };
  const elsewhere = await there.call('ConfirmForgotPassword', { ClientId: there.clientId, ...recovery });
  assert.equal(elsewhere.status, 400, elsewhere.text);
  await here.ok('ConfirmForgotPassword', { ClientId: here.clientId, ...recovery });
});

test('refresh tokens, access tokens and devices stay in their pool', async () => {
  const { email, password } = await twin();
  const tokens = await here.tokens({ email, password });
  const DeviceKey = tokens.NewDeviceMetadata.DeviceKey;
  refused(await there.call('GetTokensFromRefreshToken', { ClientId: there.clientId, RefreshToken: tokens.RefreshToken }), 'NotAuthorizedException');
  const other = await there.tokens({ email, password });
  const foreign = await there.call('GetDevice', { AccessToken: other.AccessToken, DeviceKey });
  assert.equal(foreign.status, 400, foreign.text);
  const known = await there.call('InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH', ClientId: there.clientId, AuthParameters: { USERNAME: email, PASSWORD: password, DEVICE_KEY: DeviceKey },
  });
  assert.ok(known.body.__type === 'ResourceNotFoundException' || known.body.AuthenticationResult?.NewDeviceMetadata.DeviceKey !== DeviceKey, known.text);
});

// Oldest first.
async function newestCodes(email, count) {
  await code(backend.url, email, { count });
  return (await messages(backend.url, email)).map((message) => message.code).reverse();
}
