// One cold sign-in in a process of its own: prints the milliseconds from the import of the client to its claim, and the claim.
//   node cold.mjs FOLDER ours|identity-js

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { challenge } from './challenge.mjs';

const [folder, client] = process.argv.slice(2);
const begun = performance.now();
const { load, signIn } = await import(pathToFileURL(join(folder, `${client}.mjs`)).href);
await load(client === 'ours' ? readFileSync(join(folder, 'srp.wasm')) : undefined);
const result = signIn(challenge);
const ms = performance.now() - begun;
console.log(JSON.stringify({ ms, result }));
