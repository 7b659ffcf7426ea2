// Temporary credentials in the browser: the package asks an identity pool, whose STS is ministack, and clients of the AWS SDK store and read objects there.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUCKET, CLASSIC_POOL, IDENTITY_POOL, roleOf, startFiles, USER_POOL } from '../support/files-pool.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';

const GET_CREDENTIALS = 'GetCredentialsForIdentity';

let pages;
let files;
/** Between the browser and the backend. */
let recorder;
/** Between the browser and the store: the emulator's refusals have no CORS headers, so the page cannot read them. */
let store;
let script;
let config;

before(async () => {
  pages = await startPackagePages();
  files = await startFiles([new URL(pages.url).origin]);
  recorder = await startRecorder(files.backend.url);
  store = await startRecorder(files.stack.endpoint, { keepsHost: true });
  const entry = fileURLToPath(new URL('files-page.mjs', import.meta.url));
  script = (await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, logLevel: 'error' })).outputFiles[0].text;
  config = {
    userPoolId: USER_POOL, clientId: 'files', endpoint: recorder.url, issuer: `${files.backend.url}/${USER_POOL}`,
    identityPoolId: IDENTITY_POOL, identityEndpoint: recorder.url, stsEndpoint: store.url,
  };
});
after(async () => {
  await store?.close();
  await recorder?.close();
  await files?.stop();
  await pages?.stop();
});
afterEach(() => Object.assign(recorder.behaviour, { refuse: undefined, hold: undefined }));

const people = new Map();

/** The address and password of somebody whose `nickname` the rules of the identity pool go by. */
async function personCalled(name) {
  if (!people.has(name)) people.set(name, await confirmedPerson(files.backend, undefined, [{ Name: 'nickname', Value: name }]));
  return people.get(name);
}

/** A page with the package, the AWS SDK, and a client for files in `globalThis.files`, over `auth.credentials`. */
async function openPage(configuration = config, context = undefined) {
  const page = await pages.newPage(context);
  await prepare(page, configuration);
  return page;
}

async function prepare(page, configuration = config) {
  await page.addScriptTag({ type: 'module', content: script });
  await page.waitForFunction(() => 'openFiles' in globalThis);
  await withAuth(page, configuration, (auth, place) => void (globalThis.files = globalThis.openFiles(place, auth.credentials)), { endpoint: store.url, bucket: BUCKET });
}

async function signIn(page, name) {
  const { error } = await withAuth(page, config, (auth, { email, password }) => auth.signIn({ username: email, password }).then(({ kind }) => kind), await personCalled(name));
  assert.equal(error, undefined);
}

const signOut = (page) => withAuth(page, config, (auth) => auth.signOut());
const ask = (page, task, input) => withAuth(page, config, task, input);
const identityOf = async (page) => (await ask(page, (auth) => auth.identityId())).result;
const put = (page, key) => page.evaluate((wanted) => globalThis.files.put(wanted, `of ${wanted}`), key);
const get = (page, key) => page.evaluate((wanted) => globalThis.files.get(wanted), key);

/** How often an operation was asked for by `work`. */
async function count(operation, work) {
  const before = recorder.of(operation).length;
  await work();
  return recorder.of(operation).length - before;
}

test('somebody stores and reads objects of their own with a client of the AWS SDK, and is refused those of another', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  assert.equal(await put(page, 'ada/notes.txt'), 'stored');
  assert.equal(await get(page, 'ada/notes.txt'), 'of ada/notes.txt');
  await put(page, 'bob/notes.txt');
  await get(page, 'bob/notes.txt');
  const foreign = store.exchanges.filter(({ method, path }) => method !== 'OPTIONS' && path.startsWith(`/${BUCKET}/bob/notes.txt`));
  assert.deepEqual(foreign.map(({ status }) => status), [403, 403]);
  const other = await openPage();
  await signIn(other, 'bob');
  assert.equal(await put(other, 'bob/notes.txt'), 'stored');
  assert.notEqual(await identityOf(other), await identityOf(page));
});

