// The account operations of the npm package in a page of Chromium, against the real backend.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';

const MODULE = '/cognate-account.wasm';

let backend;
let recorder;
let pages;
let config;

before(async () => {
  backend = await startBackend();
  recorder = await startRecorder(backend.url);
  pages = await startPackagePages();
  config = { userPoolId: backend.poolId, clientId: backend.clientId, endpoint: recorder.url, issuer: backend.issuer };
});

after(async () => {
  await pages?.stop();
  await recorder?.close();
  await backend?.stop();
});

/** The pool tracks devices; where nothing is kept none is confirmed, which the module would be loaded for. */
const NO_DEVICE = { persistence: 'memory' };

/** A tab in which a new person is signed in. */
async function signedIn(settings = {}) {
  const own = { ...config, ...settings };
  const person = await confirmedPerson(backend);
  const page = await pages.newPage();
  const { result, error } = await withAuth(page, own, (auth, { email, password }) => auth.signIn({ username: email, password }), person);
  assert.equal(result?.kind, 'done', JSON.stringify(error));
  return { page, person, run: (task, input) => withAuth(page, own, task, input), close: () => page.context().close() };
}

test('the module of the account is downloaded when it is first needed, once, and a sign-in does without it', async () => {
  const before = pages.served.filter((path) => path === MODULE).length;
  const { person, run, close } = await signedIn(NO_DEVICE);
  assert.equal(pages.served.filter((path) => path === MODULE).length, before);
  const { result } = await run((auth) => Promise.all([auth.getUser(), auth.getUser()]));
  assert.deepEqual(result.map(({ attributes }) => attributes.email), [person.email, person.email]);
  await run((auth) => auth.getUser());
  assert.equal(pages.served.filter((path) => path === MODULE).length, before + 1);
  await close();
});

test('where the module cannot be loaded the error says so, and the next call tries again', async () => {
  const { person, run, close } = await signedIn(NO_DEVICE);
  pages.missing.add(MODULE);
  const { error } = await run((auth) => auth.getUser());
  assert.equal(error.code, 'wasm_blocked');
  assert.match(error.message, /cognate-account\.wasm answers 404/);
  pages.missing.delete(MODULE);
  const { result } = await run((auth) => auth.getUser());
  assert.equal(result.attributes.email, person.email);
  await close();
});

test('a person signs up, confirms, and replaces a forgotten password, without anybody being signed in', async () => {
  const page = await pages.newPage();
  const run = (task, input) => withAuth(page, config, task, input);
  const email = `new-${process.pid}@example.com`;
  const signedUp = await run((auth, address) => auth.signUp({ username: address, password: 'Correct-Horse-7', attributes: { email: address } }), email);
  assert.equal(signedUp.result.confirmed, false);
  assert.equal(signedUp.result.delivery.medium, 'EMAIL');
  const confirmed = await run((auth, input) => auth.confirmSignUp(input), { username: email, code: await code(backend.url, email) });
  assert.equal(confirmed.error, undefined);
  const forgotten = await run((auth, username) => auth.forgotPassword({ username }), email);
  assert.equal(forgotten.result.attribute, 'email');
  const sent = await code(backend.url, email, { count: 2 });
  await run((auth, input) => auth.confirmForgotPassword(input), { username: email, code: sent, password: 'Another-Horse-8' });
  const step = await run((auth, username) => auth.signIn({ username, password: 'Another-Horse-8' }), email);
  assert.equal(step.result.kind, 'done');
  await page.context().close();
});

test('attributes are changed, and the new value is what the service has', async () => {
  const { run, close } = await signedIn();
  const { result } = await run((auth) => auth.updateAttributes({ name: 'Ana' }));
  assert.deepEqual(result, []);
  const { result: profile } = await run((auth) => auth.getUser());
  assert.equal(profile.attributes.name, 'Ana');
  await close();
});

test('a token that was revoked elsewhere ends the session when its refresh is refused, not before', async () => {
  const { person, run, close } = await signedIn();
  const other = await pages.newPage();
  await withAuth(other, config, (auth, { email, password }) => auth.signIn({ username: email, password }), person);
  await withAuth(other, config, (auth) => auth.signOut({ everywhere: true }));
  recorder.exchanges.length = 0;
  const { error } = await run((auth) => auth.getUser());
  assert.equal(error.code, 'session_lost');
  assert.deepEqual(recorder.exchanges.filter(({ method }) => method === 'POST').map(({ operation }) => operation), ['GetUser', 'GetTokensFromRefreshToken']);
  const { result } = await run((auth) => auth.state.status);
  assert.equal(result, 'expired');
  await other.context().close();
  await close();
});

test('no access token reaches the page on its way from the one module to the other', async () => {
  const page = await pages.newPage();
  await page.evaluate(() => {
    globalThis.crossed = [];
    globalThis.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => globalThis.crossed.push(JSON.stringify(data)));
      }
      postMessage(message, ...rest) {
        globalThis.crossed.push(JSON.stringify(message));
        super.postMessage(message, ...rest);
      }
    };
  });
  const person = await confirmedPerson(backend);
  const { result } = await withAuth(page, config, async (auth, { email, password }) => {
    await auth.signIn({ username: email, password });
    await auth.getUser();
    await auth.updateAttributes({ name: 'Ana' });
    await auth.changePassword({ currentPassword: 'wrong', newPassword: 'Another-Horse-8' }).catch(() => {});
    return globalThis.crossed;
  }, person);
  assert.ok(result.some((message) => message.includes('updateAttributes')) && result.some((message) => message.includes(person.email)));
  const tokens = recorder.tokens();
  assert.ok(tokens.length >= 3);
  for (const token of tokens) assert.equal(result.some((message) => message.includes(token)), false);
  await page.context().close();
});

test('a deleted user is signed out here, and cannot sign in again', async () => {
  const { person, run, close } = await signedIn();
  const { error } = await run((auth) => auth.deleteUser());
  assert.equal(error, undefined);
  const { result } = await run((auth) => auth.state.status);
  assert.equal(result, 'signedOut');
  const again = await run((auth, { email, password }) => auth.signIn({ username: email, password }), person);
  assert.equal(again.error.code, 'incorrect_credentials');
  await close();
});
