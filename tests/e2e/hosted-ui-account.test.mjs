// The account page of the login domain, in Chromium: what somebody sees and changes of their own account, with oidc-provider (certified, not
// ours) as the provider that is linked.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { startHostedWithProviders } from '../support/hosted-providers.mjs';
import { atOpenidProvider } from '../support/openid-provider.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { authorization, backInApp, heading, openLogin, PASSWORD, press, redeem, signIn, TITLES } from '../support/hosted-page.mjs';
import { watch } from './demo-page.mjs';
import { assertClean, tabTo } from './axe.mjs';

const TITLE = 'Your account';
let system;
let browser;

before(async () => {
  system = await startHostedWithProviders();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const button = (page, name) => page.getByRole('button', { name, exact: true });
const part = (page, name) => page.getByRole('region', { name });
const said = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();
const address = (client = 'everything') => `${system.backend.url}/account?client_id=${system.clients[client]}`;

/** A browser of its own on the account page, before anybody has signed in. */
async function open({ title = TITLES.signIn, ...options } = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB', ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints = watch(page);
  await page.goto(address());
  await heading(page, title);
  return { page, context, complaints: () => complaints, close: () => context.close() };
}

/** The page of somebody who has just signed in for it. */
async function entered(person, options) {
  const opened = await open(options);
  await signIn(opened.page, person.email);
  await heading(opened.page, TITLE);
  await part(opened.page, 'Ways to sign in').waitFor();
  return opened;
}

/** Who the app learns that signs in with Works, in a browser of its own. */
async function whoIs(name) {
  const { page, flow, close } = await openLogin(browser, system.of('everything'));
  await button(page, 'Continue with Works').click();
  await atOpenidProvider(page, name);
  const code = await backInApp(page, system.of('everything'), flow);
  const { body } = await redeem(system.of('everything'), code, flow);
  await close();
  return claims(body.id_token);
}

/** Somebody signs in to the app in a browser of its own, which stays signed in. */
async function elsewhere(person, change) {
  const { page, flow, context, close } = await openLogin(browser, system.of('everything'), { change });
  await signIn(page, person.email);
  return { page, flow, context, close };
}

/** Puts an answer of the service in the place of the real one, once or until it is taken back. */
async function answers(page, operation, { status = 400, type, body = {}, headers = {} }) {
  await page.route(`**/_cognate/account/${operation}`, (route) => route.fulfill({
    status, contentType: 'application/json', headers: { ...(type && { 'x-amzn-errortype': type }), ...headers }, body: JSON.stringify(body),
  }));
}

async function alert(page) {
  const summary = page.locator('#summary');
  await summary.waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'summary');
  return summary.innerText();
}

const widthOf = (page) => page.evaluate(() => document.documentElement.scrollWidth);

test('a provider is linked, signs the same person in, and after it is unlinked does not any more', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const app = await elsewhere(person);
  const code = await backInApp(app.page, system.of('everything'), app.flow);
  const { body } = await redeem(system.of('everything'), code, app.flow);
  const { sub } = claims(body.id_token);
  await app.close();
  const { page, complaints, close } = await entered(person);
  assert.ok((await page.locator('main').innerText()).includes(person.email));
  await page.getByText('replaces what stands here').waitFor();
  await button(page, 'Link Works').click();
  await atOpenidProvider(page, 'linked-ada');
  await said(page, 'Works is linked.');
  assert.ok(!page.url().includes('linked='), 'a reload does not say it again');
  assert.match(await part(page, 'Ways to sign in').innerText(), /Works\S*\s+Linked on \d+ \w+ \d{4}/);
  assert.equal(await button(page, 'Link Works').count(), 0);
  assert.equal((await whoIs('linked-ada')).sub, sub);

  await button(page, 'Unlink Works').click();
  await page.waitForFunction(() => document.activeElement?.id === 'question');
  await button(page, 'Leave it as it is').click();
  assert.equal(await page.locator('#question').count(), 0);
  await button(page, 'Unlink Works').click();
  await button(page, 'Unlink').click();
  await said(page, 'It is unlinked.');
  await button(page, 'Link Works').waitFor();
  assert.notEqual((await whoIs('linked-ada')).sub, sub);
  assert.deepEqual(complaints(), []);
  await close();
});

