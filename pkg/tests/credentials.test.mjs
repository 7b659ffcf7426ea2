// Credentials on the page: they end with the person whose they are, whenever that is.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from './compile.mjs';

const { credentialsOf } = await load('identity.ts');

const CONFIG = { userPoolId: 'p', clientId: 'c', persistence: 'device', identityPoolId: 'r:1', namespace: '' };
const ANA = { status: 'signedIn', user: { sub: 'ana' } };
const NOBODY = { status: 'signedOut' };
const STORED_AFTER_MS = 20;
// Without locks, as where the browser has none.
globalThis.navigator ??= {};

/** What the browser keeps of guests; the test's own, as a database answers when it likes. */
let stored;
beforeEach(() => {
  stored = new Map();
  const request = (result) => ({ result });
  const store = { get: (key) => request(stored.get(key)), put: (value, key) => request(void stored.set(key, value)), delete: (key) => request(void stored.delete(key)) };
  globalThis.indexedDB = {
    open: () => {
      const opening = {
        result: {
          close: () => {},
          transaction: () => {
            const transaction = { objectStore: () => store };
            setTimeout(() => transaction.oncomplete(), STORED_AFTER_MS);
            return transaction;
          },
        },
      };
      queueMicrotask(() => opening.onsuccess());
      return opening;
    },
  };
});

/** A client in which somebody is signed in, or nobody. `answered` is resolved when the worker has given its answer. */
function client(state) {
  let listener;
  let tell;
  const answered = new Promise((resolve) => (tell = resolve));
  const it = {
    state,
    on: (given) => void (listener = given),
    call: async (op) => {
      if (op === 'forgetCredentials') return {};
      setTimeout(tell, 1);
      return { accessKeyId: it.state.user?.sub ?? 'guest', secretAccessKey: 's', sessionToken: 't', expiresAt: Date.now() + 3_600_000, identityId: 'r:id' };
    },
  };
  return { it, answered, becomes: (next) => ((it.state = next), listener({ state: next })) };
}

test('who stays gets credentials that last', async () => {
  const { it } = client(ANA);
  const { accessKeyId, expiration } = await credentialsOf(it, CONFIG).credentials({});
  assert.equal(accessKeyId, 'ana');
  assert.ok(expiration > Date.now() + 3_500_000);
});

for (const [who, before, after, guest] of [
  ['who signs out', ANA, NOBODY, 'r:guest'],
  ['who signs in', NOBODY, ANA, undefined],
]) {
  for (const what of ['credentials', 'identityId']) {
    test(`${who} while the browser still writes of the guest does not get ${what} of before`, async () => {
      if (guest) stored.set('cognate-auth:p:c:guest:r:1', guest);
      const { it, answered, becomes } = client(before);
      const asked = credentialsOf(it, CONFIG)[what]({});
      asked.catch(() => {});
      await answered;
      becomes(after);
      await assert.rejects(asked, { code: 'signed_out' });
    });
  }
}

test('who leaves and comes back during a call does not get what was asked for before', async () => {
  const { it, answered, becomes } = client(ANA);
  const asked = credentialsOf(it, CONFIG).credentials({ logins: () => sleep(10, {}) });
  asked.catch(() => {});
  becomes(NOBODY);
  becomes(ANA);
  await assert.rejects(asked, { code: 'signed_out' });
  assert.equal(await Promise.race([answered, sleep(50, 'never asked')]), 'never asked');
});

test('credentials that were given out end as soon as somebody else is there', async () => {
  const { it, becomes } = client(ANA);
  const { expiration } = await credentialsOf(it, CONFIG).credentials({});
  becomes(NOBODY);
  assert.equal(expiration.getTime(), 0);
});
