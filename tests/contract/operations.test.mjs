// The exact members of answers that clients take apart: sign-up, the SRP steps (the shapes of the recorded wire in
// sdk/core/tests/vectors/srp.json), tokens, refresh, account operations.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { Api } from '../support/user-pools-api.mjs';

let backend;
let api;
let wire;

before(async () => {
  wire = JSON.parse(readFileSync(new URL('../../sdk/core/tests/vectors/srp.json', import.meta.url), 'utf8')).end_to_end_wire;
  backend = await startBackend();
  api = new Api(backend);
});
after(() => backend?.stop());

test('SignUp answers UserConfirmed, UserSub and where the code went', async () => {
  const { email, password } = api.newPerson();
  const answer = await api.ok('SignUp', { ClientId: api.clientId, Username: email, Password: password });
  assert.deepEqual(Object.keys(answer).filter((key) => key !== 'Session').sort(), ['CodeDeliveryDetails', 'UserConfirmed', 'UserSub']);
  assert.deepEqual(Object.keys(answer.CodeDeliveryDetails).sort(), ['AttributeName', 'DeliveryMedium', 'Destination']);
  assert.equal(answer.CodeDeliveryDetails.Destination, 'r***@e***');
  assert.match(await code(backend.url, email), /^\d{6}$/);
});

test('the first SRP answer has the members of the recorded one and no Session', async () => {
  const { email, sub } = await api.confirmedPerson();
  const { answer } = await api.srpStart(email);
  assert.deepEqual(shape(answer.body), shape(wire[0].response));
  const { SALT, SRP_B, SECRET_BLOCK, USERNAME, USER_ID_FOR_SRP } = answer.body.ChallengeParameters;
  assert.equal(USER_ID_FOR_SRP, sub, 'where the e-mail address is the user name, the real one is the sub');
  assert.equal(USERNAME, sub);
  assert.match(SALT, /^[0-9a-f]{1,32}$/);
  assert.match(SRP_B, /^[0-9a-f]{700,768}$/);
  assert.match(SECRET_BLOCK, /^[A-Za-z0-9+/]+={0,2}$/);
  assert.equal(Buffer.from(SECRET_BLOCK, 'base64').toString('base64'), SECRET_BLOCK);
});

test('the last SRP answer has the members of the recorded one', async () => {
  const { email, password } = await api.confirmedPerson();
  const { status, body, text } = await api.srpSignIn(email, password);
  assert.equal(status, 200, text);
  assert.deepEqual(shape(body), shape(wire[1].response));
  assert.equal(body.AuthenticationResult.ExpiresIn, 3600);
  assert.equal(body.AuthenticationResult.TokenType, 'Bearer');
});

test('members that clients also send are accepted: empty ClientMetadata, null Session, unknown responses', async () => {
  const { email, password } = await api.confirmedPerson();
  const started = await api.srpStart(email);
  const answer = await api.srpAnswer({ ...api.srpClaim(started, password), SMS_MFA_CODE: '1' }, { ClientMetadata: {}, Session: null, UserContextData: {} });
  assert.equal(answer.status, 200, answer.text);
});

test('SRP_A may be upper case and may have an odd number of digits', async () => {
  const { email, password } = await api.confirmedPerson();
  let client;
  const { begin } = await import('../support/srp-client.mjs');
  do client = begin(); while (client.A.toString(16).length % 2 === 0);
  const started = await api.srpStart(email, { client, SRP_A: client.A.toString(16).toUpperCase() });
  assert.equal((await api.srpAnswer(api.srpClaim(started, password))).status, 200);
});

test('the e-mail address itself is accepted as USERNAME of the answer, too', async () => {
  const { email, password } = await api.confirmedPerson();
  const started = await api.srpStart(email);
  const answer = await api.srpAnswer(api.srpClaim(started, password, { USERNAME: email }));
  assert.equal(answer.status, 200, answer.text);
});

