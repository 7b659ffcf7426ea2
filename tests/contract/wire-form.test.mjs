// The wire form that every client relies on, whatever the operation: status, headers, error bodies, request ids, CORS.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { Api, send } from '../support/user-pools-api.mjs';

let backend;
let api;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
});
after(() => backend?.stop());

const PREFIX = 'AWSCognitoIdentityProviderService.';
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const signUp = (change) => ({ ClientId: 'demowebclient', Username: 'someone@example.com', Password: 'Correct-Horse9!', ...change });

const refusals = [
  ['an unknown operation', { target: `${PREFIX}MakeCoffee`, body: '{}' }, 'UnknownOperationException'],
  ['a target of another service', { target: 'AWSCognitoSyncService.ListDatasets', body: '{}' }, 'UnknownOperationException'],
  ['no target at all', { body: '{}' }, 'UnknownOperationException'],
  ['malformed JSON', { target: `${PREFIX}SignUp`, body: '{"ClientId": ' }, 'SerializationException'],
  ['a body that is HTML', { target: `${PREFIX}SignUp`, body: '<html></html>' }, 'SerializationException'],
  ['an array where an object belongs', { target: `${PREFIX}SignUp`, body: '[]' }, 'SerializationException'],
  ['a number where text belongs', { target: `${PREFIX}SignUp`, body: signUp({ Username: 5 }) }, 'SerializationException'],
  ['text where a list belongs', { target: `${PREFIX}SignUp`, body: signUp({ UserAttributes: 'email' }) }, 'SerializationException'],
  ['a required member that is missing', { target: `${PREFIX}SignUp`, body: signUp({ Username: undefined }) }, 'InvalidParameterException'],
  ['a required member that is null', { target: `${PREFIX}SignUp`, body: signUp({ Username: null }) }, 'InvalidParameterException'],
  ['a name that is too long', { target: `${PREFIX}SignUp`, body: signUp({ Username: 'a'.repeat(129) }) }, 'InvalidParameterException'],
  ['a name with a character outside the pattern', { target: `${PREFIX}SignUp`, body: signUp({ Username: 'a\u0000b' }) }, 'InvalidParameterException'],
  ['a client id outside the pattern', { target: `${PREFIX}SignUp`, body: signUp({ ClientId: 'no spaces' }) }, 'InvalidParameterException'],
  ['a password with white space', { target: `${PREFIX}SignUp`, body: signUp({ Password: 'Correct Horse9!' }) }, 'InvalidParameterException'],
  ['a client that does not exist', { target: `${PREFIX}SignUp`, body: signUp({ ClientId: 'doesnotexist' }) }, 'ResourceNotFoundException'],
  ['an enumeration value that does not exist', { target: `${PREFIX}InitiateAuth`, body: { ClientId: 'demowebclient', AuthFlow: 'MAGIC' } }, 'InvalidParameterException'],
  ['a flow that the client does not allow', { target: `${PREFIX}InitiateAuth`, body: { ClientId: 'demowebclient', AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: 'a' } } }, 'InvalidParameterException'],
  ['a flow without its parameters', { target: `${PREFIX}InitiateAuth`, body: { ClientId: 'demowebclient', AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME: 'a' } } }, 'InvalidParameterException'],
  ['an access token that is none', { target: `${PREFIX}GetUser`, body: { AccessToken: 'a.b.c' } }, 'NotAuthorizedException'],
  ['a refresh token that is none', { target: `${PREFIX}GetTokensFromRefreshToken`, body: { ClientId: 'demowebclient', RefreshToken: 'nonsense' } }, 'NotAuthorizedException'],
  ['an unsigned administrative operation', { target: `${PREFIX}ListUsers`, body: { UserPoolId: 'local_demo' } }, 'MissingAuthenticationTokenException'],
];

