// Resource servers verify our tokens with libraries that nobody here wrote: aws-jwt-verify and jose, through discovery and the JWKS.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminCreateUserCommand, AdminSetUserPasswordCommand, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { isMinistack, newPerson, startTarget } from '../support/target.mjs';

let target;
let tokens;
let person;

before(async () => {
  target = await startTarget();
  person = newPerson();
  const names = { UserPoolId: target.poolId, Username: person.email };
  await target.admin.send(new AdminCreateUserCommand({ ...names, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: person.email }, { Name: 'email_verified', Value: 'true' }] }));
  await target.admin.send(new AdminSetUserPasswordCommand({ ...names, Password: person.password, Permanent: true }));
  tokens = await signIn();
});
after(() => target?.stop());

test('discovery names the issuer that the tokens carry and the JWKS that verifies them', async () => {
  const response = await fetch(`${target.endpoint}/${target.poolId}/.well-known/openid-configuration`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^application\/json/);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const discovery = await response.json();
  assert.equal(discovery.issuer, decodeJwt(tokens.IdToken).iss);
  assert.deepEqual(discovery.id_token_signing_alg_values_supported, ['RS256']);
  assert.deepEqual(discovery.subject_types_supported, ['public']);
  if (!isMinistack) assert.equal(discovery.jwks_uri, jwksUri());
});

test('the JWKS has two signing keys, one for each kind of token, and no private part', async () => {
  const response = await fetch(jwksUri());
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const { keys } = await response.json();
  assert.equal(keys.length, 2);
  for (const key of keys) {
    assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
    assert.deepEqual([key.alg, key.kty, key.use], ['RS256', 'RSA', 'sig']);
    assert.ok(Buffer.from(key.n, 'base64url').length >= 256, 'at least 2,048 bits');
  }
  const kids = [tokens.IdToken, tokens.AccessToken].map((token) => decodeProtectedHeader(token).kid);
  assert.notEqual(kids[0], kids[1]);
  assert.deepEqual([...kids].sort(), keys.map((key) => key.kid).sort());
});

test('aws-jwt-verify accepts both tokens with the checks it makes for Amazon Cognito', async () => {
  for (const [token, tokenUse] of [[tokens.IdToken, 'id'], [tokens.AccessToken, 'access']]) {
    const payload = await awsVerifier(tokenUse).verify(token);
    assert.equal(payload.token_use, tokenUse);
    assert.equal(payload.iss, target.issuer);
  }
});

test('aws-jwt-verify refuses a token of the other kind, of another client and a changed one', async () => {
  await assert.rejects(awsVerifier('id').verify(tokens.AccessToken));
  await assert.rejects(awsVerifier('access').verify(tokens.IdToken));
  await assert.rejects(awsVerifier('access', 'anotherclient').verify(tokens.AccessToken));
  const [header, payload, signature] = tokens.AccessToken.split('.');
  const raised = Buffer.from(JSON.stringify({ ...decodeJwt(tokens.AccessToken), username: 'admin' })).toString('base64url');
  assert.notEqual(raised, payload);
  await assert.rejects(awsVerifier('access').verify([header, raised, signature].join('.')));
});

test('jose accepts both tokens through the remote JWKS', async () => {
  const jwks = createRemoteJWKSet(new URL(jwksUri()));
  const id = await jwtVerify(tokens.IdToken, jwks, { issuer: target.issuer, audience: target.clientId, algorithms: ['RS256'] });
  assert.equal(id.payload.email, person.email);
  const access = await jwtVerify(tokens.AccessToken, jwks, { issuer: target.issuer, algorithms: ['RS256'] });
  assert.equal(access.payload.client_id, target.clientId);
  await assert.rejects(jwtVerify(tokens.IdToken, jwks, { audience: 'another' }));
});

test('the claims are those that the service documents, with their types', () => {
  const id = decodeJwt(tokens.IdToken);
  const access = decodeJwt(tokens.AccessToken);
  assert.equal(id.token_use, 'id');
  assert.equal(id.aud, target.clientId);
  assert.equal(id['cognito:username'], access.username);
  assert.strictEqual(id.email_verified, true);
  assert.equal(access.token_use, 'access');
  assert.equal(access.aud, undefined);
  assert.equal(access.scope, 'aws.cognito.signin.user.admin');
  for (const claims of [id, access]) {
    assert.equal(claims.sub, id.sub);
    assert.match(claims.sub, UUID);
    assert.match(claims.jti, UUID);
    assert.match(claims.origin_jti, UUID);
    assert.equal(claims.exp - claims.iat, 3600);
    assert.ok(Number.isInteger(claims.auth_time) && Math.abs(claims.auth_time - Date.now() / 1000) < 120);
  }
  assert.equal(id.origin_jti, access.origin_jti);
  assert.notEqual(id.jti, access.jti);
});

test('two sign-ins are two sessions', async () => {
  const other = await signIn();
  assert.notEqual(decodeJwt(other.AccessToken).origin_jti, decodeJwt(tokens.AccessToken).origin_jti);
  assert.notEqual(other.RefreshToken, tokens.RefreshToken);
});

async function signIn() {
  const answer = await target.admin.send(new InitiateAuthCommand({
    ClientId: target.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: person.email, PASSWORD: person.password },
  }));
  return answer.AuthenticationResult;
}

function jwksUri() {
  return `${target.endpoint}/${target.poolId}/.well-known/jwks.json`;
}

// CognitoJwtVerifier accepts pool ids of AWS regions only. The generic verifier with the library's own Cognito checks does the same to a
// local pool; its fetcher is replaced because the library's speaks https only.
function awsVerifier(tokenUse, clientId = target.clientId) {
  const fetcher = { fetch: async (uri) => (await fetch(uri)).arrayBuffer() };
  return JwtVerifier.create({
    issuer: target.issuer,
    jwksUri: jwksUri(),
    audience: null,
    customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, { tokenUse, clientId }),
  }, { jwksCache: new SimpleJwksCache({ fetcher }) });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
