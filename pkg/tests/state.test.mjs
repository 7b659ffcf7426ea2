// Which event an operation gives, and in which state the page then is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { StateWatch } = await load('worker/state.ts');

const ana = (more = {}) => JSON.stringify({ sub: '1', username: 'ana', claims: JSON.stringify({ email: 'ana@example.com', email_verified: 'true', ...more }) });

/** A watch on a client whose user the test sets, the events that it told as `type:status:tab`, and what it told others. */
function watched(first = 'null') {
  const client = {
    now: first, kept: true, adopted: false,
    state() { return JSON.stringify({ user: JSON.parse(this.now) ?? undefined, kept: this.kept, adopted: this.adopted }); },
  };
  const events = [];
  const told = [];
  const watch = new StateWatch(client, 'device', {
    page: ({ type, state, tab }) => events.push(`${type}:${state.status}:${tab}`),
    others: (change) => told.push(change),
  });
  return { client, events, told, watch };
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
  const { client, events, told, watch } = watched(ana());
  watch.look('reread');
  client.adopted = true;
  client.now = ana({ 'cognito:groups': ['admin'] });
  watch.look('reread');
  client.now = 'null';
  watch.look('reread');
  client.now = ana();
  watch.look('reread');
  assert.deepEqual(events, ['refreshed:signedIn:other', 'signedOut:signedOut:other', 'signedIn:signedIn:other']);
  assert.deepEqual(told, [], 'whoever made the changes has told them');
});

test('the others are told what has happened here, and only the kind of it', () => {
  const { client, told, watch } = watched();
  client.now = ana();
  watch.look('signIn');
  client.now = ana({ iat: 2 });
  watch.look('fetch');
  watch.look('refresh', { code: 'network' });
  client.now = 'null';
  watch.look('refresh', { code: 'session_lost' });
  watch.look('signOut');
  assert.deepEqual(told, ['signedIn', 'refreshed', 'expired', 'signedOut']);
});

test('what another client tells is believed only as far as the store bears it out', () => {
  const { client, events, watch } = watched(ana());
  for (const heard of ['signedOut', 'expired', 'refreshed', 'nonsense', { an: 'object' }]) watch.look('reread', undefined, heard);
  assert.deepEqual(events, []);
  client.now = 'null';
  client.adopted = true;
  watch.look('reread', undefined, 'expired');
  watch.look('reread', undefined, 'expired');
  watch.look('reread', undefined, 'signedOut');
  assert.deepEqual(events, ['expired:expired:other', 'signedOut:signedOut:other']);
});

test('another person is signed in, not refreshed', () => {
  const { client, events, watch } = watched(ana());
  client.adopted = true;
  client.now = JSON.stringify({ sub: '2', username: 'ben', claims: '{}' });
  watch.look('reread', undefined, 'refreshed');
  assert.deepEqual(events, ['signedIn:signedIn:other']);
});

test('a session that can no longer be stored is told, and one that can again', () => {
  const { client, events, watch } = watched(ana());
  assert.equal(watch.persistence, 'device');
  client.kept = false;
  client.now = ana({ iat: 2 });
  watch.look('refresh');
  assert.equal(watch.persistence, 'memory');
  watch.look('getUser');
  client.kept = true;
  watch.look('respond');
  assert.equal(watch.persistence, 'device');
  assert.deepEqual(events, ['refreshed:signedIn:this', 'storage:signedIn:this', 'storage:signedIn:this']);
});
