// TypeScript of the package, bundled for a test. Node 20 does not read it by itself.

import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/** Imports a module of `pkg/src`. */
export async function load(module) {
  const entry = fileURLToPath(new URL(`../src/${module}`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, logLevel: 'silent' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
