// The login page, everything included: the hosted UI as it is built, against Amplify's Authenticator on React, built by the esbuild that
// builds our package, minified, with its style sheet. Bytes first; then Chromium with the processor slowed four times and nothing in its
// caches, the two pages in turns from one server with brotli, against one backend.
//
// First paint is the browser's own first contentful paint; what interactive means, for both alike, stands in login/probe.mjs.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.mjs';
import { readTimes, watchLogin } from './login/probe.mjs';
import { servePage } from './login/server.mjs';
import { median, printTable, ratio, short, verdict } from './table.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const HOSTED_UI = join(root, 'hosted-ui', 'dist');
const SLOWDOWN = 4;
const BROTLI_LIMIT = 120 * 1024;
const PERSON = { username: 'somebody@example.com', password: 'Correct-Horse9!' };
const APP = 'http://localhost:4200/';

export async function benchLogin({ quick = false } = {}) {
  const peerFiles = await buildAuthenticator();
  const ourPort = await freePort();
  const backend = await startBackend({ publicUrl: `http://localhost:${ourPort}`, args: ['--hosted-ui', HOSTED_UI, '--demo-app', APP] });
  const servers = [];
  const browser = await launchChromium();
  try {
    const ours = await servePage({ port: ourPort, files: await hostedUiFiles(backend), backend: () => backend.url });
    servers.push(ours);
    const pool = { id: backend.poolId, client: backend.clientId };
    const peer = await servePage({ files: peerFiles(pool), backend: () => backend.url });
    servers.push(peer);
    const pages = {
      ours: { enter: (context) => authorize(context, ours.url), signInPath: '/_cognate/login/InitiateAuth' },
      peer: { enter: () => `${peer.url}/`, signInPath: '/' },
    };

    for (const page of Object.values(pages)) await visit(browser, page); // the browser's own first time
    const runs = { ours: [], peer: [] };
    for (let round = 0; round < (quick ? 1 : 11); round += 1) {
      for (const name of round % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours']) runs[name].push(await visit(browser, pages[name]));
    }
    const bytes = { ours: weigh(await hostedUiFiles(backend), ours.served()), peer: weigh(peerFiles(pool), peer.served()) };
    printBytes(bytes);
    printTimes(runs);
    return { bytes, runs };
  } finally {
    await browser.close();
    for (const server of servers) await server.close();
    await backend.stop();
  }
}

// One visit with a browser context of its own: no cache, no cookie, no compiled code of an earlier visit.
async function visit(browser, { enter, signInPath }) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const url = await enter(context);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    await page.addInitScript(watchLogin, PERSON);
    await page.goto(url, { waitUntil: 'commit' });
    const times = await page.waitForFunction(readTimes, signInPath, { polling: 50, timeout: 60_000 });
    return await times.jsonValue();
  } finally {
    await context.close();
  }
}

// The app's redirect, before the clock runs: it sets the transaction's cookie and names the page.
async function authorize(context, url) {
  const query = new URLSearchParams({
    response_type: 'code', client_id: 'demowebclient', redirect_uri: APP, scope: 'openid', state: 'bench',
    code_challenge_method: 'S256', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  });
  const answer = await context.request.get(`${url}/oauth2/authorize?${query}`, { maxRedirects: 0 });
  if (answer.status() !== 303) throw new Error(`authorize answered ${answer.status()}: ${await answer.text()}`);
  return new URL(answer.headers().location, url).href;
}

// Our bundle at the paths of the backend, with the headers that the backend gives the page.
async function hostedUiFiles(backend) {
  if (!existsSync(HOSTED_UI)) throw new Error('the hosted UI is not built; build it with: npm run build');
  const page = await fetch(`${backend.url}/login`);
  const policy = page.headers.get('content-security-policy');
  if (!page.ok || !policy) throw new Error(`the backend's login page answered ${page.status} with the policy ${policy}`);
  const files = new Map();
  for (const path of filesIn(HOSTED_UI)) {
    const kind = extname(path).slice(1);
    const name = relative(HOSTED_UI, path).replaceAll('\\', '/');
    if (kind === 'br' || kind === 'gz') continue;
    if (name.startsWith('assets/')) files.set(`/_cognate/ui/${name}`, { bytes: readFileSync(path), kind });
  }
  const html = ['login.html', 'index.html'].map((name) => join(HOSTED_UI, name)).find(existsSync);
  files.set('/login', { bytes: readFileSync(html), kind: 'html', headers: { 'content-security-policy': policy } });
  return files;
}

