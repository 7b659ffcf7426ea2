// The code flow's wire facts, as raw bytes: what every OAuth client and every migrated app relies on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startBackend } from '../support/backend.mjs';
import { Api, send } from '../support/user-pools-api.mjs';
import { APP, LoginDomain, form } from '../support/login-domain.mjs';

let backend;
let api;
let person;

before(async () => {
  backend = await startBackend({ args: ['--demo-app', APP] });
  api = new Api(backend);
  person = await api.confirmedPerson();
});
after(() => backend?.stop());

test('discovery names every endpoint of the domain under the public URL', async () => {
  const { body } = await send(backend.url, { method: 'GET', path: `/${backend.poolId}/.well-known/openid-configuration` });
  assert.equal(body.issuer, backend.issuer);
  assert.equal(body.authorization_endpoint, `${backend.url}/oauth2/authorize`);
  assert.equal(body.token_endpoint, `${backend.url}/oauth2/token`);
  assert.equal(body.userinfo_endpoint, `${backend.url}/oauth2/userInfo`);
  assert.equal(body.revocation_endpoint, `${backend.url}/oauth2/revoke`);
  assert.equal(body.end_session_endpoint, `${backend.url}/logout`);
  assert.ok(body.response_types_supported.includes('code'));
  assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
  assert.equal(body.authorization_response_iss_parameter_supported, true);
});

test('authorize answers 303 to the login page with the same query and a transaction, and the code comes back with state and iss', async () => {
  const browser = new LoginDomain(backend);
  const { answer, location, parameters } = await browser.authorize({ state: 'a b+c/ü&d' });
  assert.equal(answer.status, 303);
  assert.equal(location.origin, backend.url);
  assert.equal(location.pathname, '/login');
  assert.ok(location.searchParams.get('txn'));
  for (const [name, value] of Object.entries(parameters)) assert.equal(location.searchParams.get(name), value, name);
  assert.match(answer.headers['cache-control'], /no-store/);

  const back = await browser.complete(person);
  assert.equal(back.href.split('?')[0], APP);
  assert.deepEqual([...back.searchParams.keys()].sort(), ['code', 'iss', 'state']);
  assert.equal(back.searchParams.get('state'), 'a b+c/ü&d', 'state comes back as it went');
  assert.equal(back.searchParams.get('iss'), backend.issuer);
});

test('the token endpoint answers a code with the three tokens, and they say what they must', async () => {
  const browser = new LoginDomain(backend);
  const flow = await browser.code(person);
  const before = Math.floor(Date.now() / 1000);
  const answer = await browser.redeem(flow);
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.match(answer.headers['cache-control'], /no-store/);
  const { scope, ...documented } = answer.body;
  assert.deepEqual(Object.keys(documented).sort(), ['access_token', 'expires_in', 'id_token', 'refresh_token', 'token_type']);
  assert.deepEqual(scope.split(' ').sort(), flow.parameters.scope.split(' ').sort(), 'RFC 6749 names the granted scopes, too');
  assert.equal(answer.body.token_type, 'Bearer');

  const keys = createRemoteJWKSet(new URL(`${backend.issuer}/.well-known/jwks.json`));
  const { payload: id } = await jwtVerify(answer.body.id_token, keys, { issuer: backend.issuer, audience: backend.clientId });
  assert.equal(id.token_use, 'id');
  assert.equal(id.nonce, flow.parameters.nonce);
  assert.equal(id.email, person.email);
  assert.ok(id.auth_time >= before - 60 && id.auth_time <= before + 60);
  const { payload: access } = await jwtVerify(answer.body.access_token, keys, { issuer: backend.issuer });
  assert.equal(access.token_use, 'access');
  assert.equal(access.client_id, backend.clientId);
  assert.equal(access.sub, id.sub);
  assert.deepEqual(access.scope.split(' ').sort(), flow.parameters.scope.split(' ').sort());
  assert.equal(answer.body.expires_in, access.exp - access.iat);
});

test('scopes decide: without openid no ID token, without the API\'s scope no account operation', async () => {
  const browser = new LoginDomain(backend);
  const openid = (await browser.redeem(await browser.code(person, { scope: 'openid' }))).body;
  assert.ok(openid.id_token);
  assert.equal((await api.call('GetUser', { AccessToken: openid.access_token })).body.__type, 'NotAuthorizedException');
  assert.equal((await userInfo(openid.access_token)).status, 200);

  const admin = (await browser.redeem(await browser.code(person, { scope: 'aws.cognito.signin.user.admin' }))).body;
  assert.equal(admin.id_token, undefined);
  assert.ok(admin.refresh_token);
  assert.equal((await api.call('GetUser', { AccessToken: admin.access_token })).status, 200);
  assert.notEqual((await userInfo(admin.access_token)).status, 200, 'userInfo needs openid');
});

test('a scope that is not the client\'s is invalid_scope, told to the app with its state', async () => {
  const { location } = await new LoginDomain(backend).authorize({ scope: 'openid everything/write', state: 'kept' });
  assert.equal(location.href.split('?')[0], APP);
  assert.equal(location.searchParams.get('error'), 'invalid_scope');
  assert.equal(location.searchParams.get('state'), 'kept');
  assert.equal(location.searchParams.get('iss'), backend.issuer);
});

