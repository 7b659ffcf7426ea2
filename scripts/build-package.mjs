// Makes pkg/wasm (generated, not shipped) and pkg/dist (shipped) complete, and says what they weigh.
//
//   node scripts/build-package.mjs [--no-wasm]     --no-wasm: the TypeScript only, on the wasm of the last build
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { cutPanics } from './cut-panics.mjs';
import { shortenImports } from './shorten-imports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const pkg = join(root, 'pkg');
const dist = join(pkg, 'dist');
const tools = [join(root, '.tools', 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH];
const env = { ...process.env, PATH: tools.join(delimiter) };

// A sign-in hashes a few kilobytes: the small form is fast enough, and 7 KB smaller.
const ROLLED_UP_SHA_256 = '--cfg sha2_backend="soft" --cfg sha2_backend_soft="compact"';

if (!process.argv.includes('--no-wasm')) buildWasm();
buildScripts();
report();

function buildWasm() {
  env.RUSTFLAGS = [process.env.RUSTFLAGS, ROLLED_UP_SHA_256, ...withoutMachinePaths()].filter(Boolean).join(' ');
  run('wasm-pack', [
    ...['build', 'sdk', '--target', 'web', '--profile', 'wasm-release', '--no-pack', '--no-typescript', '--no-opt'],
    ...['--mode', 'no-install', '--out-dir', join(pkg, 'wasm'), '--out-name', 'cognate', '--', '--no-default-features'],
  ]);
  const bound = join(pkg, 'wasm', 'cognate_bg.wasm');
  writeFileSync(bound, cutPanics(readFileSync(bound)));
  // The features are listed because `--all-features` makes wasm-opt write what browsers reject.
  const features = ['bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue'];
  run('wasm-opt', [
    ...['-Oz', '--converge', '--strip-debug', '--strip-producers', '--strip-target-features'],
    ...features.map((feature) => `--enable-${feature}`),
    ...[bound, '-o', join(pkg, 'wasm', 'cognate.wasm')],
  ]);
  const module = join(pkg, 'wasm', 'cognate.wasm');
  const glue = join(pkg, 'wasm', 'cognate.js');
  const shortened = shortenImports(readFileSync(module), readFileSync(glue, 'utf8'));
  writeFileSync(module, shortened.wasm);
  writeFileSync(glue, shortened.glue);
}

// Panics name their source files. Where those lie on this machine is nobody's business, and costs bytes.
function withoutMachinePaths() {
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { env, encoding: 'utf8' }).trim();
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  const names = [[root, ''], [cargoHome, 'cargo'], [sysroot, 'rust']];
  return names.map(([path, name]) => `--remap-path-prefix=${path}=${name}`);
}

function buildScripts() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  copyFileSync(join(pkg, 'wasm', 'cognate.wasm'), join(dist, 'cognate.wasm'));
  const shared = ['--bundle', '--format=esm', '--target=es2022', '--log-level=warning', '--legal-comments=none'];
  // The page's module stays readable: the app's own bundler minifies it. The worker is copied as it is by every bundler.
  run('esbuild', [join(pkg, 'src', 'index.ts'), ...shared, `--outfile=${join(dist, 'index.js')}`]);
  const glue = join(pkg, 'wasm', 'cognate.js');
  run('esbuild', [join(pkg, 'src', 'worker', 'worker.ts'), ...shared, '--minify', `--alias:#wasm=${glue}`, `--outfile=${join(dist, 'worker.js')}`]);
  run('tsc', ['-p', join(pkg, 'tsconfig.json'), '--emitDeclarationOnly']);
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) {
    if (existsSync(join(root, licence))) copyFileSync(join(root, licence), join(pkg, licence));
  }
}

function report() {
  const minified = execFileSync('esbuild', ['--minify', '--format=esm', join(dist, 'index.js')], { env });
  const parts = { 'page (minified)': minified, worker: readFileSync(join(dist, 'worker.js')), wasm: readFileSync(join(dist, 'cognate.wasm')) };
  let total = 0;
  for (const [name, bytes] of Object.entries(parts)) {
    const size = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    total += size;
    console.log(`${name.padEnd(16)} ${String(bytes.length).padStart(7)} bytes ${String(size).padStart(6)} brotli`);
  }
  console.log(`${'all'.padEnd(16)} ${' '.repeat(13)} ${String(total).padStart(6)} brotli`);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (status === 0) return;
  const why = error?.code === 'ENOENT' ? 'is not installed: npm run setup' : 'has failed, see above';
  console.error(`The package could not be built: ${command} ${why}`);
  process.exit(1);
}