test('a wrong password is told in exactly these words', async () => {
  const { email } = await api.confirmedPerson();
  const expected = { __type: 'NotAuthorizedException', message: 'Incorrect username or password.' };
  assert.deepEqual((await api.srpSignIn(email, 'Wrong-Horse9!')).body, expected);
  const plain = await api.call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: api.clientId, AuthParameters: { USERNAME: email, PASSWORD: 'Wrong-Horse9!' } });
  assert.deepEqual(plain.body, expected);
});

test('an unconfirmed person learns it after the right password only', async () => {
  const { email, password } = await api.signedUpPerson();
  assert.equal((await api.srpSignIn(email, password)).body.__type, 'UserNotConfirmedException');
  assert.equal((await api.srpSignIn(email, 'Wrong-Horse9!')).body.__type, 'NotAuthorizedException');
});

for (const [name, request] of [
  ['GetTokensFromRefreshToken', (RefreshToken) => ['GetTokensFromRefreshToken', { RefreshToken }]],
  ['REFRESH_TOKEN_AUTH', (REFRESH_TOKEN) => ['InitiateAuth', { AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN } }]],
  ['its old name REFRESH_TOKEN', (REFRESH_TOKEN) => ['InitiateAuth', { AuthFlow: 'REFRESH_TOKEN', AuthParameters: { REFRESH_TOKEN } }]],
]) {
  test(`a refresh by ${name} answers new tokens and no refresh token`, async () => {
    const before = await api.tokens(await api.confirmedPerson());
    const [operation, body] = request(before.RefreshToken);
    const { AuthenticationResult } = await api.ok(operation, { ClientId: api.clientId, ...body });
    assert.deepEqual(Object.keys(AuthenticationResult).sort(), ['AccessToken', 'ExpiresIn', 'IdToken', 'TokenType']);
    assert.notEqual(AuthenticationResult.AccessToken, before.AccessToken);
  });
}

test('GetUser answers the user name and attributes as text', async () => {
  const person = await api.confirmedPerson();
  const user = await api.ok('GetUser', { AccessToken: (await api.tokens(person)).AccessToken });
  assert.equal(user.Username, person.sub);
  const attributes = Object.fromEntries(user.UserAttributes.map(({ Name, Value }) => [Name, Value]));
  assert.deepEqual(attributes, { sub: person.sub, email: person.email, email_verified: 'true' });
});

test('operations without output answer an empty object or nothing', async () => {
  const person = await api.confirmedPerson();
  const { AccessToken, RefreshToken } = await api.tokens(person);
  const changed = await api.call('ChangePassword', { AccessToken, PreviousPassword: person.password, ProposedPassword: 'New-Horse10!' });
  assert.deepEqual([changed.status, changed.body], [200, {}]);
  const revoked = await api.call('RevokeToken', { ClientId: api.clientId, Token: RefreshToken });
  assert.equal(revoked.status, 200);
  assert.match(revoked.text, /^(\{\})?$/);
  const fresh = await api.tokens({ ...person, password: 'New-Horse10!' });
  const deleted = await api.call('DeleteUser', { AccessToken: fresh.AccessToken });
  assert.equal(deleted.status, 200);
  assert.match(deleted.text, /^(\{\})?$/);
});

test('revoking an access token is an UnsupportedTokenTypeException, revoking twice is a success', async () => {
  const { AccessToken, RefreshToken } = await api.tokens(await api.confirmedPerson());
  const wrongKind = await api.call('RevokeToken', { ClientId: api.clientId, Token: AccessToken });
  assert.equal(wrongKind.body.__type, 'UnsupportedTokenTypeException');
  for (const round of [1, 2]) {
    assert.equal((await api.call('RevokeToken', { ClientId: api.clientId, Token: RefreshToken })).status, 200, `round ${round}`);
  }
});

// Names of members down to scalars, which become their type.
function shape(value) {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, shape(value[key])]));
}
