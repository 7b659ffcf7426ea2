// Whoever opens connections, sends heads without end, or asks slowly holds nobody else up; and a backend that is told to stop ends what
// it has begun.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBackend } from '../support/backend.mjs';
import { Api, send } from '../support/user-pools-api.mjs';

const CONNECTIONS = 1024;
// More than there are, in small lots: what overflows the system's own queue may be overtaken.
const LOTS = 34;
const LOT = 32;
const HEAD_MS = 30_000;
const SLACK_MS = 15_000;
const HEALTH = 'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n';

let backend;

before(async () => { backend = await startBackend(); });
after(() => backend?.stop());

/** A connection that says `text`; `answer` is everything that came until its end. */
function open(text) {
  const socket = connect(backend.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (piece) => { answer += piece; }).on('error', () => {});
  const ended = once(socket, 'close').then(() => answer);
  if (text) socket.write(text);
  return { socket, ended, answer: () => answer };
}

test('a head with too many headers, or too large, is refused and not read to its end', async () => {
  const many = Array.from({ length: 101 }, (_, at) => `x-${at}: 1\r\n`).join('');
  assert.match(await open(`${HEALTH}${many}\r\n`).ended, /^HTTP\/1\.1 431 /);
  const large = await open(`${HEALTH}x-large: ${'x'.repeat(300_000)}\r\n\r\n`).ended;
  assert.match(large, /^(HTTP\/1\.1 431 |$)/);
  assert.doesNotMatch(large, /200 OK/);
  assert.match(await open(`${HEALTH}${many.slice(0, 90 * 7)}x-large: ${'x'.repeat(20_000)}\r\n\r\n`).ended, /^HTTP\/1\.1 200 OK/);
});

test('who opens every connection and says nothing has them for half a minute, and then the next in line is answered', async () => {
  const began = Date.now();
  const silent = [];
  for (let lot = 0; lot < LOTS; lot += 1) {
    const opened = Array.from({ length: LOT }, () => open());
    await Promise.all(opened.map(({ socket }) => once(socket, 'connect')));
    silent.push(...opened);
    await sleep(20);
  }
  assert.ok(silent.length > CONNECTIONS);
  // One of them drips, so that something always comes and the head never ends.
  const drip = setInterval(() => silent[0].socket.write('x'), 1000);
  silent[0].socket.write('GET /health HTTP/1.1\r\nx-slow: ');
  try {
    await sleep(1000);
    const next = open(`${HEALTH}\r\n`);
    await sleep(1000);
    assert.equal(next.answer(), '', 'nobody has a place for it yet');
    assert.match(await next.ended, /^HTTP\/1\.1 200 OK/);
    await silent[0].ended;
    const took = Date.now() - began;
    assert.ok(took >= HEAD_MS - 1000 && took < HEAD_MS + SLACK_MS, `${took} ms`);
  } finally {
    clearInterval(drip);
    for (const { socket } of silent) socket.destroy();
  }
});

test('a backend that is told to stop answers what it has begun, takes nothing new, and ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-stop-'));
  let asked;
  const isAsked = new Promise((resolve) => { asked = resolve; });
  let goOn;
  const lambda = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    asked();
    await new Promise((resolve) => { goOn = resolve; });
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(lambda, 'listening');
  const config = join(folder, 'cognate.toml');
  await writeFile(config, `
[functions]
endpoint = "http://127.0.0.1:${lambda.address().port}"
[[pools]]
id = "local_stop"
[pools.settings]
UsernameAttributes = ["email"]
[pools.triggers]
pre_sign_up = { function = "waits" }
[[pools.clients]]
id = "stopweb"
`);
  const stopping = await startBackend({ args: ['--config', config] });
  try {
    const api = new Api({ ...stopping, poolId: 'local_stop', clientId: 'stopweb' });
    const { email, password } = api.newPerson();
    const answer = api.call('SignUp', { ClientId: 'stopweb', Username: email, Password: password });
    await isAsked;
    process.kill(stopping.pid, 'SIGTERM');
    await refusesConnections(stopping.url);
    goOn();
    assert.equal((await answer).status, 200);
    assert.deepEqual(await stopping.exited, { code: 0, signal: null });
  } finally {
    await stopping.stop();
    lambda.close();
    await rm(folder, { recursive: true, force: true });
  }
});

async function refusesConnections(url) {
  for (let tries = 0; tries < 100; tries += 1) {
    const outcome = await send(url, { method: 'GET', path: '/health' }).then(() => 'answered', (error) => error.code);
    if (outcome === 'ECONNREFUSED') return;
    await sleep(20);
  }
  assert.fail('it still takes connections');
}
