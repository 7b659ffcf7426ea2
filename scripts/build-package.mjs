// Makes pkg/wasm (generated, not shipped) and pkg/dist (shipped) complete, and says what they weigh.
//
//   node scripts/build-package.mjs [--no-wasm]     --no-wasm: the TypeScript only, on the wasm of the last build
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { cutPanics } from './cut-panics.mjs';
import { orderFunctions } from './order-functions.mjs';
import { shortenImports } from './shorten-imports.mjs';
import { smallWasmFlags } from './small-wasm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const pkg = join(root, 'pkg');
const dist = join(pkg, 'dist');
const tools = [join(root, '.tools', 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH];
const env = { ...process.env, PATH: tools.join(delimiter) };

// The sign-in core, and the same with more: a worker downloads one of them, by its configuration. What needs no session is
// a module beside it, downloaded when it is first needed.
const MODULES = { cognate: ['js'], 'cognate-oauth': ['js', 'oauth'], 'cognate-account': ['account'], 'cognate-identity': ['identity'] };
// What the page loads when it is first used. They depend on nothing, so that they share nothing with the page's module.
const ON_DEMAND = ['passkey', 'qr', 'leftover', 'redirect', 'identity'];
// The worker's glue: that of a module with everything, which nobody downloads.
const ALL = 'all';
const GLUE = inWasm(ALL, 'glue.js');

if (!process.argv.includes('--no-wasm')) await buildWasm();
buildScripts();
report();

async function buildWasm() {
  env.RUSTFLAGS = smallWasmFlags(root, env);
  const glues = Object.entries(MODULES).map(([name, features]) => compile(name, features));
  const all = compile(ALL, [...new Set(Object.values(MODULES).flat())]);
  for (const glue of glues) mustBePartOf(all, glue);
  const modules = await Promise.all(Object.keys(MODULES).map(optimised));
  const shortened = shortenImports(modules, all);
  Object.keys(MODULES).forEach((name, i) => writeFileSync(inWasm(name, 'cognate.wasm'), shortened.modules[i]));
  writeFileSync(GLUE, bindable(shortened.glue));
}

/** Compiles a module; gives its glue. What the modules share is compiled once. */
function compile(name, features) {
  run('wasm-pack', [
    ...['build', 'sdk', '--target', 'web', '--profile', 'wasm-release', '--no-pack', '--no-typescript', '--no-opt'],
    ...['--mode', 'no-install', '--out-dir', inWasm(name), '--out-name', 'cognate'],
    ...['--', '--no-default-features', '--features', features.join(',')],
  ]);
  return readFileSync(inWasm(name, 'cognate.js'), 'utf8');
}

async function optimised(name) {
  const bound = inWasm(name, 'cognate_bg.wasm');
  writeFileSync(bound, cutPanics(readFileSync(bound)));
  // The features are listed because `--all-features` makes wasm-opt write what browsers reject.
  const features = ['bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue'];
  const result = inWasm(name, 'cognate.wasm');
  // Fewer bytes come of inlining, and more bytes of brotli: what is alike stays apart then, and compresses.
  const forBrotli = ['--one-caller-inline-max-function-size=30', '--always-inline-max-function-size=0'];
  // Taken apart and put together once more, code of the same meaning looks more alike.
  const again = ['--flatten', '--rereloop', '-Oz', '-Oz'];
  const flags = [...forBrotli, '-Oz', '--converge', ...again, '--strip-debug', '--strip-producers', '--strip-target-features', ...features.map((feature) => `--enable-${feature}`)];
  await promisify(execFile)('wasm-opt', [...flags, bound, '-o', result], { env }).catch((error) => fail('wasm-opt', error));
  return orderFunctions(readFileSync(result));
}

/** The worker has one glue for all modules: it must have all that each needs, unchanged. */
function mustBePartOf(all, glue) {
  const imports = (line) => /^import \{ (.*) \} from/.exec(line)?.[1].split(', ');
  // Namespaces are numbered in the order in which a module comes to need them.
  const code = (text) => text.replace(/\bimport\d+\b/g, 'imported').split('\n').filter((line) => !/^\s*(\/\/|\/?\*)/.test(line));
  const lines = code(all);
  for (const line of code(glue)) {
    while (lines.length > 0 && lines[0] !== line && !imports(line)?.every((name) => imports(lines[0])?.includes(name))) lines.shift();
    if (lines.shift() === undefined) throw new Error(`the glue of the modules differs at: ${line}`);
  }
}

/**
 * The glue as a function: wasm-bindgen's serves one module, the worker has several at once. `bind` runs one and gives the
 * classes; what the glue has for loading is left out, as the worker loads itself, and what it has to free objects when JavaScript
 * forgets them: a client lives as long as its worker, and a task is freed at its end.
 */
function bindable(glue) {
  const classes = [...glue.matchAll(/^export class (\w+)/gm)].map(([, name]) => name);
  const part = (from, to) => {
    const [start, end] = [glue.indexOf(from), glue.indexOf(to)];
    if (start < 0 || end < start) throw new Error(`the glue has no part from "${from}" to "${to}"`);
    return glue.slice(start, end);
  };
  const without = (text, left) => {
    if (!left.test(text)) throw new Error(`the glue has nothing like ${left}`);
    return text.replace(left, '');
  };
  const imports = glue.match(/^import .*$/gm).join('\n');
  // For browsers that have no WebAssembly of today, and for a wasm without an allocator.
  const modern = [/^if \(!\('encodeInto' in [^]*?^\}\n/m, /^ {4}if \(realloc === undefined\) \{[^]*?^ {4}\}\n/m].reduce(without, glue);
  const body = modern
    .replace(part('async function __wbg_load', 'export { initSync'), '')
    .replace(/^const \w+Finalization = \(typeof FinalizationRegistry[^;]*;\n/gm, '')
    .replace(/^ *\w+Finalization\.(un)?register\(.*\);\n/gm, '')
    .replace(/^if \(Symbol\.dispose\).*\n/gm, '')
    .replace(/^ {4}__destroy_into_raw\(\) \{[^}]*\}\n/gm, '')
    .replaceAll('this.__destroy_into_raw()', 'this.__wbg_ptr')
    .replace(/^import .*\n/gm, '')
    .replace(/^export \{.*$/m, '')
    .replace(/^export /gm, '');
  return `${imports}\nexport function bind(module) {\n${body}\n__wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);\nreturn { ${classes.join(', ')} };\n}\n`;
}

function inWasm(module, file = '') {
  return join(pkg, 'wasm', module, file);
}

function buildScripts() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const name of Object.keys(MODULES)) copyFileSync(inWasm(name, 'cognate.wasm'), join(dist, `${name}.wasm`));
  const shared = ['--bundle', '--format=esm', '--target=es2022', '--log-level=warning', '--legal-comments=none'];
  // The page's module stays readable: the app's own bundler minifies it. The worker is copied as it is by every bundler.
  const external = ON_DEMAND.map((name) => `--external:./${name}.js`);
  run('esbuild', [join(pkg, 'src', 'index.ts'), ...shared, ...external, `--outfile=${join(dist, 'index.js')}`]);
  for (const name of ON_DEMAND) run('esbuild', [join(pkg, 'src', `${name}.ts`), ...shared, `--outfile=${join(dist, `${name}.js`)}`]);
  run('esbuild', [join(pkg, 'src', 'worker', 'worker.ts'), ...shared, '--minify', `--alias:#wasm=${GLUE}`, `--outfile=${join(dist, 'worker.js')}`]);
  run('esbuild', [join(pkg, 'src', 'worker', 'signed-in.ts'), ...shared, '--minify', `--outfile=${join(dist, 'signed-in.js')}`]);
  run('tsc', ['-p', join(pkg, 'tsconfig.json'), '--emitDeclarationOnly']);
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) {
    if (existsSync(join(root, licence))) copyFileSync(join(root, licence), join(pkg, licence));
  }
}

