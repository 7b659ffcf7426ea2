import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judged, tallyCargo, tallyNode } from './tally.mjs';

const CARGO = `
running 2 tests
test a ... ok
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests cognate_core
test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
`;

test("cargo's result lines are summed over its test binaries", () => {
  assert.deepEqual(tallyCargo(CARGO), { passed: 5, failed: 1 });
});

test('a test that only prints a result line in its message is not counted', () => {
  assert.deepEqual(tallyCargo('note: test result: ok. 9 passed; 0 failed;'), { passed: 0, failed: 0 });
});

test('a skipped test counts as a failure', () => {
  assert.deepEqual(tallyNode('{"passed":4,"failed":1,"skipped":2}\n'), { passed: 4, failed: 3 });
});

test('a suite that ran nothing has failed', () => {
  assert.deepEqual(judged(tallyNode(''), true), { passed: 0, failed: 1, why: 'it ran no test' });
});

test('a suite that crashed after some passing tests has failed', () => {
  assert.equal(judged({ passed: 7, failed: 0 }, false).failed, 1);
});

test('failures that were counted are not counted twice when the process ends with an error', () => {
  assert.deepEqual(judged({ passed: 7, failed: 2 }, false), { passed: 7, failed: 2 });
});
