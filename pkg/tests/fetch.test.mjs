// What `auth.fetch` may reach: the security boundary between the page and the access token.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { load } from './compile.mjs';

const { allowList, allows, apiFetch } = await load('worker/fetch.ts');

const reaches = (entry, url, method = 'GET') => allowList([entry], []).some((allowed) => allows(allowed, new URL(url), method));

test('an origin is compared exactly', () => {
  const api = { origin: 'https://api.example.com' };
  assert.ok(reaches(api, 'https://api.example.com/anything?x#y'));
  for (const url of [
    'http://api.example.com/', 'https://api.example.com:8443/', 'https://api.example.com.evil.example/', 'https://evil.example/api.example.com',
    'https://sub.api.example.com/', 'https://api.example.com@evil.example/', 'https://API.example.com.:443/',
  ]) assert.ok(!reaches(api, url), url);
});

test('a path prefix ends at a segment', () => {
  const api = { origin: 'https://a.example', path: '/v1/' };
  for (const url of ['https://a.example/v1', 'https://a.example/v1/', 'https://a.example/v1/me?x=/../y']) assert.ok(reaches(api, url), url);
  for (const url of ['https://a.example/', 'https://a.example/v10', 'https://a.example/v1x/', 'https://a.example/V1/me']) assert.ok(!reaches(api, url), url);
});

test('a path prefix cannot be left by dots, encoded or not', () => {
  const api = { origin: 'https://a.example', path: '/v1' };
  for (const path of ['/v1/../admin', '/v1/%2e%2e/admin', '/v1/.%2E/admin', '/v1/..%2fadmin', '/v1/..%5Cadmin', '/v1\\..\\admin', '/v1/..\\admin',
    '/v1/..;/admin', '/v1/..;x=1/admin', '/v1/%2e%2e;/admin', '/v1/%252e%252e/admin', '/v1/%252E.', '/v1/..%252fadmin', '/v1/..%25255cadmin',
    '/v1/..%3b/admin', '/v1/..%3B', '/v1/..%253b/admin', '/v1/..%00/admin', '/v1/..%20/admin', '/v1/.. /admin', '/v1/..%09/admin', '/v1/%2e%2e%20/admin', '/v1/.%00',
    '/v1/%e0%80%ae%e0%80%ae/admin', '/v1/%c0%ae%C0%ae/admin', '/v1/%u002e%u002e/admin', '/v1/%EF%BC%8E%EF%BC%8E/admin', '/v1/\uff0e\uff0e/admin', '/v1/%f0%80%80%ae/x']) {
    assert.ok(!reaches(api, `https://a.example${path}`), path);
  }
  for (const path of ['/v1/a..b', '/v1/...', '/v1/.well-known/x', '/v1/..a%20b', '/v1/a..%20b', '/v1/a;b', '/v1/50%25', '/v1/caf%C3%A9', '/v1/%E4%BD%A0%E5%A5%BD', '/v1/%F0%9F%8D%8E', '/v1/%e0%a4%a8']) {
    assert.ok(reaches(api, `https://a.example${path}`), path);
  }
});

test('methods are limited where they are listed', () => {
  const api = { origin: 'https://a.example', methods: ['get'] };
  assert.ok(reaches(api, 'https://a.example/', 'GET'));
  assert.ok(!reaches(api, 'https://a.example/', 'POST'));
  assert.ok(reaches({ origin: 'https://a.example' }, 'https://a.example/', 'DELETE'));
});

test('entries that would allow something else than they say are refused', () => {
  for (const entry of [
    { origin: 'https://a.example/' }, { origin: 'https://a.example/v1' }, { origin: 'a.example' }, { origin: 'http://a.example' }, { origin: '*' },
    { origin: 'https://user@a.example' }, { origin: 'null' }, { origin: 'https://a.example', path: 'v1' }, { origin: 'https://a.example', path: '/v1?x' },
    { origin: 'https://a.example', path: '/v%31' },
  ]) assert.throws(() => allowList([entry], []), { code: 'invalid_configuration' }, JSON.stringify(entry));
  assert.ok(reaches({ origin: 'http://localhost:3000' }, 'http://localhost:3000/x'));
});

test('who issues the tokens is never reachable', () => {
  const issuers = ['http://localhost:4100', 'https://auth.example/pool'];
  for (const origin of [
    'http://localhost:4100', 'https://auth.example', 'https://cognito-idp.eu-west-1.amazonaws.com', 'https://cognito-idp-fips.us-east-1.amazonaws.com',
    'https://cognito-identity.eu-west-1.amazonaws.com', 'https://vpce-0a1b-2c3d.cognito-idp.eu-west-1.vpce.amazonaws.com', 'https://cognito-idp.cn-north-1.amazonaws.com.cn', 'https://app.auth.eu-west-1.amazoncognito.com',
    'http://127.0.0.1:4100', 'http://127.0.0.2:4100', 'http://[::1]:4100', 'http://0.0.0.0:4100', 'http://[::]:4100', 'http://[::ffff:127.0.0.1]:4100', 'http://[::ffff:7f00:1]:4100', 'http://app.localhost:4100', 'https://auth.example.', 'https://cognito-idp.eu-west-1.amazonaws.com.',
  ]) assert.throws(() => allowList([{ origin }], issuers), { code: 'invalid_configuration' }, origin);
  assert.ok(allowList([{ origin: 'http://localhost:4101' }], issuers));
});

let server;
let origin;
before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/v1/away') return response.writeHead(302, { location: '/elsewhere' }).end();
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => response.end(JSON.stringify({ method: request.method, headers: request.headers, body })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const send = (request, token = async () => 'the-token') =>
  apiFetch({ method: 'GET', headers: [], ...request }, allowList([{ origin, path: '/v1' }], []), AbortSignal.timeout(5_000), token);

test('an allowed request carries the token and nothing that the page says about authorization', async () => {
  const body = new TextEncoder().encode('hello').buffer;
  const response = await send({ url: `${origin}/v1/me`, method: 'POST', headers: [['authorization', 'Bearer mine'], ['dpop', 'proof'], ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Original-URL', '/admin'], ['x-rewrite-url', '/admin'], ['X-Forwarded-Prefix', '/admin'], ['x-mine', '1']], body });
  const seen = JSON.parse(new TextDecoder().decode(response.body));
  assert.equal(response.status, 200);
  assert.equal(seen.headers.authorization, 'Bearer the-token');
  assert.equal(seen.headers.dpop, undefined);
  for (const name of ['x-http-method-override', 'x-original-url', 'x-rewrite-url', 'x-forwarded-prefix']) assert.equal(seen.headers[name], undefined, name);
  assert.equal(seen.headers['x-mine'], '1');
  assert.equal(seen.headers.cookie, undefined);
  assert.equal(seen.body, 'hello');
});

test('a refused request does not even ask for the token', async () => {
  const token = () => assert.fail('the token was asked for');
  await assert.rejects(send({ url: `${origin}/v2/me` }, token), { code: 'invalid_parameter' });
});

test('a redirect is not followed, and an API that is down is told from one that is slow', async () => {
  await assert.rejects(send({ url: `${origin}/v1/away` }), { code: 'network' });
  const aborted = AbortSignal.abort();
  const allowed = allowList([{ origin, path: '/v1' }], []);
  await assert.rejects(apiFetch({ url: `${origin}/v1`, method: 'GET', headers: [] }, allowed, aborted, async () => 'x'), { code: 'aborted', outcome: 'unknown' });
});
