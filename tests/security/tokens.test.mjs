// Forged, exchanged and revoked tokens, and challenge sessions that belong to somebody or something else.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { exportSPKI, importJWK } from 'jose';
import { Api, send } from '../support/user-pools-api.mjs';
import { startBackend } from '../support/backend.mjs';

let backend;
let api;
let admin;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
  admin = new CognitoIdentityProviderClient({ endpoint: backend.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });
});
after(() => backend?.stop());

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const headerOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
const getUser = (AccessToken) => api.call('GetUser', { AccessToken });

test('forged access tokens open nothing', async () => {
  const { AccessToken, IdToken } = await api.tokens(await api.confirmedPerson());
  const [header, payload, signature] = AccessToken.split('.');
  const { body: jwks } = await send(backend.url, { method: 'GET', path: `/${backend.poolId}/.well-known/jwks.json` });
  const jwk = jwks.keys.find(({ kid }) => kid === headerOf(AccessToken).kid);
  const pem = await exportSPKI(await importJWK({ ...jwk, ext: true }, 'RS256', { extractable: true }));
  const hs256 = (secret) => {
    const signed = `${part({ ...headerOf(AccessToken), alg: 'HS256' })}.${payload}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const forged = {
    'the ID token instead': IdToken,
    'no algorithm': `${part({ alg: 'none' })}.${payload}.`,
    'no algorithm, signature kept': `${part({ ...headerOf(AccessToken), alg: 'none' })}.${payload}.${signature}`,
    'the public key as HMAC secret (PEM)': hs256(pem),
    'the public key as HMAC secret (modulus)': hs256(Buffer.from(jwk.n, 'base64url')),
    'changed claims': `${header}.${part({ ...claimsOf(AccessToken), username: 'admin', sub: 'admin' })}.${signature}`,
    'an unknown key id': `${part({ ...headerOf(AccessToken), kid: 'another' })}.${payload}.${signature}`,
    'the other key\'s id': `${part({ ...headerOf(AccessToken), kid: headerOf(IdToken).kid })}.${payload}.${signature}`,
    'a key of the sender\'s in the header': `${part({ ...headerOf(AccessToken), jwk })}.${payload}.${signature}`,
    'a cut signature': `${header}.${payload}.${signature.slice(0, -4)}`,
    'no signature': `${header}.${payload}.`,
    'two parts': `${header}.${payload}`,
    'four parts': `${AccessToken}.${signature}`,
  };
  for (const [what, token] of Object.entries(forged)) {
    const answer = await getUser(token);
    assert.equal(answer.status, 400, `${what}: ${answer.text}`);
    assert.ok(['NotAuthorizedException', 'InvalidParameterException'].includes(answer.body.__type), `${what}: ${answer.text}`);
  }
  assert.equal((await getUser(AccessToken)).status, 200);
});

test('a refresh token works for its own client only, and only its own client revokes it', async () => {
  const { UserPoolClient: other } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: backend.poolId, ClientName: 'other', ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
  }));
  const { RefreshToken, AccessToken } = await api.tokens(await api.confirmedPerson());
  const refresh = (ClientId) => api.call('GetTokensFromRefreshToken', { ClientId, RefreshToken });
  assert.equal((await refresh(other.ClientId)).body.__type, 'NotAuthorizedException');
  const byOld = await api.call('InitiateAuth', { ClientId: other.ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken } });
  assert.equal(byOld.body.__type, 'NotAuthorizedException');
  await api.call('RevokeToken', { ClientId: other.ClientId, Token: RefreshToken });
  assert.equal((await refresh(api.clientId)).status, 200, 'another client must not have revoked it');
  assert.equal((await getUser(AccessToken)).status, 200);
});

test('after a revocation neither the refresh token nor an access token from it works, while another session lives on', async () => {
  const person = await api.confirmedPerson();
  const lost = await api.tokens(person);
  const kept = await api.tokens(person);
  const child = (await api.ok('GetTokensFromRefreshToken', { ClientId: api.clientId, RefreshToken: lost.RefreshToken })).AuthenticationResult;
  await api.ok('RevokeToken', { ClientId: api.clientId, Token: lost.RefreshToken });
  assert.equal((await api.call('GetTokensFromRefreshToken', { ClientId: api.clientId, RefreshToken: lost.RefreshToken })).body.__type, 'NotAuthorizedException');
  for (const token of [lost.AccessToken, child.AccessToken]) {
    assert.deepEqual((await getUser(token)).body, { __type: 'NotAuthorizedException', message: 'Access Token has been revoked' });
  }
  assert.equal((await getUser(kept.AccessToken)).status, 200);
  assert.ok((await api.ok('GetTokensFromRefreshToken', { ClientId: api.clientId, RefreshToken: kept.RefreshToken })).AuthenticationResult);
});

test('a global sign-out kills all tokens of the person and of nobody else', async () => {
  const person = await api.confirmedPerson();
  const bystander = await api.tokens(await api.confirmedPerson());
  const sessions = [await api.tokens(person), await api.tokens(person)];
  await api.ok('GlobalSignOut', { AccessToken: sessions[0].AccessToken });
  for (const { AccessToken, RefreshToken } of sessions) {
    assert.equal((await getUser(AccessToken)).body.message, 'Access Token has been revoked');
    assert.equal((await api.call('GetTokensFromRefreshToken', { ClientId: api.clientId, RefreshToken })).body.__type, 'NotAuthorizedException');
  }
  assert.equal((await getUser(bystander.AccessToken)).status, 200);
  assert.ok((await api.tokens(person)).AccessToken, 'a new sign-in works');
});

test('tokens die with the account', async () => {
  const { AccessToken, RefreshToken } = await api.tokens(await api.confirmedPerson());
  await api.call('DeleteUser', { AccessToken });
  assert.equal((await getUser(AccessToken)).status, 400);
  assert.equal((await api.call('GetTokensFromRefreshToken', { ClientId: api.clientId, RefreshToken })).status, 400);
});

test('tokens of one pool mean nothing in another', async () => {
  const pool = (await admin.send(new CreateUserPoolCommand({ PoolName: 'elsewhere', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] }))).UserPool;
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: pool.Id, ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] }));
  const { RefreshToken } = await api.tokens(await api.confirmedPerson());
  assert.equal((await api.call('GetTokensFromRefreshToken', { ClientId: client.ClientId, RefreshToken })).body.__type, 'NotAuthorizedException');
  const keysOf = async (poolId) => (await send(backend.url, { method: 'GET', path: `/${poolId}/.well-known/jwks.json` })).body.keys.map(({ n }) => n);
  const here = await keysOf(backend.poolId);
  for (const n of await keysOf(pool.Id)) assert.ok(!here.includes(n), 'each pool signs with its own keys');
});

test('a changed password ends no right to refresh that the service leaves, and opens none with the old password', async () => {
  const person = await api.confirmedPerson();
  const { AccessToken } = await api.tokens(person);
  await api.ok('ChangePassword', { AccessToken, PreviousPassword: person.password, ProposedPassword: 'New-Horse10!' });
  assert.equal((await api.srpSignIn(person.email, person.password)).status, 400);
  assert.equal((await api.srpSignIn(person.email, 'New-Horse10!')).status, 200);
});

test('a challenge that was begun before the password changed is worth nothing afterwards', async () => {
  const person = await api.confirmedPerson();
  const { AccessToken } = await api.tokens(person);
  const started = await api.srpStart(person.email);
  await api.ok('ChangePassword', { AccessToken, PreviousPassword: person.password, ProposedPassword: 'New-Horse10!' });
  assert.equal((await api.srpAnswer(api.srpClaim(started, person.password))).status, 400);
});

test('a NEW_PASSWORD_REQUIRED session is its person\'s, single-use and not guessable', async () => {
  const [ada, eve] = [await invitedPerson(), await invitedPerson()];
  const begin = async ({ email }) => api.ok('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: api.clientId, AuthParameters: { USERNAME: email, PASSWORD: 'Temporary-1!' } });
  const answer = (challenge, change = {}) => api.call('RespondToAuthChallenge', {
    ClientId: api.clientId, ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: challenge.Session,
    ChallengeResponses: { USERNAME: challenge.ChallengeParameters.USER_ID_FOR_SRP, NEW_PASSWORD: 'New-Horse10!' }, ...change,
  });
  const forAda = await begin(ada);
  const forEve = await begin(eve);
  assert.equal(forAda.ChallengeName, 'NEW_PASSWORD_REQUIRED');
  const session = forAda.Session;
  const altered = session.slice(0, -6) + (session.at(-6) === 'A' ? 'B' : 'A') + session.slice(-5);
  const { UserPoolClient: other } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: backend.poolId, ClientName: 'other', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] }));
  for (const [what, change] of [
    ['an altered session', { Session: altered }],
    ['an invented session', { Session: 'A'.repeat(session.length) }],
    ['no session', { Session: undefined }],
    ['Eve\'s session for Ada', { Session: forEve.Session }],
    ['another client', { ClientId: other.ClientId }],
    ['another challenge', { ChallengeName: 'SMS_MFA', ChallengeResponses: { USERNAME: ada.email, SMS_MFA_CODE: '123456' } }],
  ]) {
    const refused = await answer(forAda, change);
    assert.equal(refused.status, 400, `${what}: ${refused.text}`);
    assert.equal(refused.body.AuthenticationResult, undefined, what);
  }
  const again = await begin(ada); // an attack may spend a session; the person starts again
  const weak = await answer(again, { ChallengeResponses: { USERNAME: again.ChallengeParameters.USER_ID_FOR_SRP, NEW_PASSWORD: 'short' } });
  assert.equal(weak.status, 400);
  const last = await begin(ada);
  assert.equal((await answer(last)).status, 200);
  assert.equal((await answer(last)).status, 400, 'a session answers once');
});

async function invitedPerson() {
  const { email } = api.newPerson();
  const names = { UserPoolId: backend.poolId, Username: email };
  await admin.send(new AdminCreateUserCommand({ ...names, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: email }] }));
  await admin.send(new AdminSetUserPasswordCommand({ ...names, Password: 'Temporary-1!', Permanent: false }));
  return { email };
}
