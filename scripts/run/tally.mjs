// Counts what a test runner says it ran. A suite that crashed or ran nothing is a failure, whatever it counted.

/** Sums the result lines of cargo's test harness, which wasm-bindgen's test runner prints too. */
export function tallyCargo(output) {
  const tally = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)) {
    tally.passed += Number(passed);
    tally.failed += Number(failed);
  }
  return tally;
}

/** Reads what `count-reporter.mjs` wrote. A skipped test is a failure: what is not run proves nothing. */
export function tallyNode(text) {
  const counted = text.trim() === '' ? {} : JSON.parse(text);
  return { passed: counted.passed ?? 0, failed: (counted.failed ?? 0) + (counted.skipped ?? 0) };
}

/** A suite's final count, given its tally and how its process ended. */
export function judged(tally, succeeded) {
  if (tally.failed > 0) return { ...tally };
  if (!succeeded) return { ...tally, failed: 1, why: 'it ended with an error' };
  if (tally.passed === 0) return { ...tally, failed: 1, why: 'it ran no test' };
  return { ...tally };
}
