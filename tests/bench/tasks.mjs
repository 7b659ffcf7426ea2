// How long the page is kept from answering while somebody signs in on a remembered device: our package, Amplify Auth and
// amazon-cognito-identity-js, each bundled by one esbuild, in turns, in one Chromium with the processor slowed four times, against one
// backend and one pool that remembers devices.
//
// The first sign-in of a page makes the device known and is not looked at; the second one proves password and device (two SRP exchanges).
// Long tasks are the browser's own (over 50 ms); the longest gap is between two turns of a loop of the page's event queue, and tells what a
// person who types meanwhile feels.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateUserPoolClientCommand, CreateUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { build } from 'esbuild';
import { launchChromium } from '../support/chromium.mjs';
import { personIn } from '../support/mfa-pool.mjs';
import { startTarget } from '../support/target.mjs';
import { servePage } from './login/server.mjs';
import { median, printTable, ratio, short, verdict } from './table.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(root, 'pkg', 'dist');
const SLOWDOWN = 4;
const LONG_TASK_MS = 50;
// What a page with devices loads of the package.
const SHIPPED = ['index.js', 'worker.js', 'cognate.wasm', 'signed-in.js', 'cognate-account.wasm'];
const LIBRARIES = ['cognate-auth', 'amplify', 'identity-js'];

export async function benchTasks({ quick = false } = {}) {
  if (!existsSync(join(DIST, 'index.js'))) throw new Error('the package is not built; build it with: npm run build');
  const target = await startTarget();
  const servers = [];
  const browser = await launchChromium();
  try {
    const pool = await poolWithDevices(target);
    const pages = new Map();
    for (const library of LIBRARIES) {
      const server = await servePage({ files: await filesOf(library), backend: () => target.endpoint });
      servers.push(server);
      pages.set(library, server.url);
    }
    const visit = async (library) => signInTwice(browser, pages.get(library), pool, await personIn(target, pool, {}));
    for (const library of LIBRARIES) await visit(library); // the browser's own first time
    const runs = Object.fromEntries(LIBRARIES.map((library) => [library, []]));
    for (let round = 0; round < (quick ? 1 : 9); round += 1) {
      for (let turn = 0; turn < LIBRARIES.length; turn += 1) {
        const library = LIBRARIES[(round + turn) % LIBRARIES.length];
        runs[library].push(await visit(library));
      }
    }
    print(runs);
    return runs;
  } finally {
    await browser.close();
    for (const server of servers) await server.close();
    await target.stop();
  }
}

async function poolWithDevices(target) {
  const { UserPool } = await target.admin.send(new CreateUserPoolCommand({
    PoolName: 'tasks',
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  }));
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: UserPool.Id,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  return { poolId: UserPool.Id, clientId: UserPoolClient.ClientId, issuer: new URL(UserPool.Id, `${target.endpoint}/`).href };
}

async function filesOf(library) {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'tests', 'bench', 'tasks', `${library}.js`)],
    bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, logLevel: 'error', legalComments: 'none',
    external: ['/cognate/*'],
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  });
  const html = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title><script type="module" src="/library.js"></script></html>';
  const files = new Map([
    ['/', { bytes: Buffer.from(html), kind: 'html' }],
    ['/library.js', { bytes: Buffer.from(outputFiles[0].contents), kind: 'js' }],
  ]);
  if (library === 'cognate-auth') {
    for (const name of SHIPPED) files.set(`/cognate/${name}`, { bytes: readFileSync(join(DIST, name)), kind: name.split('.').pop() });
  }
  return files;
}

// A context of its own, so that no other person's device is there.
async function signInTwice(browser, url, pool, { username, password }) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await page.goto(url);
    await page.waitForFunction(() => 'library' in globalThis);
    await page.evaluate((given) => globalThis.library.start(given), { ...pool, endpoint: url });
    await page.evaluate((person) => globalThis.library.signIn(person), { username, password });
    await page.evaluate(() => globalThis.library.signOut());
    const proofs = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') proofs.push(JSON.parse(request.postData() ?? '{}').ChallengeName);
    });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    const seen = await page.evaluate(watchSignIn, { username, password });
    if (!proofs.includes('DEVICE_PASSWORD_VERIFIER')) throw new Error(`the device was not proved; what was answered: ${proofs.join(', ')}`);
    return seen;
  } finally {
    await context.close();
  }
}

/** Runs in the page: signs in and answers `{ total, gap, long }` in ms; `long` are the browser's long tasks. */
async function watchSignIn(person) {
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const { port1, port2 } = new MessageChannel();
  let gap = 0;
  let last = performance.now();
  port1.onmessage = () => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
    port2.postMessage(0);
  };
  port2.postMessage(0);
  const began = performance.now();
  await globalThis.library.signIn(person);
  const total = performance.now() - began;
  // What was recorded comes in a task of its own.
  await new Promise((resolve) => { setTimeout(resolve, 200); });
  long.push(...observer.takeRecords().map(({ duration }) => duration));
  port1.close();
  return { total, gap, long };
}

function print(runs) {
  const of = (library, read) => runs[library].map(read);
  const longest = ({ long }) => Math.max(0, ...long);
  const rows = LIBRARIES.map((library) => [
    library,
    short(median(of(library, ({ total }) => total))),
    short(median(of(library, ({ gap }) => gap))),
    ratio(median(of(library, ({ gap }) => gap)), median(of('amplify', ({ gap }) => gap))),
    short(median(of(library, ({ long }) => long.length))),
    short(Math.max(...of(library, longest))),
    library === 'cognate-auth' ? verdict(runs[library].every((run) => longest(run) <= LONG_TASK_MS), 'no task over 50 ms in any run') : undefined,
  ]);
  printTable(
    `Signing in on a remembered device, processor slowed ${SLOWDOWN} times, ms (medians of ${runs.amplify.length})`,
    ['library', 'sign-in', 'longest gap', 'gap / Amplify', 'long tasks', 'longest of all runs', ''],
    rows,
    ['Ours computes in a worker; the peers in the page. The sign-in itself is two SRP exchanges, on loopback.'],
  );
}
