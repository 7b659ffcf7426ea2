// What a visitor of the login pages downloads: every file of the bundle, in every language, as the backend serves it.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const DIST = fileURLToPath(new URL('../../hosted-ui/dist/', import.meta.url));
const BROTLI_LIMIT = 120_000;
// What the account page has by itself: the wasm, of which the runtime and the drawing are also in the login's, and half a KB of style. It is
// loaded by who opens the page, never by who signs in.
const ACCOUNT_LIMIT = 55_000;

test('a login weighs less than 120 KB, everything included, and nothing of the account page', () => {
  assertLess(weighed('login.html', (name) => !isAccounts(name)), BROTLI_LIMIT);
  assert.ok(!readFileSync(`${DIST}login.html`, 'utf8').includes('account-'));
});

test('the account page weighs less than 55 KB besides', () => {
  assertLess(weighed('account.html', isAccounts), ACCOUNT_LIMIT);
});

function isAccounts(name) {
  return name.startsWith('account-');
}

function weighed(page, isIn) {
  assert.ok(existsSync(`${DIST}${page}`), 'the hosted UI is built: npm run build');
  const files = readdirSync(`${DIST}assets`).filter((name) => !/\.(br|gz)$/.test(name) && isIn(name));
  assert.ok(files.some((name) => name.endsWith('.wasm')));
  return [page, ...files.map((name) => `assets/${name}`)].map((name) => {
    const bytes = readFileSync(DIST + name);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    return { name, brotli: brotliCompressSync(bytes, { params }).length };
  });
}

function assertLess(sizes, limit) {
  const total = sizes.reduce((sum, { brotli }) => sum + brotli, 0);
  assert.ok(total < limit, `${total} bytes: ${sizes.map(({ name, brotli }) => `${name} ${brotli}`).join(', ')}`);
}
