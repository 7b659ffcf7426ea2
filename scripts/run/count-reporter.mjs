// A reporter for node:test that writes one line of JSON: how many tests passed, failed and were skipped.
// Suites are not counted, only the tests in them; a file in which there is no test has failed.

export default async function* countReporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    const outcome = outcomeOf(type, data);
    if (outcome) counts[outcome] += 1;
  }
  yield `${JSON.stringify(counts)}\n`;
}

function outcomeOf(type, data) {
  if (type === 'test:fail') return data.details?.error?.failureType === 'subtestsFailed' ? undefined : 'failed';
  if (type !== 'test:pass') return undefined;
  if (data.skip !== undefined || (data.todo !== undefined && data.todo !== false)) return 'skipped';
  if (data.details?.type === 'suite') return undefined;
  return data.name === data.file ? 'failed' : 'passed'; // node reports a file without tests under its own name
}
