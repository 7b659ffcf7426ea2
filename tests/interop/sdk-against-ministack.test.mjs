// The npm package, in Chromium, against a backend that nobody here wrote. It listens on loopback and issues tokens as
// `https://cognito-idp.us-east-1.amazonaws.com/...`: endpoint and issuer are two things.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { CognitoIdentityClient, CreateIdentityPoolCommand, SetIdentityPoolRolesCommand } from '@aws-sdk/client-cognito-identity';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  NotAuthorizedException,
  SetUserPoolMfaConfigCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { startMinistack } from '../support/ministack.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { authenticatorApp, wrong } from '../support/mfa-pool.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { openSteps } from '../support/step-page.mjs';
import { newPerson } from '../support/target.mjs';

let peer;
let recorder;
let pages;
let config;

before(async () => {
  peer = await startMinistack();
  recorder = await startRecorder(peer.endpoint);
  pages = await startPackagePages();
  // No issuer: the default, derived from the pool id, is the one that the emulator uses.
  config = { userPoolId: peer.poolId, clientId: peer.clientId, endpoint: recorder.url };
});
after(async () => {
  await pages?.stop();
  await recorder?.close();
  await peer?.stop();
});

test('a person signs up, confirms and signs in by SRP; the password never leaves the browser while signing in', async () => {
  const page = await pages.newPage();
  const person = newPerson();
  const signedUp = await withAuth(page, config, async (auth, { email, password, code }) => {
    const result = await auth.signUp({ username: email, password, attributes: { email } });
    await auth.confirmSignUp({ username: email, code });
    return result;
  }, { ...person, code: peer.codes.confirmation });
  assert.equal(signedUp.error, undefined);
  assert.equal(signedUp.result.confirmed, false);

  const from = recorder.exchanges.length;
  const { result, error } = await signIn(page, person);
  assert.equal(error, undefined);
  assert.equal(result.step, 'done');
  assert.equal(result.user.email, person.email);
  assert.equal(result.state.status, 'signedIn');
  const sent = recorder.exchanges.slice(from);
  assert.ok(sent.some(({ request }) => request.includes('"USER_SRP_AUTH"')));
  assert.ok(sent.some(({ request }) => request.includes('"PASSWORD_CLAIM_SIGNATURE"')));
  assert.ok(!sent.some(({ request }) => request.includes(person.password)));
});

test('a wrong password is incorrect_credentials and nobody is signed in', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson();
  const { error } = await signIn(page, { ...person, password: 'Wrong-Horse9!' });
  assert.equal(error.isAuthError, true);
  assert.equal(error.code, 'incorrect_credentials');
  assert.equal(error.serviceType, 'NotAuthorizedException');
  assert.equal(error.outcome, 'answered');
  assert.equal((await withAuth(page, config, (auth) => auth.state)).result.status, 'signedOut');
});

test('the password flow signs in, too', async () => {
  const page = await pages.newPage();
  const { result, error } = await signIn(page, { ...await confirmedPerson(), flow: 'password' });
  assert.equal(error, undefined);
  assert.equal(result.step, 'done');
});

test('isolation `page`: the same code signs in without a worker', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson();
  const here = { ...config, isolation: 'page', persistence: 'memory' };
  const { result, error } = await withAuth(page, here, async (auth, { email, password }) => (await auth.signIn({ username: email, password })).kind, person);
  assert.equal(error, undefined);
  assert.equal(result, 'done');
  assert.equal(page.workers().length, 0);
});

test('auth.fetch carries the access token to the API that is listed, and to no other', async () => {
  const seen = [];
  const api = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'authorization');
    if (request.method === 'GET') seen.push(`${request.url} ${request.headers.authorization}`);
    response.end(request.method === 'GET' ? JSON.stringify({ path: request.url }) : '');
  });
  await new Promise((resolve) => { api.listen(0, '127.0.0.1', resolve); });
  try {
    const origin = `http://localhost:${api.address().port}`;
    const page = await pages.newPage();
    const { result, error } = await withAuth(page, { ...config, api: [{ origin, path: '/v1' }] }, async (auth, { email, password, url }) => {
      await auth.signIn({ username: email, password });
      const answer = await (await auth.fetch(`${url}/v1/me`)).json();
      const refused = await auth.fetch(`${url}/v2/me`).catch(({ code }) => code);
      return { answer, refused };
    }, { ...await confirmedPerson(), url: origin });
    assert.equal(error, undefined);
    assert.deepEqual(result, { answer: { path: '/v1/me' }, refused: 'invalid_parameter' });
    assert.equal(seen.length, 1);
    const [, token] = /^\/v1\/me Bearer (\S+)$/.exec(seen[0]);
    assert.equal(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).token_use, 'access');
  } finally {
    api.close();
  }
});

test('a password outside ASCII makes the same claim as theirs', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson('Pässwörd-Ω7-日本');
  assert.equal((await signIn(page, person)).result?.step, 'done');
});