test('any number of clients and callers share one request, until new credentials are wanted', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  const asked = () => ask(page, async (auth) => {
    const place = { endpoint: 'http://localhost:1', bucket: 'none' };
    await Promise.all([1, 2, 3].map(() => globalThis.openFiles(place, auth.credentials).get('x')));
    const all = await Promise.all(Array.from({ length: 20 }, () => auth.credentials()));
    return new Set(all.map(({ accessKeyId }) => accessKeyId)).size;
  });
  assert.equal(await count(GET_CREDENTIALS, async () => assert.equal((await asked()).result, 1)), 1);
  assert.equal(await count(GET_CREDENTIALS, () => ask(page, (auth) => auth.credentials({ forceRefresh: true }).then(() => 1))), 1);
  assert.equal(await count('GetId', asked), 0, 'the identity is known');
});

test('the credentials are what the AWS SDK expects, with their real end', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  const { result } = await ask(page, async (auth) => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration, identityId } = await auth.credentials();
    return { texts: [accessKeyId, secretAccessKey, sessionToken, identityId].every((text) => typeof text === 'string' && text), isDate: expiration instanceof Date, at: expiration.getTime() };
  });
  assert.equal(result.texts && result.isDate, true);
  assert.ok(Math.abs(result.at - Date.now() - 3_600_000) < 120_000, `an hour: ${result.at - Date.now()}`);
  const answer = JSON.parse(recorder.of(GET_CREDENTIALS).at(-1).response);
  assert.ok(Math.abs(answer.Credentials.Expiration * 1000 - result.at) < 2_000);
});

test('after a sign-out a client that exists asks again, and has no more than a guest', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  assert.equal(await put(page, 'ada/left.txt'), 'stored');
  await ask(page, async (auth) => void (globalThis.kept = await auth.credentials()));
  await signOut(page);
  assert.equal(await page.evaluate(() => globalThis.kept.expiration.getTime()), 0, 'what was given out has ended');
  const asked = await count(GET_CREDENTIALS, () => get(page, 'ada/left.txt'));
  assert.equal(asked, 1);
  assert.equal(JSON.parse(recorder.of(GET_CREDENTIALS).at(-1).request).Logins, undefined, 'as a guest');
  const last = store.exchanges.filter(({ method, path }) => method === 'GET' && path.startsWith(`/${BUCKET}/ada/left.txt`)).at(-1);
  assert.equal(last.status, 403);
});

test('a sign-out in another tab ends the credentials of this one, too', async () => {
  const configuration = { ...config, persistence: 'device' };
  const context = await pages.browser.newContext();
  const [page, tab] = [await openPage(configuration, context), await openPage(configuration, context)];
  await signIn(page, 'ada');
  await page.evaluate(() => globalThis.auth.credentials().then((given) => { globalThis.kept = given; }));
  await tab.waitForFunction(() => globalThis.auth.state.status === 'signedIn');
  await signOut(tab);
  await page.waitForFunction(() => globalThis.kept.expiration.getTime() === 0);
  await context.close();
});

test('who signs out while their credentials are under way does not get them', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  const held = new Promise((resolve) => {
    recorder.behaviour.hold = ({ operation }) => (operation === GET_CREDENTIALS ? new Promise((letGo) => resolve(letGo)) : undefined);
  });
  const asking = ask(page, (auth) => auth.credentials().then(() => 'given'));
  const letGo = await held;
  recorder.behaviour.hold = undefined;
  await signOut(page);
  letGo();
  assert.equal((await asking).error?.code, 'signed_out');
});

test('a guest is the same one after a reload, and who then signs in keeps the identity', async () => {
  const page = await openPage();
  const guest = await identityOf(page);
  assert.equal(await put(page, 'public/hello.txt'), 'stored', 'the emulator does not know session policies: the role of guests is what counts');
  await pages.reload(page);
  await prepare(page);
  assert.equal(await count('GetId', async () => assert.equal(await identityOf(page), guest)), 0);
  const { email, password } = await confirmedPerson(files.backend, undefined, [{ Name: 'nickname', Value: 'ada' }]);
  await ask(page, (auth, person) => auth.signIn(person).then(({ kind }) => kind), { username: email, password });
  assert.equal(await put(page, 'ada/as-guest.txt'), 'stored');
  assert.equal(await identityOf(page), guest, 'the guest\'s identity is the person\'s now');
  assert.equal(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes(':guest:')).length), 0);
  await signOut(page);
  assert.notEqual(await identityOf(page), guest, 'the next guest is somebody else');
});

