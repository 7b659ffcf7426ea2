// People who are signed in with Amplify or amazon-cognito-identity-js stay so when the app moves to the package: the real
// clients sign in, in Chromium, in each place that they can keep a session, and the package takes it over.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CreateUserPoolClientCommand, CreateUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { build } from 'esbuild';
import { personIn } from '../support/mfa-pool.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startBackend } from '../support/backend.mjs';
import { adminClient } from '../support/target.mjs';

let admin;
let backend;
let pages;
let config;
let clients;

before(async () => {
  backend = await startBackend();
  admin = adminClient(backend.url);
  pages = await startPackagePages();
  config = { userPoolId: backend.poolId, clientId: backend.clientId, endpoint: backend.url, issuer: backend.issuer };
  clients = await bundled();
});

after(async () => {
  await pages?.stop();
  await backend?.stop();
});

/** A pool that remembers every device. */
async function poolWithDevices() {
  const DeviceConfiguration = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false };
  const { UserPool } = await admin.send(new CreateUserPoolCommand({ PoolName: 'devices', DeviceConfiguration }));
  const ExplicitAuthFlows = ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: UserPool.Id, ClientName: 'web', ExplicitAuthFlows }));
  return { poolId: UserPool.Id, clientId: UserPoolClient.ClientId };
}

/** Both clients as one script of a page: `oldSignIn.amplify(..)` and `oldSignIn.identityJs(..)`, with storage or cookies. */
async function bundled() {
  const contents = `
    import { Amplify } from 'aws-amplify';
    import { signIn } from '@aws-amplify/auth';
    import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
    import { CookieStorage as AmplifyCookies, sessionStorage as amplifySession } from 'aws-amplify/utils';
    import { AuthenticationDetails, CognitoUser, CognitoUserPool, CookieStorage } from 'amazon-cognito-identity-js';
    globalThis.oldSignIn = {
      async amplify({ userPoolId, clientId, endpoint, username, password }, place) {
        Amplify.configure({ Auth: { Cognito: { userPoolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } } });
        if (place === 'cookies') cognitoUserPoolsTokenProvider.setKeyValueStorage(new AmplifyCookies({ secure: false }));
        if (place === 'sessionStorage') cognitoUserPoolsTokenProvider.setKeyValueStorage(amplifySession);
        await signIn({ username, password });
      },
      identityJs({ userPoolId, clientId, endpoint, username, password }, place) {
        const Storage = place === 'cookies' ? new CookieStorage({ secure: false }) : globalThis[place];
        const Pool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint, Storage });
        const user = new CognitoUser({ Username: username, Pool, Storage });
        return new Promise((onSuccess, onFailure) => {
          user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), { onSuccess: () => onSuccess(), onFailure });
        });
      },
    };`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true, format: 'iife', platform: 'browser', write: false, logLevel: 'silent', define: { global: 'globalThis' },
  });
  return outputFiles[0].text;
}

/** A tab in which somebody is signed in with an old client, and nobody with the package. */
async function signedInBefore(client, place) {
  const { email, password } = await confirmedPerson(backend);
  const page = await pages.newPage();
  await page.addScriptTag({ content: clients });
  await page.evaluate(([name, input, where]) => globalThis.oldSignIn[name](input, where), [client, { ...config, username: email, password }, place]);
  return { page, email, run: (task, input) => withAuth(page, config, task, input), close: () => page.context().close() };
}

/** What is left of the old session: names of keys, from everywhere. */
const left = (page) =>
  page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...document.cookie.split('; ').map((pair) => decodeURIComponent(pair.split('=')[0]))].filter((key) => key.startsWith('CognitoIdentityServiceProvider.')));

/** The same without what a device proves itself by, which signs nobody in. */
const leftOfSession = async (page) => (await left(page)).filter((key) => !/\.(deviceKey|deviceGroupKey|randomPasswordKey)$/.test(key));

for (const [client, place] of [['amplify', 'localStorage'], ['amplify', 'sessionStorage'], ['amplify', 'cookies'], ['identityJs', 'localStorage'], ['identityJs', 'cookies']]) {
  test(`a session of ${client} in ${place} is taken over, and removed where it was`, async () => {
    const { page, email, run, close } = await signedInBefore(client, place);
    assert.ok((await left(page)).some((key) => key.endsWith('.refreshToken')), 'the old client has left its session');
    const from = place === 'cookies' ? ['cookies'] : undefined;
    if (from) assert.equal((await run((auth) => auth.takeOverSession())).result, undefined, 'cookies are read on request only');
    const { result: user, error } = await run((auth, places) => auth.takeOverSession({ from: places }), from);
    assert.equal(user?.email, email, JSON.stringify(error));
    assert.deepEqual(await left(page), []);
    await pages.reload(page);
    const { result: profile } = await run((auth) => auth.getUser());
    assert.equal(profile.attributes.email, email, 'it is a session like any other, after a reload too');
    assert.equal((await run((auth, places) => auth.takeOverSession({ from: places }), from)).result, undefined, 'there is nothing left');
    await close();
  });
}

