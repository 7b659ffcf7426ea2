// What a visitor downloads of the package, compressed as a server would, and how much that may be: for the tests and the benchmark.

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const KIB = 1024;

/**
 * In bytes of brotli. `core`: everything that is needed to sign in, with every challenge and devices, and to refresh across tabs. `redirect`: the
 * same with sign-in by redirect. `account`: what the first operation on the account adds. `identity`: what the first credentials of an identity
 * pool add, or would without the account.
 */
export const BUDGET = { page: 8 * KIB, core: 60 * KIB, redirect: 70 * KIB, account: 33 * KIB, identity: 26 * KIB };

/** A script as a page gets it: apps bundle and minify. */
export async function minified(options) {
  const { outputFiles } = await build({
    ...options,
    bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, logLevel: 'error', legalComments: 'none',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  });
  return Buffer.from(outputFiles[0].contents);
}

/** How many bytes something has as it is, and compressed at the highest level. */
export function measure(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
  };
}
