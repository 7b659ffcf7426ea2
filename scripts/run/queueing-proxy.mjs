// A proxy that lets one request after the other through to a server of wasm-bindgen's test runner.
//
// That server (tiny_http) forgets a connection now and then when a browser opens several in one moment, and the page with the
// tests then waits for a module until the driver gives up.

import { Agent, createServer, request } from 'node:http';

/** Starts it on loopback; `url` is for Chromium's `--proxy-server`. */
export async function startQueueingProxy() {
  const agent = new Agent({ maxSockets: 1 });
  const server = createServer((asked, answer) => {
    // A server that does not answer looks just so from behind the proxy: the tests ask for one, too.
    const failed = () => answer.destroy();
    const { method, headers, url } = asked;
    const passed = request(url, { method, headers, agent }, (given) => {
      answer.writeHead(given.statusCode, given.headers);
      given.on('error', failed).pipe(answer);
    });
    answer.on('close', () => passed.destroy());
    asked.pipe(passed.on('error', failed));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
