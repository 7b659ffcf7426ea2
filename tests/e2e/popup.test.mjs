// Signing in at the login domain in a window of its own, and with other providers by name, identifier and e-mail domain, in both ways.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { startHostedWithProviders } from '../support/hosted-providers.mjs';
import * as hosted from '../support/hosted-page.mjs';
import { atOpenidProvider } from '../support/openid-provider.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { confirmedPerson } from '../support/person.mjs';

let system;
let pages;
let config;

before(async () => {
  system = await startHostedWithProviders();
  pages = await startPackagePages();
  const { UserPoolClient } = await system.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: 'local_demo', ClientName: 'Windows', SupportedIdentityProviders: ['COGNITO', 'Works', 'Corp'], AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'], CallbackURLs: [pages.url], AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
  }));
  config = {
    userPoolId: 'local_demo', clientId: UserPoolClient.ClientId, endpoint: system.backend.url, issuer: `${system.backend.url}/local_demo`,
    oauth: { domain: system.backend.url, redirectUri: pages.url },
  };
});
after(async () => {
  await pages?.stop();
  await system?.stop();
});

/** A page with a button that signs in in a window, as an app has it; `globalThis.outcome` is what became of it. */
async function openApp(configuration = config) {
  const page = await pages.newPage();
  page.setDefaultTimeout(15_000);
  await withAuth(page, configuration, () => {
    globalThis.events = [];
    globalThis.auth.on(({ type }) => globalThis.events.push(type));
    const button = document.body.appendChild(document.createElement('button'));
    button.textContent = 'Sign in';
    globalThis.options = {};
    button.onclick = () => {
      globalThis.outcome = globalThis.auth.signIn.popup(globalThis.input, globalThis.options).then(
        ({ user, appState }) => ({ username: user.username, email: user.email, appState }),
        ({ code, message }) => ({ code, message }),
      );
    };
  });
  return page;
}

/** Presses the button; answers the window. */
async function openPopup(page, input = {}) {
  await page.evaluate((given) => { globalThis.input = given; }, input);
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button').click()]);
  popup.setDefaultTimeout(15_000);
  return popup;
}

/** The app in the window, when the browser has come back: it is the same as any other page of the app. */
async function comeBack(popup, configuration = config) {
  await popup.waitForURL((url) => url.href.startsWith(pages.url));
  await popup.waitForFunction(() => 'createAuth' in globalThis);
  await popup.evaluate(async (given) => { globalThis.auth = await globalThis.createAuth(given); }, configuration).catch(() => {});
}

const outcome = (page) => page.evaluate(() => globalThis.outcome);

for (const persistence of ['session', 'device', 'memory']) {
  test(`somebody signs in in a window, and the page that stays is signed in: ${persistence}`, async () => {
    const configuration = { ...config, persistence };
    const page = await openApp(configuration);
    const person = await confirmedPerson({ ...system.backend, clientId: config.clientId });
    const popup = await openPopup(page, { appState: { from: 'the list' } });
    await hosted.signIn(popup, person.email, person.password);
    const closed = popup.waitForEvent('close');
    await comeBack(popup, configuration);
    const { email, appState } = await outcome(page);
    assert.deepEqual([email, appState], [person.email, { from: 'the list' }]);
    await closed;
    assert.equal((await page.evaluate(() => globalThis.auth.state)).status, 'signedIn');
    assert.deepEqual(await page.evaluate(() => globalThis.events), ['signedIn']);
    assert.equal((await withAuth(page, configuration, (auth) => auth.getUser().then(({ attributes }) => attributes.email))).result, person.email);
    await page.context().close();
  });
}

const WAYS = [
  ['by its name', { provider: 'Works' }, 'works', 'Works_'],
  ['by an identifier', { idpIdentifier: 'corp.example' }, 'corp', 'Corp_'],
  ['by the domain of an e-mail address', { email: 'Somebody@Corp.Example' }, 'corp', 'Corp_'],
];
for (const [i, [how, input, provider, prefix]] of WAYS.entries()) {
  test(`a provider ${how}: in a window`, async () => {
    const page = await openApp();
    const popup = await openPopup(page, input);
    await popup.waitForURL(`${system.providers[provider].issuer}/**`);
    await atOpenidProvider(popup, `window${i}`);
    await comeBack(popup);
    assert.equal((await outcome(page)).username, `${prefix}window${i}`);
    await page.context().close();
  });

  test(`a provider ${how}: by redirect`, async () => {
    const page = await pages.newPage();
    await withAuth(page, config, (auth, given) => void auth.signIn.redirect(given), input);
    await page.waitForURL(`${system.providers[provider].issuer}/**`);
    await atOpenidProvider(page, `away${i}`);
    await page.waitForURL((url) => url.href.startsWith(pages.url));
    await page.waitForFunction(() => 'createAuth' in globalThis);
    const { result, error } = await withAuth(page, config, (auth) => auth.redirectResult.user.username);
    assert.equal(error, undefined);
    assert.equal(result, `${prefix}away${i}`);
    await page.context().close();
  });
}

test('who does not sign in at the provider is told so, and the window is closed', async () => {
  const page = await openApp();
  const popup = await openPopup(page, { provider: 'Works' });
  await popup.waitForURL(`${system.providers.works.issuer}/**`);
  assert.equal(await popup.evaluate(() => window.opener), null, 'its pages cannot send the app elsewhere');
  await popup.getByRole('link', { name: /cancel/i }).click();
  const closed = popup.waitForEvent('close');
  await comeBack(popup);
  assert.equal((await outcome(page)).code, 'access_denied');
  await closed;
  await page.context().close();
});

