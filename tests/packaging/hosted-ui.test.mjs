// What a visitor of the login pages downloads: every file of the bundle, in every language, as the backend serves it.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const DIST = fileURLToPath(new URL('../../hosted-ui/dist/', import.meta.url));
const BROTLI_LIMIT = 120_000;

test('the hosted UI weighs less than 120 KB, everything included', () => {
  assert.ok(existsSync(`${DIST}login.html`), 'the hosted UI is built: npm run build');
  const files = readdirSync(`${DIST}assets`).filter((name) => !/\.(br|gz)$/.test(name));
  assert.ok(files.some((name) => name.endsWith('.wasm')));
  const sizes = ['login.html', ...files.map((name) => `assets/${name}`)].map((name) => {
    const bytes = readFileSync(DIST + name);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    return { name, brotli: brotliCompressSync(bytes, { params }).length };
  });
  const total = sizes.reduce((sum, { brotli }) => sum + brotli, 0);
  assert.ok(total < BROTLI_LIMIT, `${total} bytes: ${sizes.map(({ name, brotli }) => `${name} ${brotli}`).join(', ')}`);
});
