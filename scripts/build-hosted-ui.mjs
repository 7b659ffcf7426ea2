// Makes hosted-ui/dist, the pages as the backend serves them, and says what they weigh.
//
//   node scripts/build-hosted-ui.mjs [--debug]     --debug: Rust unoptimised and unshrunk, in a fraction of the time
//
// Out come index.html, login.html (which has the first form in its HTML) and account.html (which has a wasm and a style sheet of its
// own beside the others'; their names begin with account-), and assets/ with hashed names, each with its .br and .gz beside it. What must hold for the strict policy is checked here: no inline script or style, and no way to
// set HTML from text, so that Trusted Types can be enforced.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { cutPanics } from './cut-panics.mjs';
import { dropExports } from './drop-exports.mjs';
import { shortenImports } from './shorten-imports.mjs';
import { smallWasmFlags } from './small-wasm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ui = join(root, 'hosted-ui');
const dist = join(ui, 'dist');
const bound = join(root, 'target', 'hosted-ui');
const debug = process.argv.includes('--debug');
const tools = [join(root, '.tools', 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH];
const env = { ...process.env, PATH: tools.join(delimiter), CARGO_TARGET_DIR: join(root, 'target') };

/** Of a crate that Leptos depends on, for bodies of requests. */
const STREAMS = /^(__wbg_)?intounderlying/;

/** Where the backend serves assets/. */
const ASSETS_URL = '/_cognate/ui/assets/';

const LANGUAGES = ['en', 'de'];
const texts = Object.fromEntries(LANGUAGES.map((tag) => [tag, JSON.parse(readFileSync(join(ui, 'i18n', `${tag}.json`), 'utf8'))]));

const sizes = [];
const profile = debug ? 'dev' : 'wasm-release';
if (!debug) env.RUSTFLAGS = smallWasmFlags(root, env);
const login = buildWasm('pages', []);
const account = buildWasm('account', ['--features', 'account']);
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'assets'), { recursive: true });
await buildPages();
report();

/** The wasm built with these arguments; its glue is beside it under the same name. */
function buildWasm(name, chosen) {
  run('cargo', ['build', '--locked', '--package', 'cognate-hosted-ui', ...chosen, '--target', 'wasm32-unknown-unknown', '--profile', profile]);
  const built = join(root, 'target', 'wasm32-unknown-unknown', debug ? 'debug' : profile, 'cognate_hosted_ui.wasm');
  run('wasm-bindgen', [built, '--target', 'web', '--no-typescript', '--out-dir', bound, '--out-name', name]);
  const raw = join(bound, `${name}_bg.wasm`);
  if (debug) return readFileSync(raw);
  // The features are listed because `--all-features` makes wasm-opt write what browsers reject.
  const features = ['bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue'];
  const small = join(bound, `${name}.wasm`);
  writeFileSync(raw, cutPanics(dropExports(readFileSync(raw), STREAMS), { formats: true }));
  run('wasm-opt', [
    ...['-Oz', '--converge', '--strip-debug', '--strip-producers', '--strip-target-features'],
    ...features.map((feature) => `--enable-${feature}`),
    ...[raw, '-o', small],
  ]);
  const glue = join(bound, `${name}.js`);
  const shortened = shortenImports([readFileSync(small)], readFileSync(glue, 'utf8'));
  writeFileSync(glue, shortened.glue);
  return shortened.modules[0];
}

async function buildPages() {
  const page = readFileSync(join(ui, 'page', 'index.html'), 'utf8');
  const contents = { index: 'waiting.html', login: 'sign-in.html', account: 'waiting.html' };
  const parts = Object.entries(contents).map(([name, file]) => [name, readFileSync(join(ui, 'page', file), 'utf8').trimEnd()]);
  const all = [page, ...parts.map(([, part]) => part)].join('\n');
  const first = await script('first.ts', { format: 'iife', define: { TEXTS: JSON.stringify(translations(all)) } });
  const urls = {
    first: asset('first', 'js', first),
    icon: asset('icon', 'svg', readFileSync(join(ui, 'page', 'icon.svg'))),
    style: asset('style', 'css', await style('main.css')),
  };
  const ofLogin = { ...urls, ...await loaded('pages', 'main', login), own: '' };
  const ownStyle = asset('account', 'css', await style('account.css'));
  const ofAccount = { ...urls, ...await loaded('account', 'account', account), own: `\n    <link rel="stylesheet" href="${ownStyle}" />` };
  for (const [name, content] of parts) {
    const title = name === 'login' ? texts.en.sign_in_title : texts.en.busy;
    const its = name === 'account' ? ofAccount : ofLogin;
    const html = fill(page, { ...its, title: escaped(title), content: fill(content, {}) });
    mustHaveNothingInline(html);
    writeFileSync(join(dist, `${name}.html`), html);
    sizes.push([`${name}.html`, Buffer.from(html)]);
  }
}

