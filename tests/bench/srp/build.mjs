// Builds what the SRP benchmark runs: the bench-only wasm with exactly the options of the package's wasm, and one bundle per client.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// The same list as in scripts/build-package.mjs: a different optimisation would measure something that nobody ships.
const WASM_FEATURES = ['bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue'];

/** @returns the folder with `ours.mjs`, `identity-js.mjs` and `srp.wasm`. */
export async function buildClients() {
  const out = join(root, 'tests', '.work', 'bench-srp');
  mkdirSync(out, { recursive: true });
  const env = { ...process.env, PATH: [join(root, '.tools', 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
  const run = (command, args) => execFileSync(command, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  run('wasm-pack', [
    '--log-level', 'error', 'build', 'tests/bench/srp-wasm', '--target', 'web', '--profile', 'wasm-release', '--no-pack', '--no-typescript', '--no-opt',
    '--mode', 'no-install', '--out-dir', join(out, 'glue'), '--out-name', 'srp',
  ]);
  run('wasm-opt', [
    '-Oz', '--converge', '--strip-debug', '--strip-producers', '--strip-target-features',
    ...WASM_FEATURES.map((feature) => `--enable-${feature}`),
    join(out, 'glue', 'srp_bg.wasm'), '-o', join(out, 'srp.wasm'),
  ]);
  for (const name of ['ours', 'identity-js']) {
    await build({
      entryPoints: [join(root, 'tests', 'bench', 'srp', `${name}.mjs`)],
      outfile: join(out, `${name}.mjs`),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'error',
      define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
      alias: { '#srp-wasm': join(out, 'glue', 'srp.js') },
    });
  }
  return out;
}
