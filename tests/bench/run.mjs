// `npm run bench`: one table per topic, each peer measured in the same run. `npm run bench -- bytes srp` runs some topics only, `--quick`
// makes everything short: then the numbers mean nothing, but everything has run.

import { benchBackend } from './backend.mjs';
import { benchBytes } from './bytes.mjs';
import { benchDirectory } from './directory.mjs';
import { benchExistence } from './existence.mjs';
import { benchLogin } from './login.mjs';
import { benchSrp } from './srp.mjs';
import { benchTasks } from './tasks.mjs';

const TOPICS = { bytes: benchBytes, srp: benchSrp, backend: benchBackend, directory: benchDirectory, existence: benchExistence, login: benchLogin, tasks: benchTasks };

const options = process.argv.slice(2);
const quick = options.includes('--quick');
const wanted = options.filter((option) => !option.startsWith('--'));
const unknown = wanted.filter((topic) => !(topic in TOPICS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(TOPICS).join(', ')}.`);
  process.exit(2);
}
for (const [topic, bench] of Object.entries(TOPICS)) {
  if (wanted.length === 0 || wanted.includes(topic)) await bench({ quick });
}