test('what came of the way to a provider is said, with the focus there, and nothing is linked', async () => {
  const somebody = await whoIs('taken-grace');
  assert.ok(somebody.sub);
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, complaints, close } = await entered(person);
  await button(page, 'Link Works').click();
  await atOpenidProvider(page, 'taken-grace');
  assert.match(await alert(page), /belongs to somebody else's account/);
  await assertClean(page, 'taken');
  await button(page, 'Link Works').click();
  await atOpenidProvider(page, 'reluctant', { consents: false });
  assert.match(await alert(page), /did not let us know who you are/);
  assert.ok(!page.url().includes('problem='));
  const before = await page.evaluate(() => history.length);
  await button(page, 'Link Gone').click();
  await page.getByText('The service that you chose does not answer').waitFor();
  assert.equal(await page.evaluate(() => history.length), before);
  assert.equal(await page.getByRole('button', { name: /^Unlink/ }).count(), 0);
  assert.deepEqual(complaints(), []);
  await close();
});

test('an address that claims a link which is not there is not believed', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, close } = await entered(person);
  await page.goto(`${address()}&linked=Your%20bank`);
  await part(page, 'Ways to sign in').waitFor();
  assert.ok(!(await page.locator('main').innerText()).includes('bank'));
  await close();
});

test('another browser is signed out, then all of them, and this one stays', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const others = [];
  for (let i = 0; i < 3; i += 1) {
    const other = await elsewhere(person);
    await backInApp(other.page, system.of('everything'), other.flow);
    others.push(other);
  }
  const { page, complaints, close } = await entered(person);
  const sessions = part(page, 'Where you are signed in');
  assert.equal(await sessions.getByText('This browser', { exact: true }).count(), 1);
  assert.equal(await sessions.getByText('Another browser', { exact: true }).count(), 3);
  await sessions.getByRole('button', { name: /^Sign out the browser/ }).first().click();
  await said(page, 'That browser is signed out.');
  assert.equal(await sessions.getByText('Another browser', { exact: true }).count(), 2);
  await button(page, 'Sign out all other browsers').click();
  await assertClean(page, 'the question');
  await page.locator('#sure').click();
  await said(page, 'All other browsers are signed out.');
  assert.equal(await sessions.getByText('Another browser', { exact: true }).count(), 0);
  assert.ok(await sessions.getByText('You are signed in nowhere else.').isVisible());
  for (const other of others) {
    await other.page.goto(authorization(system.of('everything')).url);
    await heading(other.page, TITLES.signIn);
    await other.close();
  }
  await page.reload();
  await part(page, 'Ways to sign in').waitFor();
  assert.deepEqual(complaints(), []);
  await close();
});

test('what an app was allowed is withdrawn, and it asks again', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const other = await elsewhere(person, { prompt: 'consent', scope: 'openid email' });
  await heading(other.page, TITLES.consent);
  await press(other.page, 'Allow');
  const code = await backInApp(other.page, system.of('everything'), other.flow);
  const { body: tokens } = await redeem(system.of('everything'), code, other.flow);
  await other.close();
  const { page, complaints, close } = await entered(person);
  const apps = part(page, 'Apps that you allowed');
  assert.match(await apps.innerText(), /Rowing club[\s\S]*see your e-mail address/);
  await assertClean(page, 'with an app');
  await button(page, 'Withdraw what you allowed Rowing club').click();
  await button(page, 'Withdraw').click();
  await said(page, 'You have withdrawn it.');
  assert.ok(await apps.getByText('You have not been asked to allow an app anything.').isVisible());
  const refreshed = await fetch(`${system.backend.url}/oauth2/token`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: system.clients.everything, refresh_token: tokens.refresh_token }),
  });
  assert.equal(refreshed.status, 400);
  assert.deepEqual(complaints(), []);
  await close();
});

test('signing out leads to a page that says so, and the account is closed', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, complaints, close } = await entered(person);
  await button(page, 'Sign out of this browser').click();
  await heading(page, TITLES.signedOut);
  await assertClean(page, 'signed out');
  await page.goto(address());
  await heading(page, TITLES.signIn);
  assert.deepEqual(complaints(), []);
  await close();
});

test('a browser whose session is gone is led to the sign-in by the next change, and back here', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, context, close } = await entered(person);
  await context.clearCookies();
  await button(page, 'Link Works').click();
  await heading(page, TITLES.signIn);
  await signIn(page, person.email);
  await heading(page, TITLE);
  await close();
});

test('an old proof is said to be one before anything is pressed, and where the service finds it so', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, close } = await entered(person);
  const told = await page.evaluate(async (client) => {
    const headers = { 'content-type': 'application/json', 'x-cognate-client': client };
    return (await fetch('/_cognate/account/DescribeAccount', { method: 'POST', headers, body: '{}' })).json();
  }, system.clients.everything);
  await answers(page, 'DescribeAccount', { status: 200, body: { ...told, IsRecent: false } });
  await answers(page, 'LinkProvider', { type: 'NotAuthorizedException' });
  await button(page, 'Link Works').click();
  assert.match(await alert(page), /needs a sign-in of the last five minutes/);
  await assertClean(page, 'not recent');
  await page.reload();
  await page.getByText('To change something here, sign in once more.').waitFor();
  await assertClean(page, 'not recent, opened');
  await button(page, 'Sign in once more').click();
  await heading(page, TITLES.signIn);
  await close();
});

