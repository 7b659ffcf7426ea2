// What somebody is asked who is signed in already: whether they go on as who they are, and whether the app may have what it asks for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { authorization, backInApp, heading, openLogin, PASSWORD, press, redeem, signIn, startHosted, TITLES } from '../support/hosted-page.mjs';
import { tabTo } from './axe.mjs';

let system;
let browser;
let person;

before(async () => {
  system = await startHosted();
  browser = await launchChromium();
  person = await confirmedPerson(system.backend, PASSWORD);
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const masked = () => `${person.email[0]}***@${person.email.split('@')[1][0]}***`;

/** The app's next request, in a browser where the person has signed in. */
async function nextRequest(change, options) {
  const { page, flow, complaints, close } = await openLogin(browser, system, options);
  await signIn(page, person.email);
  await backInApp(page, system, flow);
  const next = authorization(system, change);
  await page.goto(next.url);
  return { page, next, complaints, close };
}

test('a person sees who asks for what, allows it, and the app gets their tokens', async () => {
  const { page, flow, complaints, close } = await openLogin(browser, system, { change: { prompt: 'consent', scope: 'openid email' } });
  await signIn(page, person.email);
  await heading(page, TITLES.consent);
  const told = await page.locator('main').innerText();
  for (const part of ['Demo web client', 'see your e-mail address', masked()]) assert.ok(told.includes(part), `${part} in ${told}`);
  assert.ok(!told.includes('phone'), 'nothing that was not asked for');
  await page.reload();
  await heading(page, TITLES.consent);
  await press(page, 'Allow');
  const { status, body } = await redeem(system, await backInApp(page, system, flow), flow);
  assert.equal(status, 200);
  assert.equal(claims(body.id_token).email, person.email);
  assert.deepEqual(complaints(), []);
  await close();
});

test('who denies is back in the app, which is told so, and has no code', async () => {
  const { page, next, complaints, close } = await nextRequest({ prompt: 'consent' });
  await heading(page, TITLES.consent);
  await press(page, 'Deny');
  await page.waitForURL(`${system.appUrl}?**`);
  const { searchParams } = new URL(page.url());
  assert.deepEqual(['error', 'state', 'iss', 'code'].map((name) => searchParams.get(name)), ['access_denied', next.state, system.backend.issuer, null]);
  assert.deepEqual(complaints(), []);
  await close();
});

test('a person goes on as who is signed in, without a password', async () => {
  const { page, next, complaints, close } = await nextRequest({ prompt: 'select_account' });
  await heading(page, TITLES.account);
  await page.getByRole('button', { name: masked() }).click();
  const { body } = await redeem(system, await backInApp(page, system, next), next);
  assert.equal(claims(body.id_token).email, person.email);
  assert.deepEqual(complaints(), []);
  await close();
});

test('a person takes another account, and the app gets that one', async () => {
  const other = await confirmedPerson(system.backend, PASSWORD);
  const { page, next, close } = await nextRequest({ prompt: 'select_account' });
  await heading(page, TITLES.account);
  await page.getByRole('link', { name: 'Use another account' }).click();
  await heading(page, TITLES.signIn);
  await signIn(page, other.email);
  const { body } = await redeem(system, await backInApp(page, system, next), next);
  assert.equal(claims(body.id_token).email, other.email);
  await close();
});

test('both pages are gone through by keyboard, in German too', async () => {
  const { page, next, close } = await nextRequest({ prompt: 'select_account consent', lang: 'de' });
  await heading(page, 'Konto auswählen');
  await tabTo(page, 'button', `\u2068${masked()}\u2069 Hier angemeldet`);
  await page.keyboard.press('Enter');
  await heading(page, 'Zugriff erlauben?');
  await tabTo(page, 'button', 'Erlauben');
  await page.keyboard.press('Enter');
  assert.equal((await redeem(system, await backInApp(page, system, next), next)).status, 200);
  await close();
});

test('a page that asks nothing, or whose session has ended meanwhile, is the sign-in', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  for (const path of ['/consent', '/selectAccount']) {
    const here = new URL(page.url());
    here.pathname = path;
    await page.goto(here.href);
    await heading(page, TITLES.signIn);
  }
  await signIn(page, person.email);
  await backInApp(page, system, flow);
  const next = authorization(system, { prompt: 'select_account' });
  await page.goto(next.url);
  await heading(page, TITLES.account);
  await page.context().clearCookies({ name: /sso/ });
  await page.getByRole('button', { name: masked() }).click();
  await heading(page, TITLES.signIn);
  await signIn(page, person.email);
  assert.equal((await redeem(system, await backInApp(page, system, next), next)).status, 200);
  await close();
});
