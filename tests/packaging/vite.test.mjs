// The tarball in an empty Vite project: type-checked, built, and served by `vite dev` with no configuration at all;
// in both a person signs in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
    `vite@${version('vite')}`,
    `typescript@${version('typescript')}`,
  ]);
});

after(async () => {
  await browser?.close();
  await app?.remove();
  await backend?.stop();
});

test('tsc in strict mode accepts the five lines', () => {
  app.tool('tsc', ['--project', '.']);
});

test('tsc refuses a misspelt option, so it does check against the package', async () => {
  const source = await app.read('src/main.ts');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${app.folder}/src/main.ts`, source.replace('clientId:', 'clientID:'));
  try {
    assert.throws(() => app.tool('tsc', ['--project', '.']), /clientID/);
  } finally {
    await writeFile(`${app.folder}/src/main.ts`, source);
  }
});

test('vite build and preview: a person signs in', async () => {
  app.tool('vite', ['build', '--logLevel', 'warn']);
  await signsIn(await app.serve('vite', ['preview', '--port', '0', '--host', '127.0.0.1']));
});

test('vite dev: a person signs in, with dependencies optimised as Vite does by itself', async () => {
  await signsIn(await app.serve('vite', ['dev', '--port', '0', '--host', '127.0.0.1']));
});

async function signsIn(server) {
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  try {
    await page.goto(server.url);
    await page.waitForFunction(() => document.title === 'ready', undefined, { timeout: 30_000 });
    // Vite reloads the page once when it discovers a dependency that it has to optimise.
    const attempt = () => page.evaluate(([who, secret]) => window.signIn(who, secret), [person.email, person.password]);
    const result = await attempt().catch(async (error) => {
      if (!/context was destroyed|navigation/i.test(error.message)) throw error;
      await page.waitForFunction(() => document.title === 'ready');
      return attempt();
    });
    assert.equal(result, person.email, `${complaints.join('\n')}\n${server.output()}`);
    assert.equal(await page.evaluate((who) => window.signIn(who, 'Wrong-Horse-7'), person.email), 'incorrect_credentials');
    assert.deepEqual(complaints, []);
  } finally {
    await page.close();
    await server.stop();
  }
}
