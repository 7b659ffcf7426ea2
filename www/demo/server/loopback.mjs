// Servers for this machine only.

import { createServer } from 'node:http';

/**
 * Starts a handler on 127.0.0.1 and, where the machine has it, on [::1]: `localhost` may mean either. Port 0 is any that is free.
 *
 * @returns its `url` with `localhost` for a name, and `close`, which ends open connections too.
 */
export async function startOnLoopback(handler, port) {
  const servers = [await listen(handler, port, '127.0.0.1')];
  const bound = servers[0].address().port;
  try {
    servers.push(await listen(handler, bound, '::1'));
  } catch (error) {
    if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code)) {
      servers[0].close();
      throw error;
    }
  }
  return {
    url: `http://localhost:${bound}`,
    close: async () => {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** Whether a request's Host is this machine. A page elsewhere whose name was made to point here (DNS rebinding) says another. */
export function namesThisMachine(host = '') {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function listen(handler, port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer(handler);
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}
