// Where the tokens are not: the recorder knows every token that went to the browser, and the page is searched for them.
// The worker's realm is another one; what script in the page can do with the stored session is in the package's README.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { heading, newPerson, openDemo, PASSWORD, press } from './demo-page.mjs';
import { readEverything } from './readable.mjs';

let system;
let browser;

before(async () => {
  system = await startSystem();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

test('no token can be read in the page, nor in what the page stores, before or after a reload', async () => {
  const { page, context, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  await press(page, 'Refresh session');
  await page.getByText('The session was refreshed.').waitFor();
  const secrets = [...new Set(system.recorder.tokens())];
  assert.ok(secrets.length >= 5, `two sign-ins' tokens are known (${secrets.length})`);

  for (const moment of ['after signing in', 'after a reload']) {
    const readable = await page.evaluate(readEverything);
    assert.ok(readable.some(({ where }) => where.startsWith('indexedDB')), `the stored session was found and searched ${moment}`);
    const cookies = JSON.stringify(await context.cookies());
    for (const secret of [...secrets.flatMap(fragments), PASSWORD]) {
      const leak = readable.find(({ text }) => text.includes(secret));
      assert.equal(leak?.where, undefined, `${moment}, ${secret.slice(0, 12)}… is readable`);
      assert.ok(!cookies.includes(secret), `${moment}, a cookie holds it`);
    }
    await page.reload();
    await heading(page, 'You are signed in');
  }
  await close();
});

test('the search would find a token that is there', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  const [token] = system.recorder.tokens().slice(-1);
  await page.evaluate(async (planted) => {
    globalThis.planted = { deep: [new Map([['key', new TextEncoder().encode(planted)]])] };
    await new Promise((resolve, reject) => {
      const opening = indexedDB.open('planted', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('store').put({ planted }, 1);
      opening.onsuccess = () => resolve(opening.result.close());
      opening.onerror = reject;
    });
  }, token);
  const found = (await page.evaluate(readEverything)).filter(({ text }) => text.includes(token)).map(({ where }) => where.split('.')[0]);
  assert.deepEqual([...new Set(found)].sort(), ['indexedDB', 'window']);
  await close();
});

test('every stored key refuses to be exported', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  const keys = await page.evaluate(async () => {
    const found = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      for (const store of database.objectStoreNames) {
        const values = await new Promise((resolve) => {
          const all = database.transaction(store).objectStore(store).getAll();
          all.onsuccess = () => resolve(all.result);
        });
        const walk = (value) => {
          if (value instanceof CryptoKey) found.push(value);
          else if (value && typeof value === 'object' && !ArrayBuffer.isView(value)) Object.values(value).forEach(walk);
        };
        values.forEach(walk);
      }
      database.close();
    }
    return Promise.all(found.map(async (key) => ({
      extractable: key.extractable,
      exported: await Promise.any(['raw', 'jwk'].map((format) => crypto.subtle.exportKey(format, key))).then(() => true, () => false),
    })));
  });
  assert.ok(keys.length > 0, 'the session is sealed under a stored key');
  for (const key of keys) assert.deepEqual(key, { extractable: false, exported: false });
  await close();
});

// The whole token, and its signature or tail: a token cut in two is still a token.
function fragments(token) {
  return [token, token.slice(-40)];
}