for (const client of ['amplify', 'identityJs']) {
  test(`the device that ${client} has confirmed comes along: its session is refreshed, and it signs in as that device`, async () => {
    const pool = await poolWithDevices();
    const person = await personIn({ admin }, pool);
    const page = await pages.newPage();
    const own = { userPoolId: pool.poolId, clientId: pool.clientId, endpoint: backend.url, issuer: `${backend.url}/${pool.poolId}` };
    await page.addScriptTag({ content: clients });
    await page.evaluate(([name, input]) => globalThis.oldSignIn[name](input, 'localStorage'), [client, { ...own, username: person.username, password: person.password }]);
    assert.ok((await left(page)).some((key) => key.endsWith('.deviceKey')), 'the old client has confirmed a device');
    const { result, error } = await withAuth(page, own, async (auth) => {
      const user = await auth.takeOverSession();
      await auth.refresh();
      return { user: user.username, devices: (await auth.devices.list()).devices.length };
    });
    assert.deepEqual(result, { user: person.username, devices: 1 }, JSON.stringify(error));
    assert.deepEqual(await left(page), []);
    const { result: again } = await withAuth(page, own, async (auth, { username, password }) => {
      await auth.signOut();
      const { kind } = await auth.signIn({ username, password });
      return [kind, (await auth.devices.list()).devices.length];
    }, person);
    assert.deepEqual(again, ['done', 1], 'no second device');
    await page.context().close();
  });
}

test('a session that the service no longer accepts is refused and removed', async () => {
  const { page, run, close } = await signedInBefore('amplify', 'localStorage');
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.endsWith('.refreshToken'));
    localStorage.setItem(key, `${localStorage.getItem(key).slice(0, -8)}AAAAAAAA`);
  });
  const { error } = await run((auth) => auth.takeOverSession());
  assert.equal(error.code, 'session_lost');
  assert.deepEqual(await leftOfSession(page), []);
  assert.equal((await run((auth) => auth.state.status)).result, 'signedOut');
  await close();
});

test('the session of another client is not touched', async () => {
  const { page, run, close } = await signedInBefore('identityJs', 'localStorage');
  const before = await left(page);
  const other = { ...config, clientId: 'anotherclient' };
  const { result, error } = await withAuth(page, other, (auth) => auth.takeOverSession());
  assert.deepEqual([result, error], [undefined, undefined]);
  assert.deepEqual((await left(page)).toSorted(), before.toSorted());
  assert.equal(typeof run, 'function');
  await close();
});

test('where the service cannot be reached nothing is removed, and the next try takes over', async () => {
  const { page, email, run, close } = await signedInBefore('amplify', 'localStorage');
  const before = await left(page);
  await run(() => undefined);
  await page.context().setOffline(true);
  const { error } = await run(async (auth) => {
    // What is loaded when it is used must be there already.
    await import('/leftover.js');
    return auth.takeOverSession({}, { timeoutMs: 3_000 });
  });
  assert.ok(error, 'there is no network');
  assert.deepEqual((await left(page)).toSorted(), before.toSorted());
  await page.context().setOffline(false);
  const { result } = await run((auth) => auth.takeOverSession());
  assert.equal(result?.email, email);
  await close();
});

test('who is signed in already stays so, and what was left stays too', async () => {
  const { page, run, close } = await signedInBefore('amplify', 'localStorage');
  const somebody = await confirmedPerson(backend);
  await run((auth, { email, password }) => auth.signIn({ username: email, password }), somebody);
  assert.equal((await run((auth) => auth.takeOverSession())).result, undefined);
  assert.equal((await run((auth) => auth.state.user.email)).result, somebody.email);
  assert.ok((await left(page)).length > 0);
  await close();
});

test('a sign-out is not undone by what was left before', async () => {
  const { page, run, close } = await signedInBefore('amplify', 'localStorage');
  const somebody = await confirmedPerson(backend);
  const { result } = await run(async (auth, { email, password }) => {
    await auth.signIn({ username: email, password });
    const nobody = await auth.takeOverSession();
    await auth.signOut();
    return [nobody, await auth.takeOverSession(), auth.state.status];
  }, somebody);
  assert.deepEqual(result.map((value) => value ?? null), [null, null, 'signedOut']);
  assert.deepEqual(await leftOfSession(page), []);
  await close();
});

test('a place that there is not is refused by name', async () => {
  const { run, close } = await signedInBefore('amplify', 'localStorage');
  const { error } = await run((auth) => auth.takeOverSession({ from: ['indexedDB'] }));
  assert.equal(error.code, 'invalid_parameter');
  await close();
});
