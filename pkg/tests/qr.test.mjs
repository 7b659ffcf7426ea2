// QR codes, module by module as another encoder draws them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { encode, qrCode } = await load('qr.ts');
const { codes } = JSON.parse(readFileSync(new URL('vectors/qr.json', import.meta.url), 'utf8'));

const hex = (row) => {
  const bits = row.map(Number).join('');
  return bits.padEnd(Math.ceil(bits.length / 4) * 4, '0').replace(/..../g, (four) => parseInt(four, 2).toString(16));
};

for (const { text, size, rows } of codes) {
  test(`${text.length} characters, ${size} modules wide, from ${text.slice(0, 30)}`, () => {
    const code = encode(new TextEncoder().encode(text));
    assert.equal(code.length, size);
    assert.deepEqual(code.map(hex), rows.split('.'));
  });
}

test('the picture has a margin of four light modules, and every dark module once', () => {
  const [{ text, size, rows }] = codes;
  const svg = qrCode(text);
  assert.ok(svg.startsWith(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size + 8} ${size + 8}"`));
  const drawn = new Set();
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let i = 0; i < Number(width); i++) drawn.add(`${Number(x) + i - 4},${Number(y) - 4}`);
  }
  const dark = rows.split('.').flatMap((row, y) =>
    [...row].flatMap((digit, i) => [...parseInt(digit, 16).toString(2).padStart(4, '0')].flatMap((bit, j) => (bit === '1' ? [`${4 * i + j},${y}`] : []))),
  );
  assert.deepEqual([...drawn].sort(), dark.sort());
});

test('a text that no code holds is refused', () => {
  assert.equal(encode(new Uint8Array(666)).length, 97);
  assert.throws(() => encode(new Uint8Array(667)), RangeError);
});
