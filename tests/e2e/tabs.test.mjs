// Real tabs of one browser that share a stored session, through the packed npm package, against the real backend. A proxy
// between them counts the requests, and holds or loses answers.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { startPackagePages } from '../support/package-page.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';

const REFRESH = 'GetTokensFromRefreshToken';
// Access tokens of this client live for five minutes, the shortest there is: with this a token of two seconds ago has expired.
const LIFETIME = 300;
const POOL = `
[[pools]]
id = "local_tabs"
[pools.settings]
UsernameAttributes = ["email"]
AutoVerifiedAttributes = ["email"]

[[pools.clients]]
id = "tabsclient"
[pools.clients.settings]
ExplicitAuthFlows = ["ALLOW_USER_SRP_AUTH"]
AccessTokenValidity = 5
TokenValidityUnits = { AccessToken = "minutes" }
RefreshTokenRotation = { Feature = "ENABLED", RetryGracePeriodSeconds = 30 }
`;

let folder;
let backend;
let recorder;
let pages;
let person;
let config;
let ben;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cognate-tabs-'));
  await writeFile(join(folder, 'cognate.toml'), POOL);
  backend = { ...(await startBackend({ args: ['--config', join(folder, 'cognate.toml')] })), poolId: 'local_tabs', clientId: 'tabsclient' };
  recorder = await startRecorder(backend.url);
  pages = await startPackagePages();
  person = await confirmedPerson(backend);
  ben = await confirmedPerson(backend);
  config = { userPoolId: 'local_tabs', clientId: 'tabsclient', endpoint: recorder.url, issuer: `${backend.url}/local_tabs`, persistence: 'device', exposeAccessToken: true };
});

after(async () => {
  await pages?.stop();
  await recorder?.close();
  await backend?.stop();
  await rm(folder, { recursive: true, force: true });
});

afterEach(() => Object.assign(recorder.behaviour, { delayMs: 0, refuse: undefined, lose: undefined, hold: undefined }));

/** So many tabs, all signed in by the first one's sign-in. Their events are kept in `events` of each. */
async function openTabs(count, more = {}) {
  const context = await pages.browser.newContext();
  const tabs = [];
  for (let i = 0; i < count; i += 1) {
    const tab = await openTab(context, more);
    if (i === 0) await signIn(tab);
    tabs.push(tab);
  }
  return { context, tabs, posts: counter() };
}

async function openTab(context, more = {}) {
  const tab = await pages.newPage(context);
  await start(tab, more);
  return tab;
}

function start(tab, more = {}) {
  return tab.evaluate(async (options) => {
    globalThis.events = [];
    globalThis.auth = await createAuth(options);
    auth.on(({ type, state, tab: where, persistence }) => events.push({ type, status: state.status, tab: where, persistence }));
  }, { ...config, ...more });
}

const signIn = (tab, who = person) => tab.evaluate(({ email, password }) => auth.signIn({ username: email, password }), who).then(({ kind }) => assert.equal(kind, 'done'));
const status = (tab) => tab.evaluate(() => auth.state.status);
const events = (tab) => tab.evaluate(() => events.map(({ type, tab: where }) => `${type}:${where}`));

/** An access token of now: what is older than a second has expired. Gives it, or the error's code. */
const freshToken = (tab) =>
  tab.evaluate((minTtl) => auth.getTokens({ minTtl }).then(({ accessToken }) => accessToken, (error) => `error:${error.code}`), LIFETIME - 1);

/** How many refreshes have been asked for since. */
function counter() {
  const before = recorder.of(REFRESH).length;
  return () => recorder.of(REFRESH).slice(before);
}

const until = (tab, what) => tab.waitForFunction(what, undefined, { timeout: 10_000, polling: 20 });
const pass = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Answers that wait until they are let go; `arrived` resolves when the first one is there. */
function holding(operation) {
  let arrive;
  let letGo;
  const arrived = new Promise((resolve) => { arrive = resolve; });
  const gone = new Promise((resolve) => { letGo = resolve; });
  recorder.behaviour.hold = (exchange) => {
    if (exchange.operation !== operation) return undefined;
    arrive(exchange);
    return gone;
  };
  return { arrived, letGo };
}