test('tabs that begin at once are one guest', async () => {
  const configuration = { ...config, persistence: 'device' };
  const context = await pages.browser.newContext();
  const tabs = [await openPage(configuration, context), await openPage(configuration, context)];
  const ids = await Promise.all(tabs.map(identityOf));
  assert.equal(ids[0], ids[1]);
  await context.close();
});

test('where nobody can be reached, credentials are kept until they end, and guests are told what is the matter', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  assert.equal(await put(page, 'ada/offline.txt'), 'stored');
  recorder.behaviour.refuse = () => true;
  const { result } = await ask(page, (auth) => auth.credentials().then(({ accessKeyId }) => accessKeyId));
  assert.equal(typeof result, 'string');
  assert.equal(await get(page, 'ada/offline.txt'), 'of ada/offline.txt');
  assert.equal((await ask(page, (auth) => auth.credentials({ forceRefresh: true, timeoutMs: 2_000 }))).error.code, 'network');
});

test('the classic flow asks the STS itself, for the role that the app names', async () => {
  const page = await openPage({ ...config, identityPoolId: CLASSIC_POOL });
  await signIn(page, 'ada');
  const { result, error } = await ask(page, async (auth, { place, role }) => {
    const own = globalThis.openFiles(place, auth.credentialsFor({ flow: 'classic', role, sessionName: 'page', durationSeconds: 900 }));
    const stored = await own.put('ada/classic.txt', 'classic');
    const { expiration } = await auth.credentialsFor({ flow: 'classic', role, sessionName: 'page', durationSeconds: 900 })();
    return { stored, read: await own.get('ada/classic.txt'), lasts: expiration.getTime() - Date.now() };
  }, { place: { endpoint: store.url, bucket: BUCKET }, role: roleOf('ada') });
  assert.equal(error, undefined);
  assert.deepEqual([result.stored, result.read], ['stored', 'classic']);
  assert.ok(result.lasts > 800_000 && result.lasts <= 901_000, `${result.lasts} ms`);
  const refused = await ask(page, (auth, role) => auth.credentialsFor({ flow: 'classic', role })(), roleOf('closed'));
  assert.equal(refused.error.code, 'not_authorized');
});

test('what cannot be is an error of the closed set', async () => {
  const page = await openPage();
  await signIn(page, 'ada');
  const code = async (task, input) => (await ask(page, task, input)).error?.code;
  assert.equal(await code((auth, role) => auth.credentialsFor({ role })(), roleOf('bob')), 'not_authorized', 'a role of another');
  assert.equal(await code((auth) => auth.credentialsFor({ logins: { 'accounts.google.com': 'x.y.z' } })()), 'not_authorized', 'a login that is none');
  assert.equal(await code((auth) => auth.credentialsFor({ flow: 'basic' })()), 'invalid_parameter');
  assert.equal(await code((auth) => auth.credentialsFor({ flow: 'classic' })()), 'invalid_parameter');
  assert.equal(await code((auth) => auth.credentialsFor({ rolle: 'x' })()), 'invalid_parameter');
  const own = await ask(page, (auth) => auth.credentialsFor({ logins: () => { throw new Error('no Google today'); } })());
  assert.equal(own.error.message, 'no Google today', 'an error of the app stays its own');
  const without = await openPage({ ...config, identityPoolId: undefined });
  assert.equal((await withAuth(without, config, (auth) => auth.credentials())).error.code, 'invalid_configuration');
  const elsewhere = await openPage({ ...config, identityPoolId: 'local:99999999-2222-4333-8444-555555555555' });
  assert.equal((await withAuth(elsewhere, config, (auth) => auth.credentials())).error.code, 'invalid_configuration');
});

test('no token crosses to the page with the credentials', async () => {
  const context = await pages.browser.newContext();
  await context.addInitScript(() => {
    globalThis.heard = [];
    const Real = globalThis.Worker;
    globalThis.Worker = class extends Real {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => globalThis.heard.push(JSON.stringify(data)));
      }
    };
  });
  const page = await openPage(config, context);
  await signIn(page, 'ada');
  const key = await ask(page, (auth) => auth.credentials().then(({ accessKeyId }) => accessKeyId));
  const heard = await page.evaluate(() => globalThis.heard.join('\n'));
  assert.ok(heard.includes(key.result), 'the messages were heard');
  const tokens = recorder.tokens();
  assert.ok(tokens.length > 2);
  for (const token of tokens) assert.ok(!heard.includes(token), 'a token was in a message');
  await context.close();
});
