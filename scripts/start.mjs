// One command from a fresh machine to a running system: sets up, builds what has changed, starts the backend
// and the demo on loopback, and ends both together.
//
// PORT (4100), DEMO_PORT (4200), API_PORT (4300) and DATA_DIR (.data) change where.

import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBackend, buildDemo, buildHostedUi, buildPackage } from './run/artifacts.mjs';
import { endTogether, start, stop } from './run/processes.mjs';
import { main, Problem } from './run/problem.mjs';
import { step } from './run/steps.mjs';
import { BACKEND_BINARY, inRoot } from './run/workspace.mjs';
import { serveDemo } from '../www/demo/server/app.mjs';
import { setUp } from './setup.mjs';

const START_TIMEOUT_MS = 20_000;

endTogether();
await main(async () => {
  const port = portFrom('PORT', 4100);
  const demoPort = portFrom('DEMO_PORT', 4200);
  const apiPort = portFrom('API_PORT', 4300);
  if (new Set([port, demoPort, apiPort]).size < 3) throw new Problem('PORT, DEMO_PORT and API_PORT must differ: they are three origins.', { help: 'npm start' });
  const dataDir = process.env.DATA_DIR ? resolve(process.env.DATA_DIR) : inRoot('.data');
  await checkFree('PORT', port, 'the backend');
  await checkFree('DEMO_PORT', demoPort, 'the demo app');
  await checkFree('API_PORT', apiPort, "the demo's API");

  await setUp();
  await buildBackend();
  await buildHostedUi();
  await buildPackage();
  await buildDemo();

  const url = `http://localhost:${port}`;
  const backend = startBackend(port, url, dataDir, demoPort);
  await step('Starting the backend', () => healthy(url, backend));
  const app = `http://localhost:${demoPort}`;
  const pool = { userPoolId: 'local_demo', clientId: 'demowebclient', issuer: `${url}/local_demo` };
  // Here and not above: what it needs is installed by the set-up.
  const { serveApi } = await import('../www/demo/server/api.mjs');
  const api = await serveApi({ port: apiPort, issuer: pool.issuer, clientId: pool.clientId, app });
  const demo = await serveDemo({
    port: demoPort,
    config: { ...pool, endpoint: url, oauth: { domain: url, redirectUri: `${app}/`, signOutUri: `${app}/` }, api: api.url, inbox: `${url}/_cognate/inbox` },
  });
  console.log(`
  Demo app    ${demo.url}   <- open this and create an account
  Its API     ${api.url}/me   (says who an access token is)
  Inbox       ${url}/_cognate/inbox   (the e-mails it would have sent)
  Backend     ${url}
  Data        ${dataDir}

  Ctrl-C ends everything.
`);
  const end = await backend.ended;
  await Promise.all([demo.close(), api.close()]);
  throw new Problem(`The backend ended (${end.signal ?? `exit code ${end.code}`}); what it said is above.`);
});

function portFrom(variable, standard) {
  const text = process.env[variable];
  if (!text) return standard;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Problem(`${variable} must be a port number from 1 to 65535, not "${text}".`, { help: `${variable}=${standard} npm start` });
}

async function checkFree(variable, port, who) {
  for (const host of ['127.0.0.1', '::1']) {
    const error = await new Promise((done) => {
      const probe = createServer();
      probe.once('error', done);
      probe.listen(port, host, () => probe.close(() => done(undefined)));
    });
    if (error?.code === 'EADDRINUSE') {
      throw new Problem(`Port ${port}, meant for ${who}, is in use.`, { help: `${variable}=${port + 10} npm start` });
    }
    if (error?.code === 'EACCES') {
      throw new Problem(`Port ${port}, meant for ${who}, is not ours to open.`, { help: `${variable}=${port + 4000} npm start` });
    }
  }
}

function startBackend(port, url, dataDir, demoPort) {
  const demoApp = `http://localhost:${demoPort}`;
  return start(BACKEND_BINARY, [
    'serve', '--listen', `127.0.0.1:${port}`, '--data', dataDir, '--public-url', url,
    '--demo-app', demoApp, '--hosted-ui', inRoot('hosted-ui', 'dist'),
  ]);
}

async function healthy(url, backend) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let end;
  backend.ended.then((result) => (end = result));
  while (Date.now() < deadline) {
    if (end) throw new Problem('The backend did not start; what it said is above.');
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (response?.ok) return;
    await sleep(25);
  }
  await stop(backend);
  throw new Problem(`The backend did not answer within ${START_TIMEOUT_MS / 1000} s; what it said is above.`);
}
