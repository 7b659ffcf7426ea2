// Second factors as raw answers: the exact members that clients take apart, and the words of refusals that they match.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateUserPoolCommand, GetUserPoolMfaConfigCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { authenticatorApp, wrong } from '../support/mfa-pool.mjs';
import { adminClient } from '../support/target.mjs';
import { startBackend } from '../support/backend.mjs';
import { Api } from '../support/user-pools-api.mjs';

let backend;
let api;
let admin;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
  admin = adminClient(backend.url);
});
after(() => backend?.stop());

test('GetUserPoolMfaConfig says OFF before anything was set, and repeats what was', async () => {
  const { UserPool } = await admin.send(new CreateUserPoolCommand({ PoolName: 'untouched' }));
  const names = { UserPoolId: UserPool.Id };
  const { $metadata, ...before } = await admin.send(new GetUserPoolMfaConfigCommand(names));
  assert.deepEqual(before, { MfaConfiguration: 'OFF' });
  await admin.send(new SetUserPoolMfaConfigCommand({ ...names, MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } }));
  const { $metadata: _, ...after } = await admin.send(new GetUserPoolMfaConfigCommand(names));
  assert.deepEqual(after, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });
});

test('setting up: MFA_SETUP, AssociateSoftwareToken, VerifySoftwareToken and the tokens have the members of the model', async () => {
  await configure('OFF');
  const person = await api.confirmedPerson();
  await configure('ON');
  const asked = (await api.srpSignIn(person.email, person.password)).body;
  assert.deepEqual(Object.keys(asked).sort(), ['ChallengeName', 'ChallengeParameters', 'Session']);
  assert.deepEqual(asked.ChallengeParameters, { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]', USER_ID_FOR_SRP: person.sub });
  const associated = await api.ok('AssociateSoftwareToken', { Session: asked.Session });
  assert.deepEqual(Object.keys(associated).sort(), ['SecretCode', 'Session']);
  assert.match(associated.SecretCode, /^[A-Z2-7]{32}$/);
  const app = authenticatorApp(associated.SecretCode);
  const [first, second] = [app.next(), app.next()];
  const mistyped = await api.call('VerifySoftwareToken', { Session: associated.Session, UserCode: wrong(first) });
  assert.deepEqual([mistyped.status, mistyped.body], [400, { __type: 'EnableSoftwareTokenMFAException', message: 'Code mismatch' }]);
  const verified = await api.ok('VerifySoftwareToken', { Session: associated.Session, UserCode: first });
  assert.deepEqual(Object.keys(verified).sort(), ['Session', 'Status']);
  assert.equal(verified.Status, 'SUCCESS');
  const done = await respond(person, 'MFA_SETUP', verified.Session, {});
  assert.deepEqual(Object.keys(done.body), ['ChallengeParameters', 'AuthenticationResult']);

  const again = (await api.srpSignIn(person.email, person.password)).body;
  assert.equal(again.ChallengeName, 'SOFTWARE_TOKEN_MFA');
  assert.deepEqual(again.ChallengeParameters, { USER_ID_FOR_SRP: person.sub });
  const mismatch = await respond(person, again.ChallengeName, again.Session, { SOFTWARE_TOKEN_MFA_CODE: wrong(second) });
  assert.deepEqual(mismatch.body, { __type: 'CodeMismatchException', message: 'Invalid code received for user' });
  const used = await respond(person, again.ChallengeName, again.Session, { SOFTWARE_TOKEN_MFA_CODE: first });
  assert.deepEqual(used.body, { __type: 'ExpiredCodeException', message: 'Your software token has already been used once.' });
  const tokens = await respond(person, again.ChallengeName, again.Session, {
    SOFTWARE_TOKEN_MFA_CODE: second, SMS_MFA_CODE: second, // identity-js sends both
  });
  assert.deepEqual(Object.keys(tokens.body), ['ChallengeParameters', 'AuthenticationResult']);
  const { AccessToken } = tokens.body.AuthenticationResult;
  const user = await api.ok('GetUser', { AccessToken });
  assert.deepEqual(Object.keys(user).sort(), ['UserAttributes', 'UserMFASettingList', 'Username']);
  const factors = await api.ok('GetUserAuthFactors', { AccessToken });
  assert.deepEqual(factors, { Username: person.sub, UserMFASettingList: ['SOFTWARE_TOKEN_MFA'], ConfiguredUserAuthFactors: ['PASSWORD', 'EMAIL_OTP'] });
});

test('a request with both a token and a session, or with neither, is refused', async () => {
  for (const body of [{}, { AccessToken: 'a.b.c', Session: 'A'.repeat(43) }]) {
    for (const [operation, more] of [['AssociateSoftwareToken', {}], ['VerifySoftwareToken', { UserCode: '123456' }]]) {
      const answer = await api.call(operation, { ...body, ...more });
      assert.equal(answer.body.__type, 'InvalidParameterException', operation);
    }
  }
});

test('UserCode must be six digits', async () => {
  for (const UserCode of ['12345', '1234567', '12345a']) {
    const answer = await api.call('VerifySoftwareToken', { Session: 'A'.repeat(43), UserCode });
    assert.equal(answer.body.__type, 'InvalidParameterException');
    assert.ok(!answer.text.includes(UserCode), 'the code is not repeated');
  }
});

function configure(requirement) {
  return admin.send(new SetUserPoolMfaConfigCommand({
    UserPoolId: backend.poolId, MfaConfiguration: requirement, SoftwareTokenMfaConfiguration: { Enabled: true },
  }));
}

function respond(person, ChallengeName, Session, responses) {
  return api.call('RespondToAuthChallenge', {
    ClientId: api.clientId, ChallengeName, Session, ChallengeResponses: { USERNAME: person.sub, ...responses },
  });
}
