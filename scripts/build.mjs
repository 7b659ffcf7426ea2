// Builds what runs: the backend (target/release/cognate), the hosted UI (hosted-ui/dist), the npm package (pkg/wasm,
// pkg/dist) and the demo (www/demo/dist, from the packed package). Name some of them to build only those.

import { buildBackend, buildDemo, buildHostedUi, buildPackage } from './run/artifacts.mjs';
import { endTogether } from './run/processes.mjs';
import { main, Problem } from './run/problem.mjs';
import { setUp } from './setup.mjs';

// In the order in which they need each other.
const PARTS = { backend: buildBackend, 'hosted-ui': buildHostedUi, package: buildPackage, demo: buildDemo };

endTogether();
await main(async () => {
  const named = process.argv.slice(2);
  const unknown = named.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown) {
    throw new Problem(`There is no part ${unknown} to build.`, { help: `npm run build -- ${Object.keys(PARTS).join(' ')}` });
  }
  await setUp();
  for (const [name, build] of Object.entries(PARTS)) if (named.length === 0 || named.includes(name)) await build();
});
