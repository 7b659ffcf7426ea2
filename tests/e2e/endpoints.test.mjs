// A pool with a primary endpoint and a replica, and a device whose clock is wrong: through the packed npm package, against
// the real backend, which two proxies make reachable at two addresses.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { startPackagePages } from '../support/package-page.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';

let backend;
let primary;
let replica;
let pages;
let person;
let config;

before(async () => {
  backend = await startBackend();
  [primary, replica] = await Promise.all([startRecorder(backend.url), startRecorder(backend.url)]);
  pages = await startPackagePages();
  person = await confirmedPerson(backend);
  config = { userPoolId: backend.poolId, clientId: backend.clientId, issuer: backend.issuer, endpoint: [primary.url, replica.url], exposeAccessToken: true };
});

after(async () => {
  await pages?.stop();
  await primary?.close();
  await replica?.close();
  await backend?.stop();
});

beforeEach(() => {
  primary.behaviour.refuse = undefined;
  for (const proxy of [primary, replica]) proxy.exchanges.length = 0;
});

async function openPage(more = {}, prepare) {
  const context = await pages.browser.newContext();
  if (prepare) await context.addInitScript(...prepare);
  const page = await pages.newPage(context);
  await start(page, more);
  return page;
}

const start = (page, more) => page.evaluate(async (options) => { globalThis.auth = await createAuth(options); }, { ...config, ...more });

const signIn = (page) => page.evaluate(({ email, password }) => auth.signIn({ username: email, password }).then(({ kind }) => kind, ({ code }) => code), person);
const operations = (proxy) => proxy.exchanges.filter(({ method }) => method === 'POST').map(({ operation }) => operation);

test('the primary is dead from the start: people sign in at the replica', async () => {
  const page = await openPage({ endpoint: [`http://localhost:${await freePort()}`, replica.url] });
  assert.equal(await signIn(page), 'done');
  assert.deepEqual(operations(replica), ['InitiateAuth', 'RespondToAuthChallenge', 'ConfirmDevice']);
  await page.context().close();
});

test('the primary dies while somebody is signed in: reads and refreshes go on at the replica, and it is remembered', async () => {
  const page = await openPage();
  assert.equal(await signIn(page), 'done');
  assert.deepEqual(operations(replica), [], 'the primary is asked while it answers');
  primary.behaviour.refuse = () => true;
  const email = await page.evaluate(() => auth.getUser().then(({ attributes }) => attributes.email));
  assert.equal(email, person.email);
  const asked = primary.exchanges.length;
  await page.evaluate(() => auth.getUser());
  assert.equal(primary.exchanges.length, asked, 'the dead one is left alone');
  await page.evaluate(() => auth.refresh());
  await page.evaluate(() => auth.refresh());
  assert.deepEqual(operations(replica), ['GetUser', 'GetUser', 'GetTokensFromRefreshToken', 'GetTokensFromRefreshToken']);
  assert.deepEqual(await page.evaluate(() => auth.signOut()), { revoked: true, everywhere: false });
  await page.context().close();
});

test('what must not be done twice is asked for at one endpoint only', async () => {
  const page = await openPage();
  primary.behaviour.refuse = ({ method }) => method === 'POST';
  const code = await page.evaluate((username) => auth.forgotPassword({ username }).catch((error) => error.code), person.email);
  assert.equal(code, 'network');
  // The browser itself may send a request twice whose connection broke off before an answer.
  assert.deepEqual([...new Set(operations(primary))], ['ForgotPassword']);
  assert.deepEqual(operations(replica), []);
  await page.context().close();
});

for (const [words, ms] of [['a day ahead', 86_400_000], ['a day behind', -86_400_000]]) {
  test(`a device whose clock is ${words} signs in by SRP, and knows when its token ends`, async () => {
    // The clock of a worker cannot be set from outside: the same code runs in the page, whose clock can.
    const wrong = [(by) => { const { now } = Date; Date.now = () => now() + by; }, ms];
    const page = await openPage({ isolation: 'page' }, wrong);
    assert.equal(await signIn(page), 'done');
    const ends = (minTtl) => page.evaluate((seconds) => auth.getTokens({ minTtl: seconds }).then(({ expiresAt }) => expiresAt - Date.now()), minTtl);
    const left = await ends(60);
    assert.ok(left > 3_500_000 && left < 3_700_000, `${left} ms of an hour`);
    await pages.reload(page);
    await start(page, { isolation: 'page' });
    await ends(60);
    assert.ok(!operations(primary).includes('GetTokensFromRefreshToken'), 'it has not been taken for expired');
    await ends(3_600);
    assert.ok(operations(primary).includes('GetTokensFromRefreshToken'));
    await page.context().close();
  });
}
