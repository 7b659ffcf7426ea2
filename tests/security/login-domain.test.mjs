// The login domain attacked from outside, over raw HTTP: somebody else's transaction, foreign origins, codes that are replayed or stolen,
// addresses that lead away, and what cookies and headers promise to a browser.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { Api, send } from '../support/user-pools-api.mjs';
import { APP, LoginDomain, form, parseCookie, pkce } from '../support/login-domain.mjs';
import { adminClient } from '../support/target.mjs';
import { startBackend } from '../support/backend.mjs';

let backend;
let api;
let person;
let other;
let bundle;

before(async () => {
  // A bundle as small as can be: what is asserted are the headers that the backend gives it.
  bundle = await mkdtemp(join(tmpdir(), 'cognate-bundle-'));
  await mkdir(join(bundle, 'assets'));
  await writeFile(join(bundle, 'index.html'), '<!doctype html><title>Sign in</title>');
  await writeFile(join(bundle, 'assets', 'first-0a1b2c3d.js'), 'export {};');
  await writeFile(join(bundle, '..secret'), 'not an asset');
  backend = await startBackend({ args: ['--demo-app', APP, '--hosted-ui', bundle] });
  api = new Api(backend);
  person = await api.confirmedPerson();
  const admin = adminClient(backend.url);
  other = (await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: backend.poolId, ClientName: 'other app', AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], AllowedOAuthScopes: ['openid'],
    CallbackURLs: [APP, 'https://other.example/back'], SupportedIdentityProviders: ['COGNITO'],
  }))).UserPoolClient;
  admin.destroy();
});
after(async () => {
  await backend?.stop();
  await rm(bundle, { recursive: true, force: true });
});

const NOT_FOUND = 'LoginTransactionNotFoundException';
const passwordSignIn = ({ email, password }) => ({ AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD: password } });

test('the transaction\'s cookie is for this host, unreadable for script, 15 minutes, and one per flow', async () => {
  const browser = new LoginDomain(backend);
  const { answer, location } = await browser.authorize();
  const cookies = answer.headers['set-cookie'].map(parseCookie);
  assert.equal(cookies.length, 1);
  const [{ name, value, attributes }] = cookies;
  assert.equal(name, `cognate-txn-${location.searchParams.get('txn')}`);
  assert.equal(attributes.httponly, true);
  assert.equal(attributes.samesite, 'Lax');
  assert.equal(attributes.path, '/');
  assert.equal(attributes.domain, undefined);
  assert.ok(Number(attributes['max-age']) <= 900);
  assert.ok(value.length >= 43, '256 bits');
  assert.ok(!answer.headers.location.includes(value), 'the secret is in no URL');
  const second = await browser.authorize();
  assert.notEqual(second.location.searchParams.get('txn'), location.searchParams.get('txn'));
});

test('the SSO cookie has the same promises, an hour, and another value after every sign-in', async () => {
  const browser = new LoginDomain(backend);
  const values = [];
  for (let i = 0; i < 2; i += 1) {
    await browser.authorize({ prompt: 'login' });
    const answer = await browser.srpSignIn(person.email, person.password);
    const cookie = answer.headers['set-cookie'].map(parseCookie).find(({ name }) => name === `cognate-sso-${backend.poolId}`);
    assert.equal(cookie.attributes.httponly, true);
    assert.equal(cookie.attributes.samesite, 'Lax');
    assert.equal(cookie.attributes.path, '/');
    assert.equal(cookie.attributes.domain, undefined);
    assert.ok(Number(cookie.attributes['max-age']) <= 3600);
    values.push(cookie.value);
  }
  assert.notEqual(values[0], values[1]);
  const stale = new LoginDomain(backend);
  stale.cookies.set(`cognate-sso-${backend.poolId}`, values[0]);
  assert.equal((await stale.authorize()).location.pathname, '/login', 'the value before the last sign-in is worth nothing');
});

