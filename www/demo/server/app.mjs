// Serves the built demo on loopback, with the headers that an app on Cognate should have.
//
// Security: the page may load nothing but its own files, run no inline script, and turn no string into script
// (Trusted Types). It talks to no server at all: the worker does, and a worker takes its policy from its own
// response, so every script response carries the worker's, which a page ignores.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namesThisMachine, startOnLoopback } from './loopback.mjs';

const FOLDER = fileURLToPath(new URL('../dist', import.meta.url));

const MEDIA_TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const HASHED_NAME = /-[\w-]{8}\.\w+$/; // as Vite names what never changes

/**
 * Starts the demo's server on this machine. Its origin is `http://localhost:<port>`: whoever asks for the page at a number is sent there,
 * since a sign-in by redirect that began elsewhere would come back to another origin than it left.
 *
 * `config` is what the page reads from /config.json; its `endpoint`, `oauth.domain` and `api` are the other origins that the
 * worker may reach. `headers` replaces single response headers and `folder` the files served: the tests break things with them.
 */
export async function serveDemo({ port, config, headers = () => ({}), folder = FOLDER }) {
  const others = [config.endpoint, config.oauth?.domain, config.api].filter(Boolean).map((url) => new URL(url).origin);
  const policies = contentPolicies([...new Set(others)]);
  const handler = (request, response) => {
    answer(request, response, { config, policies, headers, folder }).catch(() => response.destroy());
  };
  return startOnLoopback(handler, port);
}

function contentPolicies(others) {
  return {
    page: [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types cognate',
    ].join('; '),
    worker: [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      `connect-src 'self' ${others.join(' ')}`,
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  };
}

async function answer(request, response, { config, policies, headers, folder }) {
  const path = requestPath(request.url);
  const send = (status, body, own) => {
    response.writeHead(status, { ...commonHeaders(), ...own, ...headers(path, own) });
    if (request.method === 'HEAD') response.end();
    else if (typeof body === 'string') response.end(body);
    else body.on('error', () => response.destroy()).pipe(response);
  };
  const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  if (!['GET', 'HEAD'].includes(request.method)) return send(405, 'Method not allowed\n', { ...plain, Allow: 'GET, HEAD' });
  if (!namesThisMachine(request.headers.host)) return send(421, 'This server answers to localhost only.\n', plain);
  if (path === '/config.json') {
    return send(200, JSON.stringify(config), { 'Content-Type': MEDIA_TYPES['.json'], 'Cache-Control': 'no-store' });
  }
  if (path === '/' && !request.headers.host.startsWith('localhost')) {
    return send(307, '', { ...plain, Location: `http://localhost:${request.socket.localPort}/` });
  }
  const file = path && join(folder, path === '/' ? 'index.html' : path);
  const found = file?.startsWith(folder + sep) && (await stat(file).catch(() => undefined));
  if (!found?.isFile()) return send(404, 'Not found\n', plain);
  const extension = extname(file);
  const own = {
    'Content-Type': MEDIA_TYPES[extension] ?? 'application/octet-stream',
    'Content-Length': found.size,
    'Cache-Control': HASHED_NAME.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (extension === '.html') own['Content-Security-Policy'] = policies.page;
  if (extension === '.js') own['Content-Security-Policy'] = policies.worker;
  return send(200, request.method === 'HEAD' ? '' : createReadStream(file), own);
}

function commonHeaders() {
  return {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}

function requestPath(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    return path.includes('\0') ? undefined : normalize(path);
  } catch {
    return undefined; // not a URL, or not UTF-8: there is no such file
  }
}