test('a provider that there is not is said to be none, and the window is closed', async () => {
  const page = await openApp();
  const popup = await openPopup(page, { provider: 'Unknown' });
  const closed = popup.waitForEvent('close');
  await comeBack(popup);
  assert.equal((await outcome(page)).code, 'invalid_configuration');
  await closed;
  await page.context().close();
});

test('who closes the window has not signed in, and can do so again', async () => {
  const page = await openApp();
  const popup = await openPopup(page);
  await hosted.heading(popup, hosted.TITLES.signIn);
  await popup.close();
  // The browser gives the page its focus back; here it is thought to have it all the time.
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  assert.equal((await outcome(page)).code, 'aborted');
  const again = await openPopup(page);
  await hosted.heading(again, hosted.TITLES.signIn);
  await page.context().close();
});

test('a signal closes the window', async () => {
  const page = await openApp();
  await page.evaluate(() => {
    globalThis.leaving = new AbortController();
    globalThis.options = { signal: globalThis.leaving.signal };
  });
  const popup = await openPopup(page);
  await page.evaluate(() => globalThis.leaving.abort());
  assert.equal((await outcome(page)).code, 'aborted');
  if (!popup.isClosed()) await popup.waitForEvent('close');
  await page.context().close();
});

test('a window that is open when the app has given up signs nobody in', async () => {
  const page = await openApp();
  const person = await confirmedPerson({ ...system.backend, clientId: config.clientId });
  await page.evaluate(() => {
    globalThis.leaving = new AbortController();
    globalThis.options = { signal: globalThis.leaving.signal };
  });
  const popup = await openPopup(page);
  await hosted.heading(popup, hosted.TITLES.signIn);
  await page.evaluate(() => globalThis.leaving.abort());
  assert.equal((await outcome(page)).code, 'aborted');
  assert.equal(popup.isClosed(), false, 'another site is in it');
  await hosted.signIn(popup, person.email, person.password);
  await comeBack(popup);
  const [state, error] = await popup.evaluate(() => [globalThis.auth.state.status, globalThis.auth.redirectResult.error.code]);
  assert.deepEqual([state, error], ['signedOut', 'redirect_unknown']);
  assert.equal((await page.evaluate(() => globalThis.auth.state)).status, 'signedOut');
  await page.context().close();
});

test('a window that the browser blocks, and words that nothing reads, are refused before anything is asked', async () => {
  const page = await openApp();
  const code = (task) => withAuth(page, config, task).then(({ error }) => error?.code);
  assert.equal(await code((auth) => { globalThis.open = () => null; return auth.signIn.popup(); }), 'unsupported');
  assert.equal(await code((auth) => auth.signIn.popup({ login_hint: 'ada' })), 'invalid_parameter');
  const without = await openApp({ ...config, oauth: undefined });
  assert.equal((await withAuth(without, config, (auth) => auth.signIn.popup())).error.code, 'invalid_configuration');
});

test('an answer that nobody waits for any more is the business of the page that it came to', async () => {
  const page = await openApp();
  const person = await confirmedPerson({ ...system.backend, clientId: config.clientId });
  const popup = await openPopup(page);
  await hosted.heading(popup, hosted.TITLES.signIn);
  await page.close();
  await hosted.signIn(popup, person.email, person.password);
  await comeBack(popup);
  const result = await popup.evaluate(() => globalThis.auth.redirectResult);
  assert.equal(result.user?.email, person.email);
  assert.equal(new URL(popup.url()).search, '', 'the code is gone from the address');
  await popup.context().close();
});

test('an app behind an opener policy of its own gets its answer, too', async () => {
  const isolated = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url, pages.url));
    response.setHeader('cross-origin-opener-policy', 'same-origin').setHeader('content-type', answer.headers.get('content-type'));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => isolated.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${isolated.address().port}/`;
  const { UserPoolClient } = await system.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: 'local_demo', ClientName: 'Isolated', SupportedIdentityProviders: ['COGNITO'], AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'], CallbackURLs: [url], AllowedOAuthScopes: ['openid', 'email'],
  }));
  const configuration = { ...config, clientId: UserPoolClient.ClientId, oauth: { domain: system.backend.url, redirectUri: url } };
  const page = await (await pages.browser.newContext()).newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'createAuth' in globalThis);
  await withAuth(page, configuration, () => {
    const button = document.body.appendChild(document.createElement('button'));
    button.textContent = 'Sign in';
    button.onclick = () => { globalThis.outcome = globalThis.auth.signIn.popup().then(({ user }) => user.email, ({ code }) => code); };
  });
  const person = await confirmedPerson({ ...system.backend, clientId: configuration.clientId });
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button').click()]);
  await hosted.signIn(popup, person.email, person.password);
  await popup.waitForURL((there) => there.href.startsWith(url));
  await popup.waitForFunction(() => 'createAuth' in globalThis);
  await popup.evaluate(async (given) => void (await globalThis.createAuth(given)), configuration).catch(() => {});
  assert.equal(await outcome(page), person.email);
  await page.context().close();
  isolated.close();
});
