// `npm start` as a person runs it: what it prints, what it says when it cannot, and that nothing outlives it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const END_TIMEOUT_MS = 10_000;

let dataDir;
before(async () => (dataDir = await mkdtemp(join(tmpdir(), 'cognate-start-'))));
after(() => rm(dataDir, { recursive: true, force: true }));

test('it prints what to open, serves everything on loopback, and Ctrl-C ends everything', async () => {
  const [port, demoPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const started = npmStart({ PORT: port, DEMO_PORT: demoPort, API_PORT: apiPort, DATA_DIR: dataDir });
  await started.prints(`http://localhost:${demoPort}`);
  await started.prints(`http://localhost:${apiPort}/me`);
  await started.prints(`http://localhost:${port}/_cognate/inbox`);

  assert.deepEqual(await (await fetch(`http://localhost:${port}/health`)).json(), { status: 'ok' });
  const page = await fetch(`http://localhost:${demoPort}/`);
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'.*require-trusted-types-for 'script'/);
  const byNumber = await fetch(`http://127.0.0.1:${demoPort}/`, { redirect: 'manual' });
  assert.equal(byNumber.headers.get('location'), `http://localhost:${demoPort}/`, 'one origin, whatever was typed');
  const config = await (await fetch(`http://localhost:${demoPort}/config.json`)).json();
  assert.equal(config.endpoint, `http://localhost:${port}`);
  const discovery = await (await fetch(`http://localhost:${port}/local_demo/.well-known/openid-configuration`)).json();
  assert.equal(discovery.issuer, config.issuer, 'the issuer follows PORT');
  assert.equal((await fetch(`http://localhost:${apiPort}/me`)).status, 401, 'the API asks for a token');
  const login = await fetch(`http://localhost:${port}/login`);
  assert.equal(login.status, 200);
  assert.match(await login.text(), /<input[^>]* autocomplete="current-password"/, 'the hosted pages are there');
  const toDemo = new URLSearchParams({ client_id: config.clientId, logout_uri: config.oauth.signOutUri });
  const left = await fetch(`http://localhost:${port}/logout?${toDemo}`, { redirect: 'manual' });
  assert.equal(left.headers.get('location'), `http://localhost:${demoPort}/`, 'the demo\'s address follows DEMO_PORT');

  started.interrupt();
  await started.ended();
  await assertClosed(port, demoPort, apiPort);
});

test('when npm itself is killed, the backend, the demo and its API end too', async () => {
  const [port, demoPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const started = npmStart({ PORT: port, DEMO_PORT: demoPort, API_PORT: apiPort, DATA_DIR: dataDir });
  await started.prints(`http://localhost:${demoPort}`);
  started.killNpm();
  await assertClosed(port, demoPort, apiPort);
});

for (const variable of ['PORT', 'DEMO_PORT', 'API_PORT']) {
  test(`${variable} in use: one sentence, and the command that helps`, async () => {
    const blocker = createServer();
    await new Promise((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const taken = blocker.address().port;
    const started = npmStart({ PORT: await freePort(), DEMO_PORT: await freePort(), API_PORT: await freePort(), DATA_DIR: dataDir, [variable]: taken });
    assert.equal(await started.ended(), 1);
    assert.match(started.output(), new RegExp(`Port ${taken}, meant for (the backend|the demo app|the demo's API), is in use\\.\\s+Try: ${variable}=\\d+ npm start`));
    assert.doesNotMatch(started.output(), /\bat .*\.mjs:\d+/, 'no stack trace');
    blocker.close();
  });
}

test('a PORT that is no port is refused in words', async () => {
  const started = npmStart({ PORT: 'http' });
  assert.equal(await started.ended(), 1);
  assert.match(started.output(), /PORT must be a port number from 1 to 65535, not "http"/);
});

test('a machine without cargo is told how to get it', async () => {
  const started = npmStart({ PORT: await freePort(), DEMO_PORT: await freePort(), API_PORT: await freePort(), PATH: await pathWith('node', 'npm', 'sh', 'env') });
  assert.equal(await started.ended(), 1);
  assert.match(started.output(), /cargo was not found; Rust is needed\.\s+Try: .*rustup/);
});

function npmStart(env) {
  // A process group of its own, as a terminal gives it: Ctrl-C goes to the whole group.
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)])) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const end = new Promise((resolve) => child.once('close', resolve));
  return {
    output: () => output,
    prints: async (text) => {
      for (let waited = 0; !output.includes(text); waited += 100) {
        assert.ok(child.exitCode === null && waited < 300_000, `npm start did not print ${text}:\n${output}`);
        await sleep(100);
      }
    },
    ended: () => Promise.race([end, sleep(300_000, undefined, { ref: false }).then(() => assert.fail(`npm start did not end:\n${output}`))]),
    interrupt: () => process.kill(-child.pid, 'SIGINT'),
    killNpm: () => process.kill(child.pid, 'SIGKILL'),
  };
}

async function assertClosed(...ports) {
  const deadline = Date.now() + END_TIMEOUT_MS;
  for (const port of ports) {
    while (await isOpen(port)) {
      assert.ok(Date.now() < deadline, `port ${port} is still served`);
      await sleep(50);
    }
  }
}

function isOpen(port) {
  return fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1_000) }).then(() => true, () => false);
}

// A PATH on which only these commands are.
async function pathWith(...names) {
  const { mkdir, symlink, access } = await import('node:fs/promises');
  const folder = await mkdtemp(join(dataDir, 'bin-'));
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    for (const place of process.env.PATH.split(':')) {
      const path = join(place, name);
      if (await access(path).then(() => true, () => false)) {
        await symlink(path, join(folder, name));
        break;
      }
    }
  }
  return folder;
}