test('a refresh gives new tokens, and a reload keeps the person signed in', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson();
  await signIn(page, person);
  const before = recorder.of('GetTokensFromRefreshToken').length;
  const refreshed = await withAuth(page, config, (auth) => auth.refresh());
  assert.equal(refreshed.error, undefined);
  assert.equal(refreshed.result.email, person.email);
  const exchanges = recorder.of('GetTokensFromRefreshToken').slice(before);
  assert.equal(exchanges.length, 1);
  const fresh = JSON.parse(exchanges[0].response).AuthenticationResult.AccessToken;
  const profile = await withAuth(page, config, (auth) => auth.getUser());
  assert.equal(profile.result.attributes.email, person.email);
  assert.ok(recorder.of('GetUser').at(-1).request.includes(fresh), 'the new access token is the one in use');

  await pages.reload(page);
  const state = (await withAuth(page, config, (auth) => auth.state)).result;
  assert.equal(state.status, 'signedIn');
  assert.equal(state.user.email, person.email);
});

test('signing out revokes the refresh token at the service', async () => {
  const page = await pages.newPage();
  await signIn(page, await confirmedPerson());
  const { RefreshToken } = lastTokens();
  const refresh = () => peer.admin.send(new GetTokensFromRefreshTokenCommand({ ClientId: peer.clientId, RefreshToken }));
  assert.ok((await refresh()).AuthenticationResult, 'the token works before');
  const { result, error } = await withAuth(page, config, async (auth) => ({ out: await auth.signOut(), state: auth.state }));
  assert.equal(error, undefined);
  assert.equal(result.out.revoked, true);
  assert.equal(result.state.status, 'signedOut');
  await assert.rejects(refresh(), NotAuthorizedException);
  await pages.reload(page);
  assert.equal((await withAuth(page, config, (auth) => auth.state)).result.status, 'signedOut');
});

test('signing out everywhere ends the other session, too', async () => {
  const person = await confirmedPerson();
  const here = await pages.newPage();
  const there = await pages.newPage();
  await signIn(there, person);
  const { AccessToken } = lastTokens();
  await signIn(here, person);
  const { result, error } = await withAuth(here, config, (auth) => auth.signOut({ everywhere: true }));
  assert.equal(error, undefined);
  assert.equal(result.everywhere, true);
  await assert.rejects(peer.admin.send(new GetUserCommand({ AccessToken })), NotAuthorizedException);
});

test('a person whom an administrator made chooses a password as a step', async () => {
  const page = await pages.newPage();
  const { email, password } = newPerson();
  await peer.admin.send(new AdminCreateUserCommand({
    UserPoolId: peer.poolId, Username: email, TemporaryPassword: 'Temporary-1!', MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: email }],
  }));
  const { result, error } = await withAuth(page, config, async (auth, person) => {
    const step = await auth.signIn({ username: person.email, password: 'Temporary-1!' });
    const kinds = [step.kind];
    const next = await step.respond({ password: person.password });
    return { kinds: [...kinds, next.kind], user: next.user };
  }, { email, password });
  assert.equal(error, undefined);
  assert.deepEqual(result.kinds, ['newPassword', 'done']);
  assert.equal(result.user.email, email);
});

test('an authenticator app that is enrolled is asked for a code, and a wrong one leaves the step', async (t) => {
  const mfa = (MfaConfiguration) => peer.admin.send(new SetUserPoolMfaConfigCommand({
    UserPoolId: peer.poolId, MfaConfiguration, SoftwareTokenMfaConfiguration: { Enabled: MfaConfiguration !== 'OFF' },
  }));
  await mfa('OPTIONAL');
  t.after(() => mfa('OFF'));
  const { email, password } = await confirmedPerson();
  const steps = await openSteps(pages, config);
  assert.equal((await steps.signIn({ username: email, password })).kind, 'done');
  const secret = await steps.run(async (auth) => {
    globalThis.setUp = await auth.mfa.setUpTotp();
    return globalThis.setUp.secret;
  });
  const app = authenticatorApp(secret);
  await steps.run((auth, code) => globalThis.setUp.confirm({ code }), app.next());

  const asked = await steps.signIn({ username: email, password });
  assert.deepEqual([asked.kind, asked.factor, asked.purpose, asked.destination], ['code', 'totp', 'mfa', 'TOTP device']);
  await steps.reload();
  const code = app.next();
  assert.equal((await steps.respond({ code: wrong(code) })).error.code, 'code_mismatch');
  const done = await steps.respond({ code });
  assert.deepEqual([done.kind, done.user?.email], ['done', email]);
});

