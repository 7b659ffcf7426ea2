// How an account operation gets its access token, and what becomes of a token that the service refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { AccountOperations } = await load('worker/account.ts');

const OPTIONS = { timeoutMs: 30_000, clientMetadata: undefined, sub: 'ana' };
const signal = new AbortController().signal;
const thrown = (code) => JSON.stringify({ code, message: code });

/** An access token of a person, as far as it is read here. */
const tokenOf = (sub, jti = 1) => `head.${Buffer.from(JSON.stringify({ jti, sub, name: 'é?>~' })).toString('base64url')}.signature`;

/**
 * The operations over two wasms that only write down what they are asked. `answers` are what the account's wasm gives, call by
 * call: text, or a code to throw.
 */
function operations(...answers) {
  const calls = [];
  let tokens = 0;
  let loads = 0;
  const client = {
    tokens: async () => `${tokenOf('ana', (tokens += 1))} id`,
    call: async (op) => (calls.push(`core ${op}`), 'null'),
  };
  const wasm = {
    call: async (op, args) => {
      calls.push({ op, ...args });
      const answer = answers.shift() ?? 'null';
      if (/^[a-z_]+$/.test(answer) && answer !== 'null') throw thrown(answer);
      return answer;
    },
  };
  const account = new AccountOperations(client, async () => {
    loads += 1;
    if (account.fails) throw { code: 'wasm_blocked', message: 'not there' };
    return wasm;
  });
  return { account, calls, client, loads: () => loads };
}

test('nothing is loaded before it is needed, and then once', async () => {
  const { account, loads } = operations();
  assert.equal(loads(), 0);
  await Promise.all([account.call('getUser', {}, OPTIONS, signal), account.call('forgotPassword', {}, OPTIONS, signal)]);
  await account.call('getUser', {}, OPTIONS, signal);
  assert.equal(loads(), 1);
});

test('a load that failed is tried again by the next call', async () => {
  const { account, loads } = operations();
  account.fails = true;
  await assert.rejects(account.call('getUser', {}, OPTIONS, signal), { code: 'wasm_blocked' });
  account.fails = false;
  assert.equal(await account.call('getUser', {}, OPTIONS, signal), 'null');
  assert.equal(loads(), 2);
});

test('an operation on the account takes an access token; one for anybody takes none', async () => {
  const { account, calls } = operations();
  await account.call('updateAttributes', { attributes: { name: 'Ana' } }, OPTIONS, signal);
  await account.call('forgotPassword', { username: 'ana' }, OPTIONS, signal);
  assert.equal(calls[0].accessToken, tokenOf('ana'));
  assert.deepEqual(calls[0].attributes, { name: 'Ana' });
  assert.equal('accessToken' in calls[1], false);
});

test('an access token of the page is not used', async () => {
  const { account, calls } = operations();
  await account.call('getUser', { accessToken: 'from the page' }, OPTIONS, signal);
  assert.equal(calls[0].accessToken, tokenOf('ana'));
});

test('a refused token is replaced once, by a refresh', async () => {
  const { account, calls } = operations('session_lost', '{"username":"ana"}');
  assert.equal(await account.call('getUser', {}, OPTIONS, signal), '{"username":"ana"}');
  assert.deepEqual(calls.map((call) => call.accessToken ?? call), [tokenOf('ana', 1), 'core refresh', tokenOf('ana', 3)]);

  const again = operations('session_lost', 'session_lost', 'null');
  await assert.rejects(again.account.call('getUser', {}, OPTIONS, signal), (error) => JSON.parse(error).code === 'session_lost');
  assert.equal(again.calls.length, 3, 'not more than once');
});

test('another error is neither refreshed away nor repeated', async () => {
  for (const code of ['missing_scope', 'incorrect_credentials', 'network']) {
    const { account, calls } = operations(code);
    await assert.rejects(account.call('changePassword', {}, OPTIONS, signal), (error) => JSON.parse(error).code === code);
    assert.equal(calls.length, 1);
  }
});

test('the session of a deleted user is forgotten, and only then', async () => {
  const { account, calls } = operations();
  await account.call('deleteUser', {}, OPTIONS, signal);
  assert.equal(calls.at(-1), 'core forget');
  const refused = operations('not_authorized');
  await assert.rejects(refused.account.call('deleteUser', {}, OPTIONS, signal));
  assert.equal(refused.calls.includes('core forget'), false);
});

test('the time that a call has is for everything that it does', async () => {
  const { account, calls, client } = operations();
  client.tokens = () => new Promise((resolve) => setTimeout(() => resolve(`${tokenOf('ana')} id`), 40));
  await account.call('getUser', {}, { ...OPTIONS, timeoutMs: 1_000 }, signal);
  assert.ok(calls[0].timeoutMs <= 965, `${calls[0].timeoutMs} ms are left`);
});

/** A core whose person another tab can change: its token is that of whoever is signed in as it is asked for, as in the wasm. */
function sharedBrowser() {
  const world = { person: 'ana', done: [], refreshed: [], revoked: new Set() };
  const client = {
    tokens: async () => `${tokenOf(world.person)} id`,
    call: async (op) => (op === 'refresh' && world.refreshed.push(world.person), 'null'),
  };
  const wasm = {
    call: async (op, { accessToken }) => {
      world.whileSending?.();
      if (world.revoked.has(accessToken)) throw thrown('session_lost');
      world.done.push(op);
      return 'null';
    },
  };
  return { world, client, wasm };
}

test('what began as Ana is not done to Ben, who signed in while the module was loaded', async () => {
  const { world, client, wasm } = sharedBrowser();
  const account = new AccountOperations(client, async () => {
    world.person = 'ben';
    return wasm;
  });
  await assert.rejects(account.call('deleteUser', {}, OPTIONS, signal), { code: 'signed_out', outcome: 'notSent' });
  assert.deepEqual(world.done, []);
  await account.call('getUser', {}, { ...OPTIONS, sub: 'ben' }, signal);
  assert.deepEqual(world.done, ['getUser'], 'Ben himself can');
});

test('what the service refused for Ana is neither refreshed nor repeated as Ben', async () => {
  const { world, client, wasm } = sharedBrowser();
  world.whileSending = () => {
    world.revoked.add(tokenOf('ana'));
    world.person = 'ben';
  };
  const account = new AccountOperations(client, async () => wasm);
  await assert.rejects(account.call('deleteUser', {}, OPTIONS, signal), { code: 'signed_out' });
  assert.deepEqual([world.done, world.refreshed], [[], []]);
});

test('a page that shows nobody asks for nobody', async () => {
  const { world, client, wasm } = sharedBrowser();
  const account = new AccountOperations(client, async () => wasm);
  await assert.rejects(account.call('getUser', {}, { ...OPTIONS, sub: undefined }, signal), { code: 'signed_out' });
  assert.deepEqual(world.done, []);
});
