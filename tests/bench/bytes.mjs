// What a visitor downloads: our page JavaScript, worker and wasm against the libraries that do the same, all bundled by one esbuild with
// the same options, compressed at the highest level of gzip and brotli. For the peers everything they export is kept (`import *`), for
// ours too: real applications tree-shake all of them.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUDGET, measure, minified } from '../support/budget.mjs';
import { printTable, ratio, verdict } from './table.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What only asks an identity pool for credentials, and knows nobody who is signed in. */
const CREDENTIALS_PEER = ['@aws-sdk/client-cognito-identity (credentials only)', 'import { CognitoIdentityClient, GetIdCommand, GetCredentialsForIdentityCommand } from "@aws-sdk/client-cognito-identity"; globalThis.peer = { CognitoIdentityClient, GetIdCommand, GetCredentialsForIdentityCommand };'];

const PEERS = [
  ['@aws-amplify/auth + Amplify.configure, all APIs', 'import { Amplify } from "aws-amplify"; import * as auth from "@aws-amplify/auth"; globalThis.peer = { configure: Amplify.configure, auth };'],
  ['amazon-cognito-identity-js', 'import * as peer from "amazon-cognito-identity-js"; globalThis.peer = peer;'],
  ['oidc-client-ts (no SRP, redirects only)', 'import * as peer from "oidc-client-ts"; globalThis.peer = peer;'],
];

export async function benchBytes() {
  const dist = (name) => `${root}pkg/dist/${name}`;
  if (!existsSync(dist('index.js')) || !existsSync(dist('cognate.wasm'))) throw new Error('the package is not built; build it with: npm run build');

  const page = measure(await bundle({ stdin: `import * as peer from ${JSON.stringify(dist('index.js'))}; globalThis.peer = peer;` }));
  const worker = measure(await bundle({ entry: dist('worker.js') }));
  const wasm = measure(readFileSync(dist('cognate.wasm')));
  const total = sum([page, worker, wasm]);
  const peers = [];
  for (const [name, source] of PEERS) peers.push([name, measure(await bundle({ stdin: source }))]);
  const amplify = peers[0][1];
  const credentials = sum([measure(await bundle({ entry: dist('identity.js') })), measure(await bundle({ entry: dist('signed-in.js') })), measure(readFileSync(dist('cognate-identity.wasm')))]);
  const credentialsPeer = measure(await bundle({ stdin: CREDENTIALS_PEER[1] }));

  const row = (name, size, note) => [name, size.raw, size.gzip, size.brotli, ratio(size.brotli, amplify.brotli), note];
  printTable('Bytes', ['what', 'raw', 'gzip -9', 'brotli 11', 'brotli / Amplify', ''], [
    row('cognate-auth: page JavaScript', page, verdict(page.brotli <= BUDGET.page, `at most ${BUDGET.page / 1024} KiB brotli`)),
    row('cognate-auth: worker with glue', worker),
    row('cognate-auth: wasm', wasm),
    row('cognate-auth: all', total, verdict(total.brotli <= BUDGET.core, `at most ${BUDGET.core / 1024} KiB brotli`)),
    ...peers.map(([name, size]) => row(name, size)),
    row('cognate-auth: credentials, besides', credentials, verdict(credentials.brotli <= BUDGET.identity, `at most ${BUDGET.identity / 1024} KiB brotli`)),
    row(CREDENTIALS_PEER[0], credentialsPeer),
  ], ['The page waits for its own JavaScript only; worker and wasm load beside it. Compressed parts are summed as they are served: one by one.']);
  return { page, worker, wasm, total, peers };
}

const bundle = ({ entry, stdin }) => minified({
  ...(entry ? { entryPoints: [entry] } : { stdin: { contents: stdin, resolveDir: root, loader: 'js' } }),
  // Loaded when they are used.
  external: ['./passkey.js', './qr.js', './leftover.js', './redirect.js', './identity.js'],
});

function sum(sizes) {
  const add = (key) => sizes.reduce((total, size) => total + size[key], 0);
  return { raw: add('raw'), gzip: add('gzip'), brotli: add('brotli') };
}