test('a custom challenge is asked, and again after a wrong answer, until the service has had enough', async () => {
  const { UserPoolClient } = await peer.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: peer.poolId, ClientName: 'custom', ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  const { email } = await confirmedPerson();
  const steps = await openSteps(pages, { ...config, clientId: UserPoolClient.ClientId });
  // Without triggers it makes up a challenge of its own, and takes no answer to it.
  const asked = await steps.signIn({ username: email, flow: 'custom' });
  assert.deepEqual([asked.kind, asked.parameters], ['custom', { challenge: 'PROVIDE_AUTH_PARAMETERS' }]);
  assert.equal((await steps.respond({ answer: 'x' })).kind, 'custom');
  assert.equal((await steps.reload()).kind, 'custom');
  assert.equal((await steps.respond({ answer: 'x' })).kind, 'custom');
  const { error } = await steps.respond({ answer: 'x' });
  assert.equal(error.serviceType, 'NotAuthorizedException');
});

test('a forgotten password is replaced, and a known one changed', async () => {
  const page = await pages.newPage();
  const { email } = await confirmedPerson();
  const { result, error } = await withAuth(page, config, async (auth, { username, code }) => {
    await auth.forgotPassword({ username });
    await auth.confirmForgotPassword({ username, code, password: 'Fresh-Horse11!' });
    await auth.signIn({ username, password: 'Fresh-Horse11!' });
    await auth.changePassword({ currentPassword: 'Fresh-Horse11!', newPassword: 'Third-Horse12!' });
    await auth.signOut();
    return (await auth.signIn({ username, password: 'Third-Horse12!' })).kind;
  }, { username: email, code: peer.codes.recovery });
  assert.equal(error, undefined);
  assert.equal(result, 'done');
});

test('tokens of another issuer than the configured one are refused', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson();
  const { error } = await signIn(page, person, { ...config, issuer: recorder.url + '/' + peer.poolId });
  assert.equal(error.code, 'token_rejected');
  assert.equal((await withAuth(page, config, (auth) => auth.state)).result.status, 'signedOut');
});

test('refusals of the service have their own codes', async () => {
  const page = await pages.newPage();
  const { email, password } = await confirmedPerson();
  const code = async (task, input) => (await withAuth(page, config, task, input)).error?.code;
  assert.equal(await code((auth, input) => auth.signUp(input), { username: email, password }), 'username_exists');
  assert.equal(await code((auth, input) => auth.signUp(input), { username: newPerson().email, password: 'short' }), 'invalid_password');
  const other = newPerson();
  await withAuth(page, config, (auth, input) => auth.signUp(input), { username: other.email, password: other.password });
  assert.equal(await code((auth, input) => auth.confirmSignUp(input), { username: other.email, code: '999999' }), 'code_mismatch');
  assert.equal(await code((auth) => auth.getUser(), undefined), 'signed_out');
});

test('credentials of its identity pool: the login of the user pool, and a guest who signs in', async () => {
  const admin = new CognitoIdentityClient({ endpoint: peer.endpoint, region: peer.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });
  const ProviderName = `cognito-idp.${peer.region}.amazonaws.com/${peer.poolId}`;
  const { IdentityPoolId } = await admin.send(new CreateIdentityPoolCommand({
    IdentityPoolName: 'interop', AllowUnauthenticatedIdentities: true, CognitoIdentityProviders: [{ ProviderName, ClientId: peer.clientId }],
  }));
  const role = 'arn:aws:iam::000000000000:role/people';
  await admin.send(new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { authenticated: role, unauthenticated: role } }));
  admin.destroy();
  const page = await pages.newPage();
  const withPool = { ...config, identityPoolId: IdentityPoolId, identityEndpoint: recorder.url };
  const ask = () => withAuth(page, withPool, async (auth) => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration, identityId } = await auth.credentials();
    return { all: Boolean(accessKeyId && secretAccessKey && sessionToken), lasts: expiration.getTime() - Date.now(), identityId, same: identityId === await auth.identityId() };
  });
  const guest = await ask();
  assert.equal(guest.error, undefined);
  assert.ok(guest.result.all && guest.result.same && guest.result.lasts > 300_000);
  assert.equal((await signIn(page, await confirmedPerson(), withPool)).error, undefined);
  const known = await ask();
  assert.equal(known.error, undefined);
  assert.ok(known.result.all && known.result.same);
  const sent = JSON.parse(recorder.of('GetCredentialsForIdentity').at(-1).request);
  assert.deepEqual(Object.keys(sent.Logins), [ProviderName]);
});

function signIn(page, { email, password, flow }, configuration = config) {
  return withAuth(page, configuration, async (auth, input) => {
    const step = await auth.signIn(input);
    return { step: step.kind, user: step.user, state: auth.state };
  }, { username: email, password, ...(flow && { flow }) });
}

function lastTokens() {
  return recorder.exchanges.map(({ response }) => response).filter((text) => text.includes('"RefreshToken"')).map((text) => JSON.parse(text).AuthenticationResult).at(-1);
}

async function confirmedPerson(password = newPerson().password) {
  const { email } = newPerson();
  const names = { UserPoolId: peer.poolId, Username: email };
  await peer.admin.send(new AdminCreateUserCommand({ ...names, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: email }] }));
  await peer.admin.send(new AdminSetUserPasswordCommand({ ...names, Password: password, Permanent: true }));
  return { email, password };
}
