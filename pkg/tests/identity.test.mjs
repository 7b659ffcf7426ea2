// How credentials get the ID token that they are asked for with, and what becomes of one that the service refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { IdentityOperations } = await load('worker/identity.ts');

const OPTIONS = { timeoutMs: 30_000, clientMetadata: undefined, sub: 'ana' };
const signal = new AbortController().signal;
const token = (sub, exp, more = '') => `head.${Buffer.from(JSON.stringify({ sub, exp, more })).toString('base64url')}.signature`;
const inAnHour = () => Date.now() / 1000 + 3600;

/** The operations over two wasms that only write down what they are asked. `idTokens` are what the session has, refresh by refresh. */
function operations({ idTokens = ['first', 'second'].map((more) => token('ana', inAnHour(), more)), answers = [], person = 'ana' } = {}) {
  const calls = [];
  let refreshes = 0;
  let loads = 0;
  const client = {
    tokens: async (_, called) => (assert.equal(called, signal), `${token(person, inAnHour())} ${idTokens[Math.min(refreshes, idTokens.length - 1)]}`),
    call: async (op, args) => (calls.push({ op, sub: args.sub }), (refreshes += 1), 'null'),
  };
  const wasm = {
    call: async (op, args) => {
      calls.push({ op, ...args });
      const answer = answers.shift() ?? '{}';
      if (!answer.startsWith('{')) throw JSON.stringify({ code: answer, message: answer });
      return answer;
    },
  };
  const identity = new IdentityOperations(client, async () => ((loads += 1), wasm));
  return { identity, calls, idTokens, loads: () => loads };
}

test('who is signed in is named by the ID token, whatever the page says of it', async () => {
  const { identity, calls, idTokens } = operations();
  await identity.call('credentials', { role: 'r', idToken: 'of the page', sub: 'of the page' }, OPTIONS, signal);
  const [{ op, idToken, sub, role }] = calls;
  assert.deepEqual([op, idToken, sub, role], ['credentials', idTokens[0], 'ana', 'r']);
});

test('a guest has no token, whatever the page says', async () => {
  const { identity, calls } = operations();
  await identity.call('credentials', { guest: 'g', idToken: 'of the page', sub: 'of the page' }, { ...OPTIONS, sub: undefined }, signal);
  assert.deepEqual([calls[0].idToken, calls[0].sub, calls[0].guest], [undefined, undefined, 'g']);
});

test('an ID token that is about to end is replaced before it is used', async () => {
  const idTokens = [token('ana', Date.now() / 1000 + 30), token('ana', inAnHour())];
  const { identity, calls } = operations({ idTokens });
  await identity.call('credentials', {}, OPTIONS, signal);
  assert.deepEqual(calls.map(({ op }) => op), ['refresh', 'credentials']);
  assert.equal(calls[1].idToken, idTokens[1]);
});

test('a refusal is answered by new tokens, once', async () => {
  const { identity, calls, idTokens } = operations({ answers: ['not_authorized', '{"accessKeyId":"A"}'] });
  assert.equal(await identity.call('credentials', {}, OPTIONS, signal), '{"accessKeyId":"A"}');
  assert.deepEqual(calls.map(({ op }) => op), ['credentials', 'refresh', 'credentials']);
  assert.equal(calls[2].idToken, idTokens[1]);
  const refused = operations({ answers: ['not_authorized', 'not_authorized'] });
  await assert.rejects(refused.identity.call('credentials', {}, OPTIONS, signal), (error) => JSON.parse(error).code === 'not_authorized');
  assert.equal(refused.calls.length, 3);
});

test('who is refused with new tokens, too, as for a role that is not theirs, is not given new ones each time', async () => {
  const { identity, calls } = operations({ answers: ['not_authorized', 'not_authorized', 'not_authorized', 'not_authorized', '{}', 'not_authorized'] });
  const refuse = () => assert.rejects(identity.call('credentials', { role: 'r' }, OPTIONS, signal), (error) => JSON.parse(error).code === 'not_authorized');
  for (let i = 0; i < 3; i += 1) await refuse();
  assert.equal(calls.filter(({ op }) => op === 'refresh').length, 1);
});

test('other errors, and refusals of a guest, are not answered by a refresh', async () => {
  for (const [code, sub] of [['invalid_configuration', 'ana'], ['network', 'ana'], ['not_authorized', undefined]]) {
    const { identity, calls } = operations({ answers: [code] });
    await assert.rejects(identity.call('credentials', {}, { ...OPTIONS, sub }, signal), (error) => JSON.parse(error).code === code);
    assert.equal(calls.length, 1, code);
  }
});

test('what was asked for as Ana is not asked for as Ben', async () => {
  const { identity, calls } = operations({ person: 'ben' });
  await assert.rejects(identity.call('credentials', {}, OPTIONS, signal), { code: 'signed_out' });
  assert.deepEqual(calls, []);
});

test('forgetting loads nothing, and what is there forgets', async () => {
  const { identity, calls, loads } = operations();
  await identity.call('forgetCredentials', {}, OPTIONS, signal);
  assert.equal(loads(), 0);
  await identity.call('identityId', {}, OPTIONS, signal);
  await identity.call('forgetCredentials', {}, OPTIONS, signal);
  assert.deepEqual(calls.map(({ op }) => op), ['identityId', 'forget']);
});

test('the module is loaded once, and again after a failure', async () => {
  let loads = 0;
  const identity = new IdentityOperations({}, async () => {
    loads += 1;
    if (loads === 1) throw { code: 'wasm_blocked', message: 'not there' };
    return { call: async () => '{}' };
  });
  const guest = { ...OPTIONS, sub: undefined };
  await assert.rejects(identity.call('credentials', {}, guest, signal), { code: 'wasm_blocked' });
  await Promise.all([1, 2].map(() => identity.call('credentials', {}, guest, signal)));
  assert.equal(loads, 2);
});
