// The shipped declarations, compiled as an app would compile them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs the compiler and answers what it complains about. */
function compile(...options) {
  return compileProject('tsconfig.json', ...options);
}

function compileProject(project, ...options) {
  const tsc = at('../../node_modules/typescript/bin/tsc');
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, '--noEmit', '--project', at(project), ...options], { encoding: 'utf8' });
  return { complaints: (stdout + stderr).trim(), status };
}

test('apps compile against the declarations, and their mistakes do not', () => {
  assert.deepEqual(compile(), { complaints: '', status: 0 });
});

test('they also compile under a bundler\'s resolution', () => {
  assert.deepEqual(compile('--module', 'ESNext', '--moduleResolution', 'bundler'), { complaints: '', status: 0 });
});

test('clients of the AWS SDK take the credentials', () => {
  assert.deepEqual(compileProject('aws/tsconfig.json'), { complaints: '', status: 0 });
});

test('the compiler really sees the declarations', () => {
  const files = readdirSync(at('../../pkg/dist')).filter((name) => name.endsWith('.d.ts'));
  assert.ok(files.includes('index.d.ts') && files.includes('auth.d.ts'));
  for (const file of files) {
    const declared = readFileSync(at(`../../pkg/dist/${file}`), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    // `any` would make every test above pass.
    assert.doesNotMatch(declared, /\bany\b/, file);
  }
});
