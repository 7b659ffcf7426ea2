// A reverse proxy between the browser and the backend that records what crosses: it knows the tokens that the page must
// not know, and can be told to be slow or to break. It is also a second address for the backend, so that the endpoint
// and the issuer differ, as they do with emulators and behind real proxies.

import { createServer, request as sendRequest } from 'node:http';

/** Starts a recorder in front of `target` (a URL). `keepsHost` passes on the name that the client called, which a signature covers. */
export async function startRecorder(target, { keepsHost = false } = {}) {
  const exchanges = [];
  // `refuse` drops a request, `lose` the answer to one, which the backend has given; `hold` is waited for before an answer is passed on.
  const behaviour = { delayMs: 0, refuse: undefined, lose: undefined, hold: undefined };
  const server = createServer(async (incoming, outgoing) => {
    const body = await read(incoming);
    const exchange = { method: incoming.method, path: incoming.url, operation: operationOf(incoming), request: body.toString(), response: '' };
    exchanges.push(exchange);
    if (behaviour.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs));
    if (behaviour.refuse?.(exchange)) return outgoing.destroy();
    const forwarded = sendRequest(new URL(incoming.url, target), { method: incoming.method, headers: { ...incoming.headers, host: keepsHost ? incoming.headers.host : new URL(target).host } }, async (answer) => {
      const content = await read(answer);
      exchange.status = answer.statusCode;
      exchange.response = content.toString();
      await behaviour.hold?.(exchange);
      if (behaviour.lose?.(exchange)) return outgoing.destroy();
      outgoing.writeHead(answer.statusCode, answer.headers);
      outgoing.end(content);
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    exchanges,
    behaviour,
    /** The exchanges of one operation, such as `InitiateAuth`, oldest first. */
    of: (operation) => exchanges.filter((exchange) => exchange.operation === operation && exchange.method === 'POST'),
    /** Every token that has gone to the browser. */
    tokens: () => exchanges.flatMap(({ response }) => tokensIn(response)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function operationOf({ headers }) {
  return headers['x-amz-target']?.split('.').at(-1);
}

function tokensIn(text) {
  let result;
  try {
    result = JSON.parse(text).AuthenticationResult ?? {};
  } catch {
    return []; // not JSON: not an answer with tokens
  }
  return [result.AccessToken, result.IdToken, result.RefreshToken].filter(Boolean);
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