/** The addresses of a wasm, and of the script of this name that loads it. */
async function loaded(name, scriptName, bytes) {
  const wasm = asset(name, 'wasm', bytes);
  const main = await script('main.ts', { format: 'esm', define: { WASM: JSON.stringify(wasm) }, alias: { '#wasm': join(bound, `${name}.js`) } });
  mustNotSetHtml(main);
  return { wasm, main: asset(scriptName, 'js', main) };
}

async function script(file, options) {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(ui, 'page', file)], bundle: true, minify: true, target: 'es2022', write: false },
    ...{ legalComments: 'none', logLevel: 'warning', ...options },
  });
  return Buffer.from(outputFiles[0].contents);
}

/** A style sheet; the icons that it names become assets. */
async function style(file) {
  const icons = {
    name: 'icons',
    setup({ onResolve }) {
      onResolve({ filter: /\.svg$/ }, ({ path }) => {
        const name = /([\w-]+)\.svg$/.exec(path)[1];
        return { path: asset(name, 'svg', readFileSync(join(ui, 'style', 'icons', `${name}.svg`))), external: true };
      });
    },
  };
  const { outputFiles } = await build({
    ...{ entryPoints: [join(ui, 'style', file)], bundle: true, minify: true, write: false, logLevel: 'warning' },
    ...{ target: ['chrome123', 'firefox120', 'safari17.5'], plugins: [icons] },
  });
  return Buffer.from(outputFiles[0].contents);
}

/** Writes an asset and its compressed forms; gives its URL. The same bytes are written once. */
function asset(name, extension, bytes) {
  const hash = createHash('sha256').update(bytes).digest('base64url').replace(/[-_]/g, '').slice(0, 10);
  const file = `${name}-${hash}.${extension}`;
  if (!sizes.some(([known]) => known === file)) {
    sizes.push([file, bytes]);
    const path = join(dist, 'assets', file);
    writeFileSync(path, bytes);
    writeFileSync(`${path}.br`, brotli(bytes));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
  return ASSETS_URL + file;
}

/** The other languages' texts of what the HTML shows. */
function translations(html) {
  const keys = new Set([...html.matchAll(/data-text="(\w+)"/g)].map(([, key]) => key));
  return Object.fromEntries(LANGUAGES.slice(1).map((tag) => [tag, Object.fromEntries([...keys].map((key) => [key, text(tag, key)]))]));
}

function text(tag, key) {
  const found = texts[tag][key];
  if (found === undefined) throw new Error(`i18n/${tag}.json has no text ${key}, which the HTML names`);
  return found;
}

function fill(html, values) {
  return html.replace(/\{\{(?:text:)?(\w+)\}\}/g, (whole, name) => {
    const value = whole.startsWith('{{text:') ? escaped(text('en', name)) : values[name];
    if (value === undefined) throw new Error(`the HTML names ${whole}, which nobody gives`);
    return value;
  });
}

function escaped(plain) {
  return plain.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

// Leptos sets elements that are nothing but literals as HTML: the pages have none, and then the glue has no such call.
function mustNotSetHtml(glue) {
  const found = /\.(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|write)\b\s*[=(]/.exec(glue.toString());
  if (found) throw new Error(`the pages set HTML from text (${found[0]}): an element of a view has literal attributes only`);
}

function mustHaveNothingInline(html) {
  const found = /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i.exec(html);
  if (found) throw new Error(`the page has something inline, which its policy forbids: ${found[0]}`);
}

function report() {
  let total = 0;
  let own = 0;
  for (const [name, bytes] of sizes) {
    const size = brotli(bytes).length;
    if (name.startsWith('account')) own += size;
    else if (name !== 'index.html') total += size;
    console.log(`${name.padEnd(28)} ${String(bytes.length).padStart(8)} bytes ${String(size).padStart(7)} brotli`);
  }
  console.log(`${'a login loads, all together'.padEnd(28)} ${' '.repeat(14)} ${String(total).padStart(7)} brotli`);
  console.log(`${'the account page, besides'.padEnd(28)} ${' '.repeat(14)} ${String(own).padStart(7)} brotli`);
}

function brotli(bytes) {
  const quality = debug ? 4 : 11;
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 22 } });
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (status === 0) return;
  const why = error?.code === 'ENOENT' ? 'is not installed: npm run setup' : 'has failed, see above';
  console.error(`The hosted UI could not be built: ${command} ${why}`);
  process.exit(1);
}
