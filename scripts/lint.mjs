// Format, lints and types, all that CI would complain about; --fix mends what can be mended by machine.

import { existsSync } from 'node:fs';
import { checkBuildTools } from './run/prerequisites.mjs';
import { endTogether, run } from './run/processes.mjs';
import { main, Problem, report } from './run/problem.mjs';
import { commandStep } from './run/steps.mjs';
import { inRoot } from './run/workspace.mjs';
import { buildDemo, buildPackage } from './run/artifacts.mjs';
import { setUp } from './setup.mjs';

const fix = process.argv.includes('--fix');
const clippyFix = fix ? ['--fix', '--allow-dirty', '--allow-staged'] : [];
const strict = ['--', '-D', 'warnings'];

endTogether();
await main(async () => {
  await checkBuildTools();
  for (const component of ['fmt', 'clippy']) {
    if (!(await run('cargo', [component, '--version'])).ok) {
      throw new Problem(`cargo ${component} was not found.`, { help: `rustup component add ${component === 'fmt' ? 'rustfmt' : component}` });
    }
  }
  await setUp();
  let failures = 0;
  for (const check of [format, clippy, clippyForTheBrowser, types]) {
    try {
      await check();
    } catch (error) {
      report(error);
      failures += 1;
    }
  }
  if (failures > 0) throw new Problem(`${failures} of the checks found something.`, fix ? {} : { help: 'npm run lint -- --fix' });
});

async function format() {
  await commandStep('Rust format', 'cargo', ['fmt', '--all', ...(fix ? [] : ['--', '--check'])]);
}

async function clippy() {
  await commandStep('Rust lints', 'cargo', ['clippy', '--workspace', '--all-targets', '--locked', ...clippyFix, ...strict]);
}

async function clippyForTheBrowser() {
  await commandStep('Rust lints, for the browser', 'cargo', [
    'clippy', '-p', 'cognate', '--all-targets', '--target', 'wasm32-unknown-unknown', '--locked', ...clippyFix, ...strict,
  ]);
  // By itself: together with the SDK it would be checked with features that it is built without.
  await commandStep('Rust lints, the hosted UI', 'cargo', [
    'clippy', '-p', 'cognate-hosted-ui', '--target', 'wasm32-unknown-unknown', '--locked', ...clippyFix, ...strict,
  ]);
  await commandStep('Rust lints, the account page', 'cargo', [
    'clippy', '-p', 'cognate-hosted-ui', '--features', 'account', '--target', 'wasm32-unknown-unknown', '--locked', ...clippyFix, ...strict,
  ]);
}

// The demo's types are checked against the packed package, which needs it built.
async function types() {
  await buildPackage();
  await commandStep('TypeScript, the hosted UI', 'tsc', ['--project', inRoot('hosted-ui', 'page')]);
  await commandStep('TypeScript, the package', 'tsc', ['--noEmit', '--project', inRoot('pkg')]);
  const declarations = inRoot('tests', 'declarations', 'tsconfig.json');
  if (existsSync(declarations)) await commandStep('TypeScript, its declarations', 'tsc', ['--noEmit', '--project', declarations]);
  await buildDemo();
  await commandStep('TypeScript, the demo', 'tsc', ['--noEmit', '--project', inRoot('www', 'demo')]);
}