async function isWorthNothing(refreshToken) {
  const answer = await fetch(backend.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${REFRESH}` },
    body: JSON.stringify({ ClientId: backend.clientId, RefreshToken: refreshToken }),
  });
  assert.equal(answer.status, 400);
}

test('eight tabs whose token has expired make one request, and all get its token', async () => {
  const { context, tabs, posts } = await openTabs(8);
  await pass(2_100);
  recorder.behaviour.delayMs = 150;
  const tokens = await Promise.all(tabs.map(freshToken));
  assert.equal(posts().length, 1);
  assert.equal(new Set(tokens).size, 1, tokens.map((token) => token.slice(-12)).join(' '));
  assert.match(tokens[0], /^ey/);
  const [first] = await Promise.all(tabs.map((tab) => until(tab, () => events.some(({ type }) => type === 'refreshed')).then(() => events(tab))));
  assert.equal(first[0], 'signedIn:this');
  const own = (await Promise.all(tabs.map(events))).filter((told) => told.includes('refreshed:this'));
  assert.equal(own.length, 1, 'one tab has done it, the others are told that another has');
  await context.close();
});

test('eight callers in each of three tabs share it as well, and a second client in the same tab', async () => {
  const { context, tabs, posts } = await openTabs(3);
  await tabs[0].evaluate(async (options) => { globalThis.second = await createAuth(options); }, config);
  await pass(2_100);
  recorder.behaviour.delayMs = 150;
  const results = await Promise.all(tabs.map((tab) => tab.evaluate(async (minTtl) => {
    const callers = [...Array.from({ length: 8 }, () => auth), ...(globalThis.second ? [second] : [])];
    return (await Promise.all(callers.map((client) => client.getTokens({ minTtl })))).map(({ accessToken }) => accessToken);
  }, LIFETIME - 1)));
  assert.equal(new Set(results.flat()).size, 1);
  assert.equal(posts().length, 1);
  await context.close();
});

test('the wasm with sign-in by redirect shares a session just so', async () => {
  const oauth = { domain: backend.url, redirectUri: pages.url };
  const { context, tabs, posts } = await openTabs(3, { oauth });
  await pass(2_100);
  recorder.behaviour.delayMs = 150;
  assert.equal(new Set(await Promise.all(tabs.map(freshToken))).size, 1);
  assert.equal(posts().length, 1);
  await tabs[2].evaluate(() => auth.signOut());
  await until(tabs[0], () => auth.state.status === 'signedOut');
  await context.close();
});

test('a tab that is opened later is signed in at once, and one that signs in tells the others', async () => {
  const context = await pages.browser.newContext();
  const [one, two] = [await openTab(context), await openTab(context)];
  assert.deepEqual(await Promise.all([status(one), status(two)]), ['signedOut', 'signedOut']);
  await signIn(one);
  await until(two, () => auth.state.status === 'signedIn');
  assert.deepEqual(await events(two), ['signedIn:other']);
  const three = await openTab(context);
  assert.equal(await status(three), 'signedIn');
  assert.equal(await three.evaluate(() => auth.state.user.email), person.email);
  assert.equal(await three.evaluate(() => auth.getUser().then(({ attributes }) => attributes.email)), person.email);
  await context.close();
});

test('a sign-out during the refresh of another tab wins, and what that one bought is revoked', async () => {
  const { context, tabs: [refreshing, leaving] } = await openTabs(2);
  const { arrived, letGo } = holding(REFRESH);
  const refreshed = refreshing.evaluate(() => auth.refresh().then(() => 'refreshed', ({ code }) => code));
  const { response } = await arrived;
  const outcome = await leaving.evaluate(() => auth.signOut());
  assert.deepEqual(outcome, { revoked: true, everywhere: false });
  letGo();
  assert.equal(await refreshed, 'signed_out');
  await until(refreshing, () => auth.state.status === 'signedOut');
  assert.ok((await events(refreshing)).includes('signedOut:other'));
  await isWorthNothing(JSON.parse(response).AuthenticationResult.RefreshToken);
  for (const tab of [refreshing, leaving]) {
    await pages.reload(tab);
    await start(tab);
    assert.equal(await status(tab), 'signedOut');
  }
  await context.close();
});

test('a tab that is closed while it holds the lock lets the next one in', async () => {
  const { context, tabs: [closing, waiting], posts } = await openTabs(2);
  await pass(2_100);
  const { arrived, letGo } = holding(REFRESH);
  void freshToken(closing).catch(() => {});
  await arrived;
  assert.equal(await waiting.evaluate(() => navigator.locks.query().then(({ held }) => held.length)), 1);
  const began = Date.now();
  const token = freshToken(waiting);
  await closing.close();
  letGo();
  assert.match(await token, /^ey/);
  assert.ok(Date.now() - began < 8_000, 'nobody waited for the time to be up');
  assert.equal(posts().length, 2, 'the grace period has healed it');
  assert.equal(await status(waiting), 'signedIn');
  await context.close();
});

test('an answer that is lost after the rotation is asked for once more at once, with the same token', async () => {
  const { context, tabs: [tab], posts } = await openTabs(1);
  await pass(2_100);
  let lost = 0;
  recorder.behaviour.lose = ({ operation }) => operation === REFRESH && (lost += 1) === 1;
  assert.match(await freshToken(tab), /^ey/);
  const sent = posts().map(({ request }) => JSON.parse(request).RefreshToken);
  assert.equal(sent.length, 2);
  assert.equal(sent[0], sent[1]);
  await tab.evaluate(() => auth.refresh());
  assert.notEqual(JSON.parse(posts()[2].request).RefreshToken, sent[0], 'the new one is used from then on');
  await context.close();
});

test('answers that are lost twice sign nobody out: the next call decides', async () => {
  const { context, tabs: [tab] } = await openTabs(1);
  await pass(2_100);
  recorder.behaviour.lose = ({ operation }) => operation === REFRESH;
  assert.equal(await freshToken(tab), 'error:network');
  assert.equal(await status(tab), 'offline');
  recorder.behaviour.lose = undefined;
  assert.match(await freshToken(tab), /^ey/);
  assert.equal(await status(tab), 'signedIn');
  await context.close();
});

test('a lock that nobody lets go, as of a frozen tab, is waited for no longer than any holder may take', { timeout: 60_000 }, async () => {
  const { context, tabs: [tab, frozen], posts } = await openTabs(2);
  await pass(2_100);
  await frozen.evaluate(() => {
    void navigator.locks.request('device|local_tabs|tabsclient|', () => new Promise(() => {}));
    return navigator.locks.query().then(({ held }) => held.length);
  });
  const impatient = await tab.evaluate((minTtl) => auth.getTokens({ minTtl }, { timeoutMs: 1_000 }).catch(({ code }) => code), LIFETIME - 1);
  assert.equal(impatient, 'timeout');
  assert.equal(posts().length, 0, 'nobody goes past the lock for lack of time');
  assert.match(await freshToken(tab), /^ey/);
  assert.equal(posts().length, 1);
  assert.equal(await status(tab), 'signedIn');
  await context.close();
});

test('a sign-out without a network is told to every tab at once, and says that the service does not know', async () => {
  const { context, tabs } = await openTabs(3);
  recorder.behaviour.refuse = () => true;
  const leaving = tabs[0].evaluate(() => auth.signOut());
  await Promise.all(tabs.map((tab) => until(tab, () => auth.state.status === 'signedOut')));
  const { revoked, everywhere, error } = await leaving;
  assert.deepEqual([revoked, everywhere, error.code], [false, false, 'network']);
  assert.ok((await events(tabs[1])).includes('signedOut:other'));
  await context.close();
});

test('a session that the service ends is expired in the tab that hears it, and in the others', async () => {
  const { context, tabs: [one, two] } = await openTabs(2);
  const elsewhere = await openTab(await pages.browser.newContext());
  await signIn(elsewhere);
  const outcome = await elsewhere.evaluate(() => auth.signOut({ everywhere: true }));
  assert.deepEqual(outcome, { revoked: true, everywhere: true });
  await pass(2_100);
  assert.equal(await freshToken(one), 'error:session_lost');
  await until(two, () => auth.state.status === 'expired');
  assert.deepEqual([await status(one), (await events(two)).at(-1)], ['expired', 'expired:other']);
  await context.close();
});

for (const persistence of ['session', 'device']) {
  test(`the back button never shows who has signed out meanwhile: persistence ${persistence}`, async () => {
    const context = await pages.browser.newContext();
    const tab = await openTab(context, { persistence });
    await signIn(tab);
    await tab.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { shown: { persisted, status: auth.state.status, told: events.at(-1)?.type } }));
    });
    await tab.goto(`${pages.url}?elsewhere`);
    await tab.waitForFunction(() => 'createAuth' in globalThis);
    await start(tab, { persistence });
    assert.equal(await status(tab), 'signedIn');
    await tab.evaluate(() => auth.signOut());
    await tab.goBack({ waitUntil: 'commit' });
    await tab.waitForFunction(() => 'shown' in globalThis);
    assert.deepEqual(await tab.evaluate(() => shown), { persisted: true, status: 'signedOut', told: 'signedOut' }, 'while the page is being shown');
    await pass(200);
    assert.equal(await status(tab), 'signedOut');
    assert.equal(await tab.evaluate(() => auth.refresh().catch(({ code }) => code)), 'signed_out');
    await context.close();
  });
}

test('people of different namespaces are signed in side by side, in every tab', async () => {
  const context = await pages.browser.newContext();
  const one = await openTab(context, { namespace: 'work' });
  await signIn(one);
  await start(one, { namespace: 'home' });
  assert.equal(await status(one), 'signedOut');
  await signIn(one, ben);
  for (const [namespace, email] of [['work', person.email], ['home', ben.email]]) {
    const tab = await openTab(context, { namespace });
    assert.equal(await tab.evaluate(() => auth.state.user.email), email);
    if (namespace === 'home') await tab.evaluate(() => auth.signOut());
  }
  assert.equal(await status(await openTab(context, { namespace: 'work' })), 'signedIn');
  assert.equal(await status(await openTab(context, { namespace: '' })), 'signedOut');
  await context.close();
});

test('where there is no room from the start the session is in memory, and says so', async () => {
  const context = await pages.browser.newContext();
  const tab = await pages.newPage(context);
  const devtools = await context.newCDPSession(tab);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(pages.url).origin, quotaSize: 1 });
  await start(tab);
  assert.equal(await tab.evaluate(() => auth.persistence), 'memory');
  await signIn(tab);
  assert.equal(await status(tab), 'signedIn');
  await tab.evaluate(() => auth.refresh());
  assert.deepEqual(await tab.evaluate(() => auth.signOut()), { revoked: true, everywhere: false });
  await context.close();
});

test('a session whose storage is taken away goes on in memory, and says so', async () => {
  const { context, tabs: [tab] } = await openTabs(1);
  const devtools = await context.newCDPSession(tab);
  await devtools.send('Storage.clearDataForOrigin', { origin: new URL(pages.url).origin, storageTypes: 'indexeddb' });
  await tab.evaluate(() => auth.refresh());
  assert.equal(await status(tab), 'signedIn');
  assert.equal(await tab.evaluate(() => auth.persistence), 'memory');
  assert.deepEqual(await events(tab), ['signedIn:this', 'refreshed:this', 'storage:this']);
  const later = await openTab(context);
  assert.deepEqual([await status(later), await later.evaluate(() => auth.persistence)], ['signedOut', 'device']);
  assert.equal(await status(tab), 'signedIn', 'what another tab starts with takes nothing away');
  await context.close();
});

test('the access token is given out only where the configuration says so, and no other token ever', async () => {
  const context = await pages.browser.newContext();
  const tab = await openTab(context, { exposeAccessToken: false });
  await signIn(tab);
  assert.equal(await freshToken(tab), 'error:invalid_configuration');
  await start(tab);
  const given = await tab.evaluate(() => auth.getTokens());
  assert.deepEqual(Object.keys(given).sort(), ['accessToken', 'expiresAt']);
  const { token_use: use, exp } = JSON.parse(Buffer.from(given.accessToken.split('.')[1], 'base64url'));
  assert.equal(use, 'access');
  assert.ok(Math.abs(given.expiresAt - exp * 1000) < 60_000, 'by the clock of this device');
  await context.close();
});

test('what tabs tell each other holds no token', async () => {
  const { context, tabs: [one, two] } = await openTabs(2);
  await two.evaluate(() => {
    globalThis.heard = [];
    new BroadcastChannel('cognate-auth|device|local_tabs|tabsclient|').onmessage = ({ data }) => heard.push(data);
  });
  await one.evaluate(() => auth.refresh());
  await one.evaluate(() => auth.signOut());
  await until(two, () => heard.length >= 2);
  assert.deepEqual(await two.evaluate(() => heard), ['refreshed', 'signedOut']);
  await context.close();
});
