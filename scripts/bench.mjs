// Runs the benchmarks of tests/bench: tables with ratios, the peers measured in the same run. Never a test.
// Arguments go to tests/bench/run.mjs.

import { buildBackend, buildDemo, buildHostedUi, buildPackage } from './run/artifacts.mjs';
import { checkPython } from './run/prerequisites.mjs';
import { endTogether, start } from './run/processes.mjs';
import { main, Problem } from './run/problem.mjs';
import { BACKEND_BINARY, inRoot } from './run/workspace.mjs';
import { setUp } from './setup.mjs';

endTogether();
await main(async () => {
  await setUp();
  await checkPython();
  await buildBackend();
  await buildHostedUi();
  await buildPackage();
  await buildDemo();
  const { ended } = start(process.execPath, [inRoot('tests', 'bench', 'run.mjs'), ...process.argv.slice(2)], {
    env: { COGNATE_BACKEND: BACKEND_BINARY },
  });
  const end = await ended;
  if (end.code !== 0) throw new Problem(`The benchmarks ended with ${end.signal ?? `exit code ${end.code}`}.`);
});
