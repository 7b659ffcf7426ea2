// What is in the tarball that npm would publish.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUDGET, measure, minified } from '../support/budget.mjs';
import { tarball } from './app.mjs';

let folder;
let files;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cognate-tarball-'));
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball(), '-C', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  files = spawnSync('tar', ['-tzf', tarball()], { encoding: 'utf8' }).stdout.trim().split('\n').map((path) => path.replace(/^package\//, ''));
});

after(() => rmSync(folder, { recursive: true, force: true }));

const read = (path) => readFileSync(join(folder, 'package', path));
const manifest = () => JSON.parse(read('package.json'));

test('every file that the manifest promises is there', () => {
  const promised = Object.values(manifest().exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
  assert.ok(promised.length >= 3);
  for (const path of promised) assert.ok(files.includes(path.replace(/^\.\//, '')), `${path} is in the tarball`);
});

test('the wasm is WebAssembly, not an empty file or a folder that .gitignore emptied', () => {
  const modules = files.filter((path) => path.endsWith('.wasm'));
  assert.equal(modules.length, 4);
  for (const wasm of modules) {
    assert.deepEqual([...read(wasm).subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
    assert.ok(read(wasm).length > 20_000);
    assert.ok(WebAssembly.validate(read(wasm)));
  }
});

test('what a visitor downloads is within its budget: to sign in, with redirects, and for the account or credentials on top', async () => {
  const dist = (name) => join(folder, 'package', 'dist', name);
  const external = files.filter((path) => /^dist\/[\w-]+\.js$/.test(path)).map((path) => `./${path.slice('dist/'.length)}`);
  const weigh = async (name) => measure(name.endsWith('.wasm') ? readFileSync(dist(name)) : await minified({ entryPoints: [dist(name)], external })).brotli;
  const page = await weigh('index.js');
  assert.ok(page <= BUDGET.page, `${page} bytes`);
  const scripts = page + (await weigh('worker.js'));
  const core = scripts + (await weigh('cognate.wasm'));
  assert.ok(core <= BUDGET.core, `${core} bytes to sign in`);
  const redirect = scripts + (await weigh('redirect.js')) + (await weigh('cognate-oauth.wasm'));
  assert.ok(redirect <= BUDGET.redirect, `${redirect} bytes with sign-in by redirect`);
  const account = (await weigh('signed-in.js')) + (await weigh('cognate-account.wasm'));
  assert.ok(account <= BUDGET.account, `${account} bytes for the account operations`);
  const identity = (await weigh('identity.js')) + (await weigh('signed-in.js')) + (await weigh('cognate-identity.wasm'));
  assert.ok(identity <= BUDGET.identity, `${identity} bytes for credentials`);
});

test('README and both licences are in it', () => {
  for (const path of ['README.md', 'LICENSE-APACHE', 'LICENSE-MIT']) assert.ok(files.includes(path), path);
});

test('it depends on nothing and runs nothing when it is installed', () => {
  const { dependencies, optionalDependencies, peerDependencies, scripts } = manifest();
  assert.deepEqual(Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }), []);
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(scripts?.[name], undefined);
});

test('no path of the machine that built it is in any file', () => {
  for (const path of files) {
    const found = /\/(home|root|Users|work)\/[\w.-]+\/[\w./-]*/.exec(read(path).toString('latin1'));
    assert.equal(found?.[0], undefined, path);
  }
});
