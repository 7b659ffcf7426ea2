// Sets up and runs everything there is to test, and ends with one line: N passed, N failed.
//
// Unit tests run on the debug build; what crosses parts runs on the release build of the backend and on the packed
// npm package, the ones that `npm start` runs. `--only NAME` (again and again) runs some suites;
// further arguments after `--` are patterns of test file names.

import { mkdirSync, readFileSync, readdirSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { buildBackend, buildDemo, buildHostedUi, buildPackage } from './run/artifacts.mjs';
import { findChromedriver, findChromium } from './run/browsers.mjs';
import { endTogether, start, stop } from './run/processes.mjs';
import { main, Problem, report } from './run/problem.mjs';
import { startQueueingProxy } from './run/queueing-proxy.mjs';
import { judged, tallyCargo, tallyNode } from './run/tally.mjs';
import { BACKEND_BINARY, ROOT, inRoot } from './run/workspace.mjs';
import { setUp } from './setup.mjs';

const SUITE_TIMEOUT_MS = 25 * 60_000;
const NODE_TEST_TIMEOUT_MS = 10 * 60_000;

const nothing = async () => {};
const running = async () => {
  await buildBackend();
  await buildHostedUi();
  await buildPackage();
  await buildDemo();
};

const SUITES = {
  scripts: { needs: nothing, run: () => nodeSuite('scripts', 'scripts') },
  rust: { needs: nothing, run: rustSuite },
  wasm: { needs: nothing, run: wasmSuite },
  pkg: { needs: nothing, run: () => nodeSuite('pkg', 'pkg/tests') },
  declarations: { needs: running, run: () => nodeSuite('declarations', 'tests/declarations') },
  contract: { needs: buildBackend, run: () => nodeSuite('contract', 'tests/contract') },
  security: { needs: buildBackend, run: () => nodeSuite('security', 'tests/security') },
  interop: { needs: running, run: () => nodeSuite('interop', 'tests/interop') },
  e2e: { needs: running, run: () => nodeSuite('e2e', 'tests/e2e') },
  packaging: { needs: running, run: () => nodeSuite('packaging', 'tests/packaging') },
};

const { chosen, patterns } = readArguments(process.argv.slice(2));
endTogether();
await main(async () => {
  // A missing prerequisite fails at once, before half an hour of building.
  Object.assign(process.env, { CHROMIUM: findChromium(), CHROMEDRIVER: findChromedriver(), COGNATE_BACKEND: BACKEND_BINARY });
  await setUp({ tests: true });

  const results = [];
  for (const name of chosen) {
    const began = Date.now();
    console.log(`\n━━ ${name} ━━`);
    let result;
    try {
      await SUITES[name].needs();
      result = await SUITES[name].run();
    } catch (error) {
      report(error);
      result = { passed: 0, failed: 1, why: 'it could not be run' };
    }
    results.push({ name, ...result, seconds: Math.round((Date.now() - began) / 1000) });
  }
  summarise(results);
});

function readArguments(given) {
  const separator = given.indexOf('--');
  const patterns = separator < 0 ? [] : given.splice(separator).slice(1);
  const named = [];
  for (let i = 0; i < given.length; i += 1) {
    const name = given[i].startsWith('--only=') ? given[i].slice('--only='.length) : given[i] === '--only' ? given[++i] : given[i];
    if (!Object.hasOwn(SUITES, name ?? '')) {
      report(new Problem(`There is no suite ${name}; there are ${Object.keys(SUITES).join(', ')}.`, { help: 'npm test -- --only e2e' }));
      process.exit(2);
    }
    named.push(name);
  }
  return { chosen: named.length > 0 ? named : Object.keys(SUITES), patterns };
}

async function rustSuite() {
  const { output, succeeded } = await watched('cargo', ['test', '--workspace', '--locked', '--no-fail-fast', ...patterns]);
  return judged(tallyCargo(output), succeeded);
}

async function wasmSuite() {
  const proxy = await startQueueingProxy();
  try {
    writeWebDriverOptions(proxy.url);
    const { output, succeeded } = await watched('wasm-pack', [
      'test', '--headless', '--chrome', '--chromedriver', process.env.CHROMEDRIVER, 'sdk', ...(patterns.length ? ['--', ...patterns] : []),
    ]);
    return judged(tallyCargo(output), succeeded);
  } finally {
    proxy.stop();
  }
}

// wasm-bindgen's test runner reads this file; the browser's path differs from machine to machine.
function writeWebDriverOptions(proxy) {
  const args = ['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--proxy-server=${proxy}`, '--proxy-bypass-list=<-loopback>'];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  const options = { 'goog:chromeOptions': { binary: process.env.CHROMIUM, args } };
  writeFileSync(inRoot('sdk', 'webdriver.json'), `${JSON.stringify(options, null, 2)}\n`);
}

async function nodeSuite(name, folder) {
  const files = testFiles(inRoot(folder)).filter((file) => patterns.length === 0 || patterns.some((text) => file.includes(text)));
  if (files.length === 0) return judged({ passed: 0, failed: 0 }, true);
  const counts = inRoot('target', 'test-counts', `${name}.json`);
  mkdirSync(inRoot('target', 'test-counts'), { recursive: true });
  rmSync(counts, { force: true });
  const { succeeded } = await watched(process.execPath, [
    '--import', new URL('./run/end-test-file.mjs', import.meta.url).href,
    '--test', `--test-timeout=${NODE_TEST_TIMEOUT_MS}`,
    '--test-reporter=spec', '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('./run/count-reporter.mjs', import.meta.url)}`, `--test-reporter-destination=${counts}`,
    ...files,
  ]);
  return judged(tallyNode(existsSync(counts) ? readFileSync(counts, 'utf8') : ''), succeeded);
}

function testFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.mjs'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !relative(ROOT, path).includes('node_modules'))
    .sort((a, b) => basename(a).localeCompare(basename(b)));
}

// Shows what the suite prints while it runs, and keeps it for counting.
async function watched(command, args) {
  const lines = [];
  const suite = start(command, args, {
    onLine: (line) => {
      lines.push(line);
      console.log(line);
    },
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    console.log(`✗ stopped after ${SUITE_TIMEOUT_MS / 60_000} minutes`);
    stop(suite);
  }, SUITE_TIMEOUT_MS);
  const end = await suite.ended;
  clearTimeout(timer);
  if (end.error) console.log(`✗ ${command}: ${end.error.message}`);
  return { output: lines.join('\n'), succeeded: end.code === 0 && !late };
}

function summarise(results) {
  console.log('');
  for (const { name, passed, failed, why, seconds } of results) {
    const mark = failed === 0 ? '✓' : '✗';
    console.log(`${mark} ${name.padEnd(13)} ${`${passed} passed, ${failed} failed`.padEnd(26)} ${seconds} s${why ? `   (${why})` : ''}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  if (sum('failed') > 0) process.exitCode = 1;
}
