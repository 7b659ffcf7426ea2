// The built npm package in a page of Chromium, without a bundler: the files of pkg/dist as a web server would give them.

import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.mjs';

const dist = fileURLToPath(new URL('../../pkg/dist', import.meta.url));
const CONTENT_TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * A browser and a server for the package; `newPage()` opens a tab whose `globalThis.createAuth` is the package's. `served` are
 * the paths that were asked for; those in `missing` are answered with 404.
 */
export async function startPackagePages() {
  if (!existsSync(`${dist}/index.js`)) throw new Error('the package is not built; build it with: npm run build');
  const served = [];
  const missing = new Set();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    served.push(pathname);
    if (missing.has(pathname)) return response.writeHead(404).end();
    if (pathname === '/') {
      return response.setHeader('content-type', 'text/html').end('<!doctype html><script type="module">import * as cognate from "/index.js"; Object.assign(globalThis, cognate);</script>');
    }
    if (!/^\/[\w.-]+\.(js|wasm)$/.test(pathname) || !existsSync(dist + pathname)) return response.writeHead(404).end();
    response.setHeader('content-type', CONTENT_TYPES[extname(pathname)]);
    return createReadStream(dist + pathname).pipe(response);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://localhost:${server.address().port}/`;
  const browser = await launchChromium();
  return {
    url,
    served,
    missing,
    browser,
    /** A tab of a context of its own, or of the one that is given. */
    newPage: async (context) => {
      const page = await (context ?? (await browser.newContext())).newPage();
      await page.goto(url);
      await page.waitForFunction(() => 'createAuth' in globalThis);
      return page;
    },
    reload: async (page) => {
      await page.reload();
      await page.waitForFunction(() => 'createAuth' in globalThis);
    },
    stop: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

/**
 * Runs `task(auth, input)` in the page on a client made from `config` (made once per page load, kept as `globalThis.auth`). Answers
 * `{ result }`, or `{ error }` with the fields of the AuthError: an error's class does not survive the way out of the page.
 */
export function withAuth(page, config, task, input) {
  return page.evaluate(async ([configuration, source, argument]) => {
    try {
      globalThis.auth ??= await globalThis.createAuth(configuration);
      const run = new Function(`return (${source})`)();
      return { result: await run(globalThis.auth, argument) };
    } catch (error) {
      const { code, message, outcome, serviceType, httpStatus, requestId } = error;
      return { error: { isAuthError: globalThis.isAuthError(error), code, message, outcome, serviceType, httpStatus, requestId } };
    }
  }, [config, task.toString(), input]);
}