for (const [what, { target, body }, type] of refusals) {
  test(`${what} is a ${type} in the service's form`, async () => {
    const answer = await send(backend.url, {
      headers: { ...JSON_TYPE, ...(target && { 'x-amz-target': target }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.__type, type);
    assert.equal(typeof answer.body.message, 'string');
    assert.deepEqual(Object.keys(answer.body).filter((key) => !['__type', 'message', 'reasonCode'].includes(key)), []);
    assert.equal(answer.headers['x-amzn-errortype'].split(':')[0], type);
    assertServiceHeaders(answer);
    assert.ok(!answer.text.includes('Correct'), 'a password is never echoed');
  });
}

test('a constraint that fails is named in the service\'s words, with the member but without a secret value', async () => {
  const long = `Secret-${'x'.repeat(300)}`;
  const { body } = await api.call('SignUp', signUp({ Password: long }));
  assert.match(body.message, /^\d+ validation errors? detected: /);
  assert.match(body.message, /'password' failed to satisfy constraint/);
  assert.ok(!body.message.includes(long.slice(0, 20)));
});

test('null members are absent members and unknown members are ignored', async () => {
  const answer = await api.call('SignUp', signUp({
    Username: api.newPerson().email, ValidationData: null, UserAttributes: null, ClientMetadata: null, AnalyticsMetadata: null, SomethingNew: { a: [1] },
  }));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.UserConfirmed, false);
  assertServiceHeaders(answer);
});

test('a byte order of headers does not matter: names are case-insensitive, the content type may carry a charset', async () => {
  const answer = await send(backend.url, {
    headers: { 'CONTENT-TYPE': 'application/x-amz-json-1.1; charset=utf-8', 'X-AMZ-TARGET': `${PREFIX}GetUser` },
    body: '{"AccessToken":"a.b.c"}',
  });
  assert.equal(answer.body.__type, 'NotAuthorizedException');
});

test('every answer has its own request id', async () => {
  const ids = new Set();
  for (let i = 0; i < 5; i += 1) ids.add((await api.call('GetUser', { AccessToken: 'a.b.c' })).headers['x-amzn-requestid']);
  assert.equal(ids.size, 5);
});

test('a preflight allows what the clients send and not the authorization header', async () => {
  const wanted = ['content-type', 'x-amz-target', 'x-amz-user-agent', 'cache-control', 'amz-sdk-invocation-id', 'amz-sdk-request'];
  const answer = await send(backend.url, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': [...wanted, 'authorization'].join(','),
    },
  });
  assert.ok([200, 204].includes(answer.status), String(answer.status));
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.match(answer.headers['access-control-allow-methods'], /POST/);
  assert.ok(Number(answer.headers['access-control-max-age']) >= 600);
  const allowed = answer.headers['access-control-allow-headers'].toLowerCase().split(/\s*,\s*/);
  for (const name of wanted) assert.ok(allowed.includes(name), name);
  assert.ok(!allowed.includes('authorization') && !allowed.includes('*'));
  assert.equal(answer.headers['access-control-allow-credentials'], undefined);
});

test('other methods and paths answer like an HTTP server, never with a failure of ours', async () => {
  for (const [method, path] of [['PUT', '/'], ['GET', '/nowhere'], ['POST', '/nowhere'], ['GET', '/nowhere/.well-known/jwks.json']]) {
    const answer = await send(backend.url, { method, path });
    assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path}: ${answer.status}`);
  }
});

test('a body that is too large is refused and the server stays', async () => {
  const answer = await api.call('SignUp', JSON.stringify(signUp({ ClientMetadata: { a: 'x'.repeat(4 << 20) } }))).catch((error) => error);
  // The server may answer, or close while the client is still sending: both are refusals.
  if (!(answer instanceof Error)) assert.ok([400, 413].includes(answer.status), String(answer.status));
  assert.equal((await send(backend.url, { method: 'GET', path: '/health' })).status, 200);
});

test('deeply nested JSON is refused and the server stays', async () => {
  const answer = await api.call('SignUp', `{"ClientMetadata":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  assert.equal(answer.status, 400);
  assert.equal((await send(backend.url, { method: 'GET', path: '/health' })).status, 200);
});

test('discovery and JWKS are JSON that any origin may read and caches may keep', async () => {
  for (const document of ['openid-configuration', 'jwks.json']) {
    const answer = await send(backend.url, { method: 'GET', path: `/${backend.poolId}/.well-known/${document}`, headers: { origin: 'https://app.example' } });
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.match(answer.headers['cache-control'], /max-age=\d+/);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
});

test('/health is small and says ok', async () => {
  const answer = await send(backend.url, { method: 'GET', path: '/health' });
  assert.deepEqual([answer.status, answer.body], [200, { status: 'ok' }]);
});

function assertServiceHeaders({ headers }) {
  assert.match(headers['content-type'], /^application\/x-amz-json-1\.1/);
  assert.match(headers['x-amzn-requestid'], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['access-control-allow-credentials'], undefined);
  const exposed = headers['access-control-expose-headers'].toLowerCase().split(/\s*,\s*/);
  for (const name of ['x-amzn-requestid', 'x-amzn-errortype', 'x-amzn-errormessage', 'date']) assert.ok(exposed.includes(name), `${name} is exposed`);
  assert.ok(headers.date, 'clients measure their clock against Date');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['set-cookie'], undefined);
}