const REFUSALS = [
  [{ status: 429, type: 'TooManyRequestsException', headers: { 'retry-after': '90' } }, /Too many attempts. Try again in 90 seconds./],
  [{ status: 500, type: 'InternalErrorException', headers: { 'x-amzn-requestid': 'req-7' } }, /Something went wrong on our side[\s\S]*req-7/],
  [{ type: 'InvalidParameterException' }, /Something went wrong on our side/],
  [{ type: 'ResourceNotFoundException' }, /changed elsewhere meanwhile/],
];

test('every refusal of a change is said in its part of the page, and the page stays', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, close } = await entered(person);
  for (const [answer, words] of REFUSALS) {
    await answers(page, 'LinkProvider', answer);
    await button(page, 'Link Works').click();
    await page.locator('#summary').filter({ hasText: words }).waitFor();
    assert.match(await part(page, 'Ways to sign in').innerText(), words);
    await page.unroute('**/_cognate/account/LinkProvider');
  }
  await page.route('**/_cognate/account/LinkProvider', (route) => route.abort());
  await button(page, 'Link Works').click();
  await page.locator('#summary').filter({ hasText: 'We did not get an answer.' }).waitFor();
  await close();
});

test('an account that does not come is said to be slow, then not to come, and is asked for again', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, close } = await entered(person);
  let letGo;
  await page.route('**/_cognate/account/DescribeAccount', async (route) => {
    await new Promise((resolve) => { letGo = resolve; });
    await route.abort();
  });
  await page.reload();
  await page.getByText('Getting your account').waitFor();
  await assertClean(page, 'opening');
  await page.getByText('This takes longer than usual').waitFor();
  letGo();
  await button(page, 'Try again').waitFor();
  await assertClean(page, 'not there');
  await page.unroute('**/_cognate/account/DescribeAccount');
  await button(page, 'Try again').click();
  await part(page, 'Ways to sign in').waitFor();
  await close();
});

test('an address without an app, and who comes back from the sign-in without a session, are told what to do', async () => {
  const { page, close } = await open();
  await page.goto(`${system.backend.url}/account`);
  await heading(page, 'Open this page from an app');
  await assertClean(page, 'no app');
  await page.goto(`${address()}&back=1`);
  await heading(page, 'You are not signed in');
  await assertClean(page, 'nobody');
  await press(page, 'Sign in');
  await heading(page, TITLES.signIn);
  await close();
});

test('everything is done by keyboard: the question takes it, Escape gives it back', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const other = await elsewhere(person, { prompt: 'consent' });
  await press(other.page, 'Allow');
  await backInApp(other.page, system.of('everything'), other.flow);
  const { page, close } = await entered(person);
  await tabTo(page, 'button', 'Withdraw what you allowed Rowing club');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'question');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.id === 'apps');
  await tabTo(page, 'button', 'Withdraw what you allowed Rowing club');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'question');
  await tabTo(page, 'button', 'Withdraw');
  await page.keyboard.press('Enter');
  await said(page, 'You have withdrawn it.');
  await page.waitForFunction(() => document.activeElement?.id === 'apps');
  await other.close();
  await close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing and 320 pixels are enough in both directions, in ${colorScheme}, also in German`, async () => {
    const person = await confirmedPerson(system.backend, PASSWORD);
    const other = await elsewhere(person, { prompt: 'consent' });
    await press(other.page, 'Allow');
    await backInApp(other.page, system.of('everything'), other.flow);
    const { page, complaints, close } = await entered(person, { colorScheme, viewport: { width: 320, height: 800 } });
    await page.getByLabel('Language').selectOption('de');
    await heading(page, 'Dein Konto');
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    assert.match(await part(page, 'Wo du angemeldet bist').innerText(), /Angemeldet am \d{2}\.\d{2}\.\d{4}/);
    await page.getByRole('button', { name: 'Zurücknehmen, was du Rowing club erlaubt hast' }).click();
    await assertClean(page, `German, ${colorScheme}`);
    for (const dir of ['ltr', 'rtl']) {
      await page.evaluate((value) => { document.documentElement.dir = value; }, dir);
      assert.ok(await widthOf(page) <= 320, `${dir}: ${await widthOf(page)} pixels`);
    }
    await page.reload();
    await heading(page, 'Dein Konto');
    assert.deepEqual(complaints(), []);
    await other.close();
    await close();
  });
}