test('a login operation needs the cookie, its own transaction, the exact Origin, same-origin and the custom header', async () => {
  const browser = new LoginDomain(backend);
  await browser.authorize();
  const mine = browser.transaction;
  const elsewhere = new LoginDomain(backend);
  await elsewhere.authorize();

  const attempts = {
    'no cookie': () => send(backend.url, { path: '/_cognate/login/InitiateAuth', headers: sent(mine), body: JSON.stringify(passwordSignIn(person)) }),
    'another browser\'s transaction': () => elsewhere.call('InitiateAuth', passwordSignIn(person), { 'x-cognate-transaction': mine }),
    'an unknown transaction': () => browser.call('InitiateAuth', passwordSignIn(person), { 'x-cognate-transaction': 'A'.repeat(mine.length) }),
    'a cookie of another value': () => {
      const forger = new LoginDomain(backend);
      forger.cookies.set(`cognate-txn-${mine}`, 'A'.repeat(43));
      return forger.call('InitiateAuth', passwordSignIn(person), { 'x-cognate-transaction': mine });
    },
    'no transaction header': () => browser.call('InitiateAuth', passwordSignIn(person), { 'x-cognate-transaction': undefined }),
    'a foreign Origin': () => browser.call('InitiateAuth', passwordSignIn(person), { origin: 'https://evil.example' }),
    'the app\'s Origin': () => browser.call('InitiateAuth', passwordSignIn(person), { origin: new URL(APP).origin }),
    'an Origin that only begins like ours': () => browser.call('InitiateAuth', passwordSignIn(person), { origin: `${backend.url}.evil.example` }),
    'the opaque Origin': () => browser.call('InitiateAuth', passwordSignIn(person), { origin: 'null' }),
    'no Origin': () => browser.call('InitiateAuth', passwordSignIn(person), { origin: undefined }),
    'a same-site fetch': () => browser.call('InitiateAuth', passwordSignIn(person), { 'sec-fetch-site': 'same-site' }),
    'a cross-site fetch': () => browser.call('InitiateAuth', passwordSignIn(person), { 'sec-fetch-site': 'cross-site' }),
    'no Sec-Fetch-Site': () => browser.call('InitiateAuth', passwordSignIn(person), { 'sec-fetch-site': undefined }),
    'a form\'s content type': () => browser.call('InitiateAuth', JSON.stringify(passwordSignIn(person)), { 'content-type': 'text/plain' }),
  };
  for (const [what, attempt] of Object.entries(attempts)) {
    const answer = await attempt();
    assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
    assert.equal(answer.body?.Location, undefined, what);
    assert.equal(answer.headers['set-cookie'], undefined, what);
  }
  assert.equal((await browser.call('InitiateAuth', passwordSignIn(person))).status, 200, 'the flow itself was not hurt');
});

test('a transaction completes once', async () => {
  const browser = new LoginDomain(backend);
  await browser.authorize();
  const kept = new Map(browser.cookies);
  await browser.complete(person);
  for (const [name, value] of kept) browser.cookies.set(name, value);
  const again = await browser.call('InitiateAuth', passwordSignIn(person));
  assert.deepEqual([again.status, again.body.__type], [400, NOT_FOUND]);
});

