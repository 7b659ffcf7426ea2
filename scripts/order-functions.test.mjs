import assert from 'node:assert/strict';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { orderFunctions } from './order-functions.mjs';

const MODULE = `(module
  (import "a" "b" (func $imported (param i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) $square $twice)
  (func $square (export "square") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func $other (export "other") (param i32) (result i32)
    (i32.add (call $imported (i32.const 77)) (i32.sub (i32.const 1234567) (call $square (i32.xor (local.get 0) (i32.const 5))))))
  (func $twice (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func $indirect (export "indirect") (param i32 i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 1) (local.get 0))))`;

test('functions that are alike come to lie side by side, and what calls them still finds them', async () => {
  const module = binaryen.parseText(MODULE);
  const before = Buffer.from(module.emitBinary());
  module.dispose();
  const after = orderFunctions(before);
  const run = async (wasm) => {
    const { exports } = (await WebAssembly.instantiate(wasm, { a: { b: (x) => x + 1 } })).instance;
    return [exports.square(7), exports.twice(7), exports.other(3), exports.indirect(0, 6), exports.indirect(1, 6)];
  };
  assert.deepEqual(await run(after), await run(before));
  assert.deepEqual(await run(after), [49, 14, 1234567 - 36 + 78, 36, 12]);
  assert.notDeepEqual(after, before);
});
