// How an account operation gets its access token, and what becomes of a token that the service refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { AccountOperations } = await load('worker/account.ts');

const OPTIONS = { timeoutMs: 30_000, clientMetadata: undefined };
const signal = new AbortController().signal;
const thrown = (code) => JSON.stringify({ code, message: code });

/**
 * The operations over two wasms that only write down what they are asked. `answers` are what the account's wasm gives, call by
 * call: text, or a code to throw.
 */
function operations(...answers) {
  const calls = [];
  let tokens = 0;
  let loads = 0;
  const client = {
    accessToken: async () => `token-${(tokens += 1)}`,
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
  assert.equal(calls[0].accessToken, 'token-1');
  assert.deepEqual(calls[0].attributes, { name: 'Ana' });
  assert.equal('accessToken' in calls[1], false);
});

test('an access token of the page is not used', async () => {
  const { account, calls } = operations();
  await account.call('getUser', { accessToken: 'from the page' }, OPTIONS, signal);
  assert.equal(calls[0].accessToken, 'token-1');
});

test('a refused token is replaced once, by a refresh', async () => {
  const { account, calls } = operations('session_lost', '{"username":"ana"}');
  assert.equal(await account.call('getUser', {}, OPTIONS, signal), '{"username":"ana"}');
  assert.deepEqual(calls.map((call) => call.accessToken ?? call), ['token-1', 'core refresh', 'token-2']);

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
  client.accessToken = () => new Promise((resolve) => setTimeout(() => resolve('late'), 40));
  await account.call('getUser', {}, { ...OPTIONS, timeoutMs: 1_000 }, signal);
  assert.ok(calls[0].timeoutMs <= 965, `${calls[0].timeoutMs} ms are left`);
});