test('a code works once, for its client, its address and its verifier; a second use ends what the first gave', async () => {
  const browser = new LoginDomain(backend);
  const fresh = () => browser.code(person);
  const refused = async (what, flow, change) => {
    const answer = await browser.redeem(flow, change);
    assert.equal(answer.body?.error, 'invalid_grant', `${what}: ${answer.text}`);
    assert.equal(answer.status, 400, what);
  };
  await refused('a wrong verifier', await fresh(), { code_verifier: pkce().verifier });
  await refused('no verifier', await fresh(), { code_verifier: undefined });
  await refused('the challenge as verifier', await fresh(), { code_verifier: (await fresh()).parameters.code_challenge });
  await refused('another client', await fresh(), { client_id: other.ClientId });
  await refused('another address', await fresh(), { redirect_uri: 'http://localhost:4200/other' });
  const without = await browser.redeem(await fresh(), { redirect_uri: undefined });
  assert.ok(['invalid_grant', 'invalid_request'].includes(without.body?.error), without.text); // RFC 6749 allows either

  const flow = await fresh();
  const first = await browser.redeem(flow);
  assert.equal(first.status, 200, first.text);
  await refused('a second time', flow);
  const refresh = await browser.token({ grant_type: 'refresh_token', client_id: backend.clientId, refresh_token: first.body.refresh_token });
  assert.equal(refresh.body.error, 'invalid_grant', 'the thief and the victim both lose the session');
  assert.equal((await api.call('GetUser', { AccessToken: first.body.access_token })).status, 400);
});