function report() {
  const minified = (name) => execFileSync('esbuild', ['--minify', '--format=esm', join(dist, `${name}.js`)], { env });
  const scripts = { 'page (minified)': minified('index'), worker: readFileSync(join(dist, 'worker.js')) };
  for (const name of ON_DEMAND) weigh(`${name} (minified)`, minified(name));
  weigh('signed-in', readFileSync(join(dist, 'signed-in.js')));
  let shared = 0;
  for (const [name, bytes] of Object.entries(scripts)) shared += weigh(name, bytes);
  for (const [name, features] of Object.entries(MODULES)) {
    const size = weigh(`${name}.wasm`, readFileSync(join(dist, `${name}.wasm`)));
    // The others come on top of a sign-in.
    if (features.includes('js')) console.log(`${'  with scripts'.padEnd(20)} ${' '.repeat(13)} ${String(shared + size).padStart(6)} brotli`);
  }
}

function weigh(name, bytes) {
  const size = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  console.log(`${name.padEnd(20)} ${String(bytes.length).padStart(7)} bytes ${String(size).padStart(6)} brotli`);
  return size;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) fail(command, error);
}

function fail(command, error) {
  if (error?.stderr) console.error(error.stderr);
  const why = error?.code === 'ENOENT' ? 'is not installed: npm run setup' : 'has failed, see above';
  console.error(`The package could not be built: ${command} ${why}`);
  process.exit(1);
}
