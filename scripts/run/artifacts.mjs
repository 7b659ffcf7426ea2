// What is built, each in one function that does nothing when its inputs have not changed.

import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { commandStep } from './steps.mjs';
import { inRoot } from './workspace.mjs';

const WASM_INPUTS = [
  'sdk', 'Cargo.toml', 'Cargo.lock', 'package-lock.json',
  'scripts/cut-panics.mjs', 'scripts/drop-exports.mjs', 'scripts/shorten-imports.mjs', 'scripts/small-wasm.mjs', 'scripts/wasm-bytes.mjs',
];
const PACKAGE_INPUTS = [...WASM_INPUTS, 'pkg', 'scripts/build-package.mjs', 'scripts/order-functions.mjs'];
const HOSTED_UI_INPUTS = [...WASM_INPUTS, 'hosted-ui', 'scripts/build-hosted-ui.mjs'];

/** The release build of the backend, target/release/cognate; cargo knows what is out of date. */
export async function buildBackend() {
  await commandStep('Building the backend', 'cargo', ['build', '--release', '--locked', '-p', 'cognate-backend']);
}

/** The npm package's generated files: pkg/wasm and pkg/dist. */
export async function buildPackage() {
  const built = fingerprint('package', {
    inputs: PACKAGE_INPUTS,
    outputs: ['pkg/dist/index.js', 'pkg/dist/worker.js', 'pkg/wasm'],
  });
  if (built.isFresh()) return;
  built.forget();
  await commandStep('Building the npm package', process.execPath, ['scripts/build-package.mjs']);
  built.remember();
}

/** The hosted UI's pages, hosted-ui/dist. */
export async function buildHostedUi() {
  const built = fingerprint('hosted-ui', { inputs: HOSTED_UI_INPUTS, outputs: ['hosted-ui/dist/index.html', 'hosted-ui/dist/login.html', 'hosted-ui/dist/account.html'] });
  if (built.isFresh()) return;
  built.forget();
  await commandStep('Building the hosted UI', process.execPath, ['scripts/build-hosted-ui.mjs']);
  built.remember();
}

/**
 * Packs the built npm package as it would be published, and gives the tarball's path. A copy without the version in its
 * name is what the demo's package.json depends on.
 */
export async function packPackage() {
  const folder = inRoot('target', 'package');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { output } = await commandStep('Packing the npm package', 'npm', [
    'pack', inRoot('pkg'), '--pack-destination', folder, '--json', '--ignore-scripts', '--loglevel=error',
  ]);
  const [{ filename }] = JSON.parse(output.slice(output.indexOf('[')));
  copyFileSync(join(folder, filename), join(folder, 'cognate-auth.tgz'));
  return join(folder, filename);
}

/** The demo, www/demo/dist, on the package as an app gets it: packed, installed from the tarball, type-checked. */
export async function buildDemo() {
  const demo = inRoot('www', 'demo');
  const built = fingerprint('demo', { inputs: ['www/demo', ...PACKAGE_INPUTS], outputs: ['www/demo/dist/index.html'] });
  if (built.isFresh()) return;
  built.forget();
  await packPackage();
  rmSync(inRoot('www', 'demo', 'node_modules'), { recursive: true, force: true });
  await commandStep('Installing the package into the demo', 'npm', [
    'install', '--prefix', demo, '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund',
  ]);
  await commandStep("Checking the demo's types", 'tsc', ['--project', demo]);
  await commandStep('Building the demo', 'vite', ['build', demo, '--logLevel', 'warn']);
  built.remember();
}