test('PKCE cannot be left out, weakened or added later', async () => {
  for (const [what, change] of [
    ['a public client without a challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['the plain method', { code_challenge_method: 'plain' }],
    ['a challenge without its method', { code_challenge_method: undefined }],
    ['a method without a challenge', { code_challenge: undefined }],
    ['a challenge that is too short', { code_challenge: 'short' }],
  ]) {
    const { location } = await new LoginDomain(backend).authorize(change);
    assert.equal(location?.href.split('?')[0], APP, what);
    assert.equal(location.searchParams.get('error'), 'invalid_request', what);
  }
});

test('an address that is not the client\'s never gets anything, not even an error', async () => {
  for (const redirect of [
    'https://evil.example/', 'http://localhost:4200', 'http://localhost:4200/x', 'http://localhost:4200/?a=b', 'http://localhost:4200/#f', 'http://localhost:4201/',
    'http://localhost:4200.evil.example/', 'http://localhost:4200@evil.example/', 'HTTP://LOCALHOST:4200/', 'https://localhost:4200/', '//localhost:4200/',
    'javascript:alert(1)', 'data:text/html,x', 'https://other.example/back', '', undefined,
  ]) {
    const { answer, location } = await new LoginDomain(backend).authorize({ redirect_uri: redirect });
    assert.ok([303, 400].includes(answer.status), `${redirect}: ${answer.status}`);
    if (location) assert.deepEqual([location.origin, location.pathname], [backend.url, '/error'], String(redirect));
    assert.equal(answer.headers['set-cookie'], undefined, String(redirect));
  }
  const { location } = await new LoginDomain(backend).authorize({ client_id: 'nobody' });
  assert.deepEqual([location.origin, location.pathname], [backend.url, '/error']);
});

test('a parameter given twice is refused', async () => {
  const { challenge } = pkce();
  const query = form({ response_type: 'code', client_id: backend.clientId, redirect_uri: APP, scope: 'openid', state: 's', code_challenge: challenge, code_challenge_method: 'S256' });
  for (const twice of [`client_id=${other.ClientId}`, 'redirect_uri=https%3A%2F%2Fother.example%2Fback', 'scope=openid', `code_challenge=${challenge}`]) {
    const answer = await send(backend.url, { method: 'GET', path: `/oauth2/authorize?${query}&${twice}` });
    const location = answer.headers.location && new URL(answer.headers.location, backend.url);
    assert.notEqual(location?.pathname, '/login', twice);
    assert.ok(!location?.searchParams.has('code'), twice);
  }
});

test('challenge sessions of the public API are worth nothing here, and the other way round', async () => {
  const browser = new LoginDomain(backend);
  await browser.authorize();
  const outside = await api.srpStart(person.email);
  const inHere = await browser.srpAnswer(browser.srpClaim(outside, person.password));
  assert.equal(inHere.status, 400, inHere.text);
  assert.equal(inHere.body.Location, undefined);

  const inside = await browser.srpStart(person.email);
  const outThere = await api.srpAnswer(api.srpClaim(inside, person.password));
  assert.equal(outThere.status, 400, outThere.text);
  assert.equal(outThere.body.AuthenticationResult, undefined);

  const elsewhere = new LoginDomain(backend);
  await elsewhere.authorize();
  const begun = await browser.srpStart(person.email);
  assert.equal((await elsewhere.srpAnswer(elsewhere.srpClaim(begun, person.password))).status, 400, 'nor in another transaction');
});

test('no token ever reaches the login page', async () => {
  const browser = new LoginDomain(backend);
  await browser.authorize();
  const { text } = await browser.srpSignIn(person.email, person.password);
  assert.deepEqual(Object.keys(JSON.parse(text)), ['Location']);
  assert.doesNotMatch(text, /eyJ/);
});

test('the Host header decides nothing: addresses and iss come from the configuration', async () => {
  const browser = new LoginDomain(backend);
  for (const headers of [{ host: 'evil.example' }, { 'x-forwarded-host': 'evil.example' }, { forwarded: 'host=evil.example' }]) {
    const { answer } = await browser.authorize({}, headers);
    assert.doesNotMatch(JSON.stringify([answer.headers, answer.text]), /evil/, JSON.stringify(headers));
  }
});

test('a wrong password and an unknown person are answered in the same words', async () => {
  const words = [];
  for (const someone of [{ ...person, password: 'Wrong-Horse9!' }, api.newPerson()]) {
    const browser = new LoginDomain(backend);
    await browser.authorize();
    const byPassword = await browser.call('InitiateAuth', passwordSignIn(someone));
    const bySrp = await browser.srpSignIn(someone.email, someone.password);
    words.push([byPassword, bySrp].map(({ status, body }) => [status, body]));
  }
  assert.deepEqual(words[1], words[0]);
});

test('what reads cookies has no CORS, what has CORS reads no cookie', async () => {
  const origin = 'https://app.example';
  const browser = new LoginDomain(backend);
  await browser.authorize();
  for (const [method, path] of [['GET', '/oauth2/authorize'], ['GET', '/login'], ['GET', '/logout'], ['POST', '/_cognate/login/InitiateAuth'], ['POST', '/_cognate/login/DescribeLogin']]) {
    for (const preflight of [false, true]) {
      const headers = { origin, ...(preflight && { 'access-control-request-method': method, 'access-control-request-headers': 'content-type,x-cognate-transaction' }) };
      const answer = await browser.visit(path, { method: preflight ? 'OPTIONS' : method, headers });
      const granted = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
      assert.deepEqual(granted, [], `${preflight ? 'OPTIONS' : method} ${path}`);
    }
  }
  await browser.code(person);
  for (const [method, path] of [['POST', '/oauth2/token'], ['GET', '/oauth2/userInfo'], ['POST', '/oauth2/revoke']]) {
    const answer = await browser.visit(path, { method, headers: { origin } });
    assert.equal(answer.headers['access-control-allow-origin'], '*', path);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined, path);
    assert.equal(answer.headers['set-cookie'], undefined, path);
    assert.ok(answer.status >= 400, `${path}: the SSO cookie opens nothing here`);
    const preflight = await send(backend.url, { method: 'OPTIONS', path, headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' } });
    assert.ok([200, 204].includes(preflight.status), path);
    assert.equal(preflight.headers['access-control-allow-origin'], '*', path);
  }
});

test('every page and answer of the login domain keeps to itself, and its policy leaves no room', async () => {
  const browser = new LoginDomain(backend);
  const { location, answer } = await browser.authorize();
  const pages = [location.pathname + location.search, '/login', '/signup', '/confirm', '/confirmUser', '/forgotPassword', '/confirmforgotPassword', '/resendcode', '/mfa', '/signedOut', '/error?error=redirect_mismatch'];
  const answers = [['authorize', answer], ['DescribeLogin', await browser.call('DescribeLogin', {})]];
  for (const path of pages) answers.push([path, await browser.visit(path)]);
  for (const [what, { headers }] of answers) {
    assert.match(headers['cache-control'], /no-store/, what);
    assert.equal(headers['x-content-type-options'], 'nosniff', what);
    assert.match(headers['referrer-policy'], /^(no-referrer|same-origin)$/, what);
  }
  for (const [what, { status, headers }] of answers.filter(([, { headers }]) => headers['content-type']?.startsWith('text/html'))) {
    assert.equal(status, 200, what);
    const policy = Object.fromEntries(headers['content-security-policy'].split(/;\s*/).map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
    assert.equal(policy['default-src'], "'none'", what);
    assert.equal(policy['script-src'], "'self' 'wasm-unsafe-eval'", what);
    assert.equal(policy['style-src'], "'self'", what);
    assert.equal(policy['connect-src'], "'self'", what);
    assert.equal(policy['form-action'], "'self'", what);
    assert.equal(policy['frame-ancestors'], "'none'", what);
    assert.equal(policy['base-uri'], "'none'", what);
    assert.equal(headers['x-frame-options'], 'DENY', what);
    assert.match(headers['cross-origin-opener-policy'], /same-origin/, what);
  }
  assert.ok(answers.some(([what, { headers }]) => what.startsWith('/login?') && headers['content-type'].startsWith('text/html')), 'the page itself was looked at');
});

test('assets never change and nothing beside them is served', async () => {
  const asset = await send(backend.url, { method: 'GET', path: '/_cognate/ui/assets/first-0a1b2c3d.js' });
  assert.equal(asset.status, 200);
  assert.match(asset.headers['content-type'], /^text\/javascript/);
  assert.match(asset.headers['cache-control'], /immutable/);
  for (const path of ['/_cognate/ui/assets/none-0a1b2c3d.js', '/_cognate/ui/assets/../..secret', '/_cognate/ui/assets/..%2f..secret', '/_cognate/ui/assets/%2e%2e/..secret', '/_cognate/ui/assets//etc/passwd', '/_cognate/ui/index.html']) {
    const answer = await send(backend.url, { method: 'GET', path });
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
    assert.doesNotMatch(answer.text, /not an asset|root:/, path);
  }
});

test('only listed addresses are left to by signing out', async () => {
  for (const uri of ['https://evil.example/', 'http://localhost:4200/x', 'javascript:alert(1)', 'data:text/html,x', '//evil.example', 'http://localhost:4200@evil.example/']) {
    const answer = await new LoginDomain(backend).visit(`/logout?${form({ client_id: backend.clientId, logout_uri: uri })}`);
    assert.equal(answer.status, 303, uri);
    const location = new URL(answer.headers.location, backend.url);
    assert.equal(`${location.origin}${location.pathname}`, `${backend.url}/error`, uri);
  }
});

test('changing the password, signing out everywhere and deleting the account end the SSO session', async () => {
  const ends = {
    'a changed password': ({ AccessToken }, { password }) => api.ok('ChangePassword', { AccessToken, PreviousPassword: password, ProposedPassword: 'Another-Horse9!' }),
    'signing out everywhere': ({ AccessToken }) => api.ok('GlobalSignOut', { AccessToken }),
    'a deleted account': async ({ AccessToken }) => assert.equal((await api.call('DeleteUser', { AccessToken })).status, 200),
  };
  for (const [what, end] of Object.entries(ends)) {
    const someone = await api.confirmedPerson();
    const browser = new LoginDomain(backend);
    await browser.code(someone);
    assert.equal((await browser.authorize()).location.href.split('?')[0], APP, `${what}: SSO works before`);
    await end(await api.tokens(someone), someone);
    assert.equal((await browser.authorize()).location.pathname, '/login', what);
  }
});

function sent(transaction) {
  return { 'content-type': 'application/json', 'x-cognate-transaction': transaction, origin: backend.url, 'sec-fetch-site': 'same-origin' };
}
