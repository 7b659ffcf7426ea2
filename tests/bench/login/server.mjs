// The one server of both login pages: static files compressed once with brotli, everything else passed on to the real backend, so that
// neither page pays for CORS and both get their bytes in the same way.

import { createServer, request as sendRequest } from 'node:http';
import { brotliCompressSync, constants } from 'node:zlib';

const MEDIA_TYPES = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  woff2: 'font/woff2',
};

/**
 * Serves `files` (path to `{ bytes, kind, headers }`, where `kind` is a file name's ending) on `port`, and passes what is not among them on
 * to `backend()` (a URL). `served()` has the paths that were asked for.
 */
export async function servePage({ port = 0, files, backend }) {
  const answers = new Map([...files].map(([path, { bytes, kind, headers = {} }]) => {
    const body = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    return [path, {
      body,
      headers: { ...headers, 'content-type': MEDIA_TYPES[kind] ?? 'application/octet-stream', 'content-encoding': 'br', 'content-length': body.length },
    }];
  }));
  const served = new Set();
  const server = createServer((request, response) => {
    const path = request.url.split('?')[0];
    const answer = request.method === 'GET' && answers.get(path);
    if (!answer) return passOn(request, response, backend());
    served.add(path);
    return response.writeHead(200, answer.headers).end(answer.body);
  });
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return {
    url: `http://localhost:${server.address().port}`,
    served: () => [...served],
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

function passOn(incoming, outgoing, backend) {
  const forwarded = sendRequest(new URL(incoming.url, backend), { method: incoming.method, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  incoming.pipe(forwarded);
}
