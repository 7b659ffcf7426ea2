// The demo's API, which apps are built after: whom it believes, and who may read what it says.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { serveApi } from '../../www/demo/server/api.mjs';
import { Api } from '../support/user-pools-api.mjs';
import { startBackend } from '../support/backend.mjs';

const APP = 'http://localhost:4200';

let backend;
let demoApi;
let tokens;

before(async () => {
  backend = await startBackend();
  const api = new Api(backend);
  tokens = await api.tokens(await api.confirmedPerson());
  demoApi = await serveApi({ port: 0, issuer: backend.issuer, clientId: backend.clientId, app: APP });
});
after(async () => {
  await demoApi?.close();
  await backend?.stop();
});

const me = (authorization, api = demoApi) => fetch(`${api.url}/me`, { headers: authorization ? { authorization } : {} });
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

test('an access token says who asks', async () => {
  const response = await me(`Bearer ${tokens.AccessToken}`);
  assert.equal(response.status, 200);
  assert.equal((await response.json()).sub, claimsOf(tokens.IdToken).sub);
  assert.equal(response.headers.get('cache-control'), 'no-store');
});

test('a request without a token is told what is missing, and not that a token is bad', async () => {
  for (const authorization of [undefined, 'Basic YTpi', 'Bearer', `Bearer ${tokens.RefreshToken.slice(0, 20)}`]) {
    const response = await me(authorization);
    assert.equal(response.status, 401, authorization);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer', authorization);
  }
});

test('a token for another use, a forged and an unsigned one are refused', async () => {
  const [header, payload, signature] = tokens.AccessToken.split('.');
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bad = {
    'the ID token': tokens.IdToken,
    'other claims': [header, part({ ...claimsOf(tokens.AccessToken), sub: 'somebody else' }), signature].join('.'),
    'no algorithm': [part({ alg: 'none' }), payload, 'AA'].join('.'),
    'an unknown key': [part({ alg: 'RS256', kid: 'mine' }), payload, signature].join('.'),
  };
  for (const [what, token] of Object.entries(bad)) {
    const response = await me(`Bearer ${token}`);
    assert.equal(response.status, 401, what);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer error="invalid_token"', what);
  }
});

test('a token of the same pool for another client, and of another issuer, is refused', async () => {
  const others = [
    { issuer: backend.issuer, clientId: 'anotherclient' },
    { issuer: backend.issuer.replace('localhost', '127.0.0.1'), clientId: backend.clientId },
  ];
  for (const other of others) {
    const api = await serveApi({ port: 0, app: APP, ...other });
    try {
      assert.equal((await me(`Bearer ${tokens.AccessToken}`, api)).status, 401, JSON.stringify(other));
    } finally {
      await api.close();
    }
  }
});

test('while the keys cannot be had nobody is believed, and nobody is told that the token is bad', async () => {
  const api = await serveApi({ port: 0, issuer: 'http://127.0.0.1:9/pool', clientId: backend.clientId, app: APP });
  try {
    const response = await me(`Bearer ${tokens.AccessToken}`, api);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('www-authenticate'), null);
  } finally {
    await api.close();
  }
});

test("only the demo's page may read the answers, and only this machine's names reach it", async () => {
  const preflight = await fetch(`${demoApi.url}/me`, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-headers': 'authorization' } });
  assert.equal(preflight.headers.get('access-control-allow-origin'), APP);
  assert.equal(preflight.headers.get('access-control-allow-credentials'), null);
  assert.equal(await statusFor('rebound.example'), 421);
});

/** `fetch` does not let a caller choose the Host. */
function statusFor(host) {
  return new Promise((resolve, reject) => {
    const asking = request(`${demoApi.url}/me`, { headers: { host } }, (response) => resolve(response.resume().statusCode));
    asking.on('error', reject).end();
  });
}