test('userInfo gives the person of the token, booleans as text, and refuses in the documented form', async () => {
  const browser = new LoginDomain(backend);
  const tokens = (await browser.redeem(await browser.code(person))).body;
  const answer = await userInfo(tokens.access_token);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.email, person.email);
  assert.equal(answer.body.email_verified, 'true');
  assert.equal(answer.body.sub, JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url')).sub);
  for (const wrong of [tokens.id_token, `${tokens.access_token}x`]) {
    const refused = await userInfo(wrong);
    assert.equal(refused.status, 401, refused.text);
    assert.match(refused.headers['www-authenticate'], /invalid_token/);
  }
  const bare = await send(backend.url, { method: 'GET', path: '/oauth2/userInfo' });
  assert.ok([400, 401].includes(bare.status));
  assert.ok(bare.headers['www-authenticate']);
});

test('the refresh token gives new tokens with the same scopes, at the token endpoint and through the API', async () => {
  const browser = new LoginDomain(backend);
  const first = (await browser.redeem(await browser.code(person, { scope: 'openid email' }))).body;
  const answer = await browser.token({ grant_type: 'refresh_token', client_id: backend.clientId, refresh_token: first.refresh_token });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.refresh_token, undefined, 'no rotation unless the client asks for it');
  assert.match(answer.headers['cache-control'], /no-store/);
  const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(claims(answer.body.access_token).scope, claims(first.access_token).scope);
  assert.notEqual(claims(answer.body.access_token).jti, claims(first.access_token).jti);
  assert.equal(claims(answer.body.id_token).auth_time, claims(first.id_token).auth_time, 'the person signed in once');
  const byApi = await api.call('GetTokensFromRefreshToken', { ClientId: backend.clientId, RefreshToken: first.refresh_token });
  assert.equal(byApi.status, 200, byApi.text);
  assert.equal(claims(byApi.body.AuthenticationResult.AccessToken).scope, claims(first.access_token).scope);
});

test('revoke answers 200 and nothing, also for a token that is unknown, and ends the refresh token', async () => {
  const browser = new LoginDomain(backend);
  const { refresh_token: token, access_token: access } = (await browser.redeem(await browser.code(person))).body;
  for (const given of [token, token, 'unknown']) {
    const answer = await revoke({ token: given, client_id: backend.clientId });
    assert.deepEqual([answer.status, answer.text], [200, '']);
  }
  assert.deepEqual((await browser.token({ grant_type: 'refresh_token', client_id: backend.clientId, refresh_token: token })).body.error, 'invalid_grant');
  assert.notEqual((await userInfo(access)).status, 200, 'the access token of that sign-in has ended, too');
  const wrongKind = await revoke({ token: access, client_id: backend.clientId });
  assert.deepEqual([wrongKind.status, wrongKind.body.error], [400, 'unsupported_token_type']);
  assert.deepEqual((await revoke({ client_id: backend.clientId })).body.error, 'invalid_request');
});

test('the token endpoint refuses in RFC 6749\'s form', async () => {
  const browser = new LoginDomain(backend);
  for (const [what, members, error] of [
    ['no grant type', { client_id: backend.clientId }, 'invalid_request'],
    ['an unknown grant type', { client_id: backend.clientId, grant_type: 'magic' }, 'unsupported_grant_type'],
    ['an unknown client', { client_id: 'nobody', grant_type: 'authorization_code', code: 'x', redirect_uri: APP }, 'invalid_client'],
    ['an unknown code', { client_id: backend.clientId, grant_type: 'authorization_code', code: 'x', redirect_uri: APP, code_verifier: 'v'.repeat(43) }, 'invalid_grant'],
    ['an unknown refresh token', { client_id: backend.clientId, grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
  ]) {
    const answer = await browser.token(members);
    assert.ok([400, 401].includes(answer.status), `${what}: ${answer.status}`);
    assert.equal(answer.body?.error, error, `${what}: ${answer.text}`);
    assert.match(answer.headers['content-type'], /^application\/json/, what);
    assert.match(answer.headers['cache-control'], /no-store/, what);
  }
});

test('the SSO cookie signs in without a page, prompt=login asks again, and prompt=none never shows one', async () => {
  const browser = new LoginDomain(backend);
  const silent = await browser.authorize({ prompt: 'none', state: 'n' });
  assert.equal(silent.location.searchParams.get('error'), 'login_required');
  assert.equal(silent.location.searchParams.get('state'), 'n');

  await browser.code(person);
  for (const prompt of [undefined, 'none']) {
    const { answer, location, verifier, parameters } = await browser.authorize({ prompt });
    assert.equal(answer.status, 303);
    assert.equal(location.href.split('?')[0], APP, `prompt ${prompt}`);
    const redeemed = await browser.redeem({ code: location.searchParams.get('code'), verifier, parameters });
    assert.equal(redeemed.status, 200, redeemed.text);
  }
  assert.equal((await browser.authorize({ prompt: 'login' })).location.pathname, '/login');
});

test('logout goes to the listed address only, and ends the SSO session', async () => {
  const browser = new LoginDomain(backend);
  await browser.code(person);
  const left = await browser.visit(`/logout?${form({ client_id: backend.clientId, logout_uri: APP })}`);
  assert.deepEqual([left.status, left.headers.location], [303, APP]);
  assert.equal((await browser.authorize()).location.pathname, '/login', 'the next sign-in asks');

  const plain = await browser.visit(`/logout?${form({ client_id: backend.clientId })}`);
  assert.deepEqual([plain.status, new URL(plain.headers.location, backend.url).pathname], [303, '/signedOut']);
  const foreign = await browser.visit(`/logout?${form({ client_id: backend.clientId, logout_uri: 'https://evil.example/' })}`);
  assert.ok(!foreign.headers.location?.startsWith('https://evil.example'), foreign.headers.location);
});

function userInfo(token) {
  return send(backend.url, { method: 'GET', path: '/oauth2/userInfo', headers: { authorization: `Bearer ${token}` } });
}

function revoke(members) {
  return send(backend.url, { path: '/oauth2/revoke', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form(members) });
}
