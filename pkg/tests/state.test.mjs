// Which event an operation gives, and in which state the page then is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { StateWatch } = await load('worker/state.ts');

const ana = (more = {}) => JSON.stringify({ sub: '1', username: 'ana', claims: JSON.stringify({ email: 'ana@example.com', email_verified: 'true', ...more }) });

/** A watch on a client whose user the test sets, and the events it told as `type:status`. */
function watched(first = 'null') {
  const client = { now: first, user() { return this.now; } };
  const events = [];
  const watch = new StateWatch(client, ({ type, state, tab }) => events.push(`${type}:${state.status}:${tab}`));
  return { client, events, watch };
}

test('a stored session is there from the start, without an event', () => {
  const { events, watch } = watched(ana());
  assert.equal(watch.state.status, 'signedIn');
  assert.equal(watch.state.user.emailVerified, true);
  assert.deepEqual(watch.state.user.groups, []);
  assert.deepEqual(events, []);
});

test('signing in, refreshing and signing out are told once each', () => {
  const { client, events, watch } = watched();
  watch.look('signIn', { code: 'incorrect_credentials' });
  client.now = ana();
  watch.look('respond');
  watch.look('getUser');
  client.now = ana({ 'cognito:groups': ['admin'] });
  watch.look('fetch');
  assert.deepEqual(watch.state.user.groups, ['admin']);
  client.now = 'null';
  watch.look('signOut');
  watch.look('signOut');
  assert.deepEqual(events, ['signedIn:signedIn:this', 'refreshed:signedIn:this', 'signedOut:signedOut:this']);
});

test('a session that the service refuses is expired, and its user still known', () => {
  const { client, events, watch } = watched(ana());
  client.now = 'null';
  watch.look('refresh', { code: 'session_lost' });
  watch.look('fetch', { code: 'signed_out' });
  assert.deepEqual(events, ['expired:expired:this']);
  assert.equal(watch.state.user.sub, '1');
  watch.look('signOut');
  assert.equal(watch.state.status, 'signedOut');
});

test('a network that is away makes the state offline and signs nobody out', () => {
  const { events, watch } = watched(ana());
  watch.look('changePassword', { code: 'network' });
  watch.look('refresh', { code: 'network' });
  watch.look('refresh', { code: 'offline' });
  watch.look('fetch');
  assert.deepEqual(events, ['refreshFailed:offline:this', 'change:signedIn:this']);
});

test('a page that was kept aside learns who has left, come, or changed meanwhile', () => {
  const { client, events, watch } = watched(ana());
  watch.look('reread');
  client.now = ana({ 'cognito:groups': ['admin'] });
  watch.look('reread');
  client.now = 'null';
  watch.look('reread');
  client.now = ana();
  watch.look('reread');
  assert.deepEqual(events, ['refreshed:signedIn:this', 'signedOut:signedOut:this', 'signedIn:signedIn:this']);
});
