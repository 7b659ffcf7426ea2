/**
 * `auth.fetch`, the page's half: takes the request apart into what can be cloned, and puts the answer together again.
 * Bodies are buffered both ways. The worker decides what may be reached and adds the token.
 */
import type { FetchRequest, FetchResponse } from './messages.ts';

export async function packRequest(input: RequestInfo | URL, init?: RequestInit): Promise<FetchRequest> {
  const request = new Request(input, init);
  const body = request.body === null && !init?.body ? undefined : await request.arrayBuffer();
  return {
    url: request.url,
    method: request.method,
    headers: [...request.headers],
    ...(body?.byteLength && { body }),
  };
}

export function unpackResponse({ url, status, statusText, headers, body }: FetchResponse): Response {
  const response = new Response(NULL_BODY.includes(status) ? null : body, { status, statusText, headers });
  return Object.defineProperty(response, 'url', { value: url });
}

const NULL_BODY = [204, 205, 304];
