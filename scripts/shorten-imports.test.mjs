import assert from 'node:assert/strict';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { shortenImports } from './shorten-imports.mjs';

// As wasm-bindgen lays the glue out.
const GLUE = `import * as import1 from "./ours.js"
function go(x) {
    return wasm.go_with_a_long_name(x);
}
function imports() {
    const import0 = {
        __proto__: null,
        __wbg_add_0123456789abcdef: function(arg0) {
            return arg0 + 1;
        },
        __wbg_nobodys_0123456789abcdef: function(arg0) {
            return arg0;
        },
    };
    return {
        "./glue_bg.js": import0,
        "./ours.js": import1,
    };
}
`;

function wasmOf(text) {
  const module = binaryen.parseText(text);
  const wasm = Buffer.from(module.emitBinary());
  module.dispose();
  return wasm;
}

const module = (...imports) => wasmOf(`(module
  ${imports.map(([from, name], i) => `(import "${from}" "${name}" (func $f${i} (param i32) (result i32)))`).join('\n')}
  (func (export "go_with_a_long_name") (param i32) (result i32) (call $f0 ${imports.length > 1 ? '(call $f1 (local.get 0))' : '(local.get 0)'})))`);

test('a module runs under the short names, with what the glue and a script of ours give it', async () => {
  const wasm = module(['./glue_bg.js', '__wbg_add_0123456789abcdef'], ['./ours.js', 'double']);
  const { modules, glue } = shortenImports([wasm, wasm], GLUE);
  assert.deepEqual(modules[0], modules[1], 'the modules share the names');
  assert.ok(modules[0].length < wasm.length - 60);
  const [line, ...rest] = glue.split('\n');
  const [, local] = /^import \{ double as (\w+) \} from ".\/ours.js";$/.exec(line);
  const made = new Function(local, `${rest.join('\n')} let wasm; return { imports, go, takes: (given) => { wasm = given; } };`)((x) => x * 2);
  const { exports } = (await WebAssembly.instantiate(modules[0], made.imports())).instance;
  made.takes(exports);
  assert.equal(made.go(20), 41);
});

test('what no module imports is not in the glue, and an import that the glue does not give stops the build', () => {
  const { glue } = shortenImports([module(['./glue_bg.js', '__wbg_add_0123456789abcdef'])], GLUE);
  assert.ok(!glue.includes('nobodys') && glue.includes('arg0 + 1'));
  assert.throws(() => shortenImports([module(['./glue_bg.js', '__wbg_gone_0123456789abcdef'])], GLUE), /__wbg_gone_0123456789abcdef/);
});

test('an import that is no function stops the build', () => {
  assert.throws(() => shortenImports([wasmOf('(module (import "m" "memory" (memory 1)))')], GLUE), /kind 2/);
});
