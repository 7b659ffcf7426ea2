// Makes a machine ready: checks what only its owner can install, then adds the wasm target, the wasm tools
// and the npm packages, each only where it is missing. Runs on Node's own modules: there is nothing else yet.

import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fingerprint } from './run/fingerprint.mjs';
import { addWasmTarget, checkBuildTools, checkPython } from './run/prerequisites.mjs';
import { endTogether, run } from './run/processes.mjs';
import { main } from './run/problem.mjs';
import { commandStep, step } from './run/steps.mjs';
import { cargoVersion, inRoot } from './run/workspace.mjs';

const WASM_PACK = '0.15.1';

/** Makes the machine ready to build; with `tests` also to test. Takes a moment when it already is. */
export async function setUp({ tests = false } = {}) {
  await step('Checking what this machine has', async () => {
    await checkBuildTools();
    if (tests) await checkPython();
    await addWasmTarget();
  });
  // wasm-bindgen's tool and library must be of one version. Its published lock file names a crate version
  // that not every mirror carries, so it is installed without --locked; the tool's own version is exact.
  await tool('wasm-pack', 'wasm-pack', WASM_PACK, ['--locked']);
  await tool('wasm-bindgen', 'wasm-bindgen-cli', cargoVersion('wasm-bindgen'), []);
  await packages();
}

async function tool(executable, crate, version, flags) {
  const { ok, output } = await run(executable, ['--version']);
  if (ok && output.split(/\s+/).includes(version)) return;
  const build = inRoot('.tools', 'build');
  await commandStep(
    `Installing ${crate} ${version} (once, a few minutes)`,
    'cargo',
    ['install', crate, '--version', version, '--root', inRoot('.tools'), '--force', ...flags],
    { env: { CARGO_TARGET_DIR: build } },
  );
  rmSync(build, { recursive: true, force: true });
}

async function packages() {
  const installed = fingerprint('npm-packages', {
    inputs: ['package.json', 'package-lock.json', '.npmrc'],
    outputs: ['node_modules/.package-lock.json'],
  });
  if (installed.isFresh()) return;
  installed.forget();
  await commandStep('Installing the npm packages', 'npm', ['ci', '--no-audit', '--no-fund']);
  installed.remember();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endTogether();
  await main(() => setUp({ tests: true }));
}
