// The tarball's files as they are, served by a plain file server with an import map; and bundled by esbuild with the
// worker and the wasm copied beside the bundle, as the package's README says.

import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serveDemo } from '../../www/demo/server/app.mjs';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { makeApp, version, viteApp } from './app.mjs';

let backend;
let browser;
let app;
let person;

before(async () => {
  backend = await startBackend();
  browser = await launchChromium();
  person = await confirmedPerson(backend);
  app = await makeApp(viteApp({ endpoint: backend.url, issuer: backend.issuer, userPoolId: backend.poolId, clientId: backend.clientId }), [
    `esbuild@${version('esbuild')}`,
  ]);
});

after(async () => {
  await browser?.close();
  await app?.remove();
  await backend?.stop();
});

test('without a bundler: the module is imported from where it lies', async () => {
  const folder = join(app.folder, 'plain');
  await mkdir(folder);
  await cp(join(app.folder, 'node_modules', 'cognate-auth', 'dist'), join(folder, 'cognate-auth'), { recursive: true });
  const main = (await transpiled()).replace("'cognate-auth'", "'./cognate-auth/index.js'").replace('"cognate-auth"', '"./cognate-auth/index.js"');
  await writeFile(join(folder, 'main.js'), main);
  await page(folder);
  await signsIn(folder);
});

test('esbuild: one bundle, with the worker and the wasm beside it', async () => {
  const folder = join(app.folder, 'bundled');
  app.tool('esbuild', ['src/main.ts', '--bundle', '--format=esm', '--minify', `--outfile=${folder}/main.js`]);
  for (const name of ['worker.js', 'cognate.wasm']) await cp(join(app.folder, 'node_modules', 'cognate-auth', 'dist', name), join(folder, name));
  await page(folder);
  await signsIn(folder);
});

async function transpiled() {
  app.tool('esbuild', ['src/main.ts', '--format=esm', '--outfile=transpiled.js']);
  return app.read('transpiled.js');
}

async function page(folder) {
  await writeFile(join(folder, 'index.html'), '<!doctype html><html lang="en"><title>app</title><body><script type="module" src="/main.js"></script></body></html>');
}

async function signsIn(folder) {
  const server = await serveDemo({ port: 0, folder, config: { endpoint: backend.url } });
  const tab = await browser.newPage();
  try {
    await tab.goto(server.url);
    await tab.waitForFunction(() => document.title === 'ready', undefined, { timeout: 15_000 });
    assert.equal(await tab.evaluate(([who, secret]) => window.signIn(who, secret), [person.email, person.password]), person.email);
  } finally {
    await tab.close();
    await server.close();
  }
}