async function buildAuthenticator() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'tests', 'bench', 'login', 'authenticator.jsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    write: false,
    outdir: root,
    logLevel: 'error',
    legalComments: 'none',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  });
  const built = new Map(outputFiles.map(({ path, contents }) => [`/authenticator${extname(path)}`, { bytes: Buffer.from(contents), kind: extname(path).slice(1) }]));
  const html = (pool) => `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title><link rel="stylesheet" href="/authenticator.css"><script type="module" src="/authenticator.js"></script>
<script type="application/json" id="pool">${JSON.stringify(pool)}</script><div id="root"></div></html>`;
  return (pool) => new Map([['/', { bytes: Buffer.from(html(pool)), kind: 'html' }], ...built]);
}

function printBytes({ ours, peer }) {
  const row = (name, size, of, note) => [name, size.raw, size.gzip, size.brotli, of && ratio(size.brotli, of.brotli), note];
  printTable('The login page, bytes', ['what', 'raw', 'gzip -9', 'brotli 11', 'brotli / Authenticator', ''], [
    ...Object.entries(ours.kinds).map(([kind, size]) => row(`hosted UI: ${kind}`, size)),
    row('hosted UI: all', ours.all, peer.all, verdict(ours.all.brotli < BROTLI_LIMIT, 'under 120 KB brotli')),
    ...Object.entries(peer.kinds).map(([kind, size]) => row(`Authenticator on React: ${kind}`, size)),
    row('Authenticator on React: all', peer.all, peer.all),
  ], [`Every file of the bundle counts, also what a visit does not ask for${ours.unasked.length > 0 ? ` (here: ${ours.unasked.join(', ')})` : ''}.`]);
}

function printTimes({ ours, peer }) {
  const columns = [['paint', 'first paint'], ['form', 'form is there'], ['interactive', 'interactive'], ['request', 'submit to sign-in request']];
  const values = (runs) => columns.map(([key]) => median(runs.map((run) => run[key])));
  const spread = (runs) => columns.map(([key]) => `${short(Math.min(...runs.map((run) => run[key])))} to ${short(Math.max(...runs.map((run) => run[key])))}`);
  const [own, theirs] = [values(ours), values(peer)];
  printTable(`The login page in Chromium, processor slowed ${SLOWDOWN} times, ms from the navigation (medians of ${ours.length})`,
    ['page', ...columns.map(([, title]) => title)], [
      ['hosted UI', ...own.map(short)],
      ['  least to most', ...spread(ours)],
      ['Authenticator on React', ...theirs.map(short)],
      ['  least to most', ...spread(peer)],
      ['ours / Authenticator', ...own.map((ms, at) => ratio(ms, theirs[at]))],
    ], [
      `First paint: ${verdict(own[0] < theirs[0], 'sooner')}, interactive: ${verdict(own[2] < theirs[2], 'sooner')}.`,
      'Loopback: the network costs nothing here, so that fewer bytes do not count in these times.',
    ]);
}

function weigh(files, asked) {
  const kinds = {};
  const all = { raw: 0, gzip: 0, brotli: 0 };
  for (const { bytes, kind } of files.values()) {
    const size = {
      raw: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
      brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
    };
    kinds[kind] ??= { raw: 0, gzip: 0, brotli: 0 };
    for (const sum of [kinds[kind], all]) for (const key of Object.keys(sum)) sum[key] += size[key];
  }
  return { kinds, all, unasked: [...files.keys()].filter((path) => !asked.includes(path)) };
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
