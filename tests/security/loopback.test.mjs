// The comforts of a developer's machine (demo keys, inbox) stay on that machine (security rule 3): a page of another origin, a rebound
// name, a proxy in between, and every listener that is not loopback go without them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CognitoIdentityProviderClient, ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { Api, send } from '../support/user-pools-api.mjs';
import { backendBinary, startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { code } from '../support/inbox.mjs';

let backend;
let secretCode;

before(async () => {
  backend = await startBackend();
  const api = new Api(backend);
  const { email } = await api.signedUpPerson();
  secretCode = await code(backend.url, email);
});
after(() => backend?.stop());

const HOSTILE = [
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['an opaque Origin', { origin: 'null' }],
  ['the Origin of another local app', { origin: 'http://localhost:4200' }],
  ['a Host that was rebound', { host: 'evil.example' }],
  ['a Host that only begins like ours', { host: 'localhost.evil.example' }],
  ['a Host that only begins like our address', { host: '127.0.0.1.evil.example' }],
  ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
  ['X-Forwarded-For', { 'x-forwarded-for': '203.0.113.9' }],
  ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.example' }],
  ['X-Forwarded-Proto', { 'x-forwarded-proto': 'https' }],
  ['Forwarded', { forwarded: 'for=203.0.113.9' }],
];

for (const [what, headers] of HOSTILE) {
  for (const path of ['/_cognate/inbox', '/_cognate/inbox.json']) {
    test(`${path} shows nothing to a request with ${what}`, async () => {
      const answer = await send(backend.url, { method: 'GET', path, headers });
      assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
      assert.ok(!answer.text.includes(secretCode));
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    });
  }

  test(`the demo keys do not open to a request with ${what}, however well it is signed`, async () => {
    const admin = demoKeys(backend.url);
    admin.middlewareStack.add((next) => (call) => {
      Object.assign(call.request.headers, headers);
      return next(call);
    }, { step: 'build', priority: 'low' });
    await assert.rejects(admin.send(new ListUserPoolsCommand({ MaxResults: 1 })), (error) => error.$metadata.httpStatusCode >= 400 && error.$metadata.httpStatusCode < 500);
  });
}

test('headers added after signing do not help either', async () => {
  const admin = demoKeys(backend.url);
  admin.middlewareStack.add((next) => (call) => {
    call.request.headers.origin = 'http://localhost:4200';
    return next(call);
  }, { step: 'finalizeRequest', priority: 'low' });
  await assert.rejects(admin.send(new ListUserPoolsCommand({ MaxResults: 1 })), (error) => error.$metadata.httpStatusCode < 500);
});

test('a person on this machine reads the inbox: directly, and by a link from the demo', async () => {
  for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }, { host: `127.0.0.1:${backend.port}` }]) {
    const page = await send(backend.url, { method: 'GET', path: '/_cognate/inbox', headers });
    assert.equal(page.status, 200, JSON.stringify(headers));
    assert.ok(page.text.includes(secretCode));
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.equal(page.headers['access-control-allow-origin'], undefined);
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
    assert.equal(page.headers['x-frame-options'], 'DENY');
    assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
  }
});

test('what a person writes is text in the inbox, never markup', async () => {
  const api = new Api(backend);
  await api.ok('SignUp', { ClientId: api.clientId, Username: "o'hara&lt@example.com", Password: 'Correct-Horse9!' });
  const page = await send(backend.url, { method: 'GET', path: '/_cognate/inbox' });
  assert.ok(page.text.includes('hara&amp;lt@example.com'), 'what was written is shown as it was');
  assert.ok(!page.text.includes('hara&lt@'), 'and not read as markup');
});

test('listening beyond loopback with the demo keys is refused with a sentence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-listen-'));
  try {
    const child = spawn(backendBinary(), ['serve', '--listen', `0.0.0.0:${await freePort()}`, '--data', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { said += chunk; });
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    const status = await new Promise((resolve) => child.once('exit', resolve));
    clearTimeout(late);
    assert.ok(status > 0, `it must end by itself, with a failure (${status}): ${said}`);
    assert.match(said, /loopback|127\.0\.0\.1/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function demoKeys(endpoint) {
  return new CognitoIdentityProviderClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });
}
