import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const REPORTER = new URL('./count-reporter.mjs', import.meta.url).href;

test('tests in suites and tests in tests count once, skipped and later ones apart', () => {
  const counts = countsOf(`
    describe('suite', () => { it('passes', () => {}); it('is skipped', { skip: true }, () => {}); it.todo('comes later'); });
    test('fails', () => { throw new Error('no'); });
    describe('fails as a whole', () => { it('fails inside', () => { throw new Error('no'); }); });
  `);
  assert.deepEqual(counts, { passed: 1, failed: 2, skipped: 2 });
});

test('a file that throws while it is loaded is one failure', () => {
  assert.deepEqual(countsOf("throw new Error('at once')"), { passed: 0, failed: 1, skipped: 0 });
});

test('a file in which there is no test is one failure', () => {
  assert.deepEqual(countsOf(''), { passed: 0, failed: 1, skipped: 0 });
});

test('a hook that fails is a failure of each of its tests', () => {
  assert.equal(countsOf("before(() => { throw new Error('no backend'); }); test('a', () => {}); test('b', () => {});").failed, 2);
});

function countsOf(source) {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-reporter-'));
  try {
    const file = join(folder, 'sample.test.mjs');
    writeFileSync(file, `import { before, describe, it, test } from 'node:test';\n${source}`);
    const environment = { ...process.env };
    delete environment.NODE_TEST_CONTEXT; // else the inner runner would report to the outer one
    const { stdout } = spawnSync(
      process.execPath,
      ['--test', `--test-reporter=${REPORTER}`, '--test-reporter-destination=stdout', file],
      { env: environment, encoding: 'utf8' },
    );
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
