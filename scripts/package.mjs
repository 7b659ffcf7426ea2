// Packs the npm package as it would be published: target/package/cognate-auth-<version>.tgz.

import { buildPackage, packPackage } from './run/artifacts.mjs';
import { endTogether } from './run/processes.mjs';
import { main } from './run/problem.mjs';
import { setUp } from './setup.mjs';

endTogether();
await main(async () => {
  await setUp();
  await buildPackage();
  console.log(await packPackage());
});
