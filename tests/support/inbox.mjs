// Reads the messages that the backend would have sent: newest first, as its inbox shows them.

import { setTimeout as sleep } from 'node:timers/promises';

const DELIVERY_TIMEOUT_MS = 5_000;

/** All messages to one address (to everybody without it), newest first. */
export async function messages(backendUrl, to) {
  const url = new URL('/_cognate/inbox.json', backendUrl);
  if (to !== undefined) url.searchParams.set('to', to);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
  return (await response.json()).messages;
}

/**
 * The code of the newest message to an address. Delivery is queued, so this waits for it: for the message
 * number `count` to that address (1, the default, is the first), so that a second code is not mistaken
 * for the first.
 */
export async function code(backendUrl, to, { count = 1 } = {}) {
  const deadline = Date.now() + DELIVERY_TIMEOUT_MS;
  for (;;) {
    const found = (await messages(backendUrl, to)).filter((message) => message.code);
    if (found.length >= count) return found[0].code;
    if (Date.now() > deadline) throw new Error(`${found.length} of ${count} codes to ${to} came within ${DELIVERY_TIMEOUT_MS} ms`);
    await sleep(25);
  }
}
