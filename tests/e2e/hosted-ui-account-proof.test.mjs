// Somebody who comes by a provider that does not say when they proved who they are (a small server that speaks Facebook's protocol) changes
// their account all the same: by a code, in Chromium, with a link to oidc-provider at the end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminDeleteUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { startHostedWithProviders } from '../support/hosted-providers.mjs';
import { backInApp, codeField, heading, openLogin } from '../support/hosted-page.mjs';
import { code } from '../support/inbox.mjs';
import { atOpenidProvider } from '../support/openid-provider.mjs';
import { assertClean } from './axe.mjs';

const TITLE = 'Your account';
const EMAIL = 'fay@social.example';
const SEND = /^Send a code to \S*f\*{3}@s\*{3}/;
let system;
let browser;
let codes = 0;

before(async () => {
  system = await startHostedWithProviders();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const button = (page, name) => page.getByRole('button', { name });
const part = (page, name) => page.getByRole('region', { name });
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** Fay has come from Facebook to the app, and opens her account. */
async function entered(options = {}) {
  const { page, flow, close, complaints } = await openLogin(browser, system.of('everything'), options);
  await button(page, 'Continue with Facebook').click();
  await page.getByRole('link', { name: 'Go on' }).click();
  await backInApp(page, system.of('everything'), flow);
  await page.goto(`${system.backend.url}/account?client_id=${system.clients.everything}`);
  await heading(page, TITLE);
  await button(page, SEND).waitFor();
  return { page, close, complaints };
}

/** The code of the next message to Fay. */
async function nextCode() {
  codes += 1;
  return code(system.backend.url, EMAIL, { count: codes });
}

const otherThan = (digits) => String((Number(digits) + 1) % 1_000_000).padStart(6, '0');

test('who comes from Facebook links another provider after a code, needs none for five minutes, and keeps the last way in', async () => {
  const { page, close, complaints } = await entered();
  await assertClean(page, 'not proved');
  await button(page, 'Link Works').click();
  await focused(page, 'summary');
  const ways = part(page, 'Ways to sign in');
  await ways.getByRole('button', { name: SEND }).click();
  await focused(page, 'code');
  await ways.getByText(/We sent a code to \S*f\*{3}@s\*{3}/).waitFor();
  await assertClean(page, 'a code is asked for');

  await page.keyboard.press('Enter');
  await ways.getByText('Enter the code.').waitFor();
  await focused(page, 'code');
  const digits = await nextCode();
  await codeField(page).fill(otherThan(digits));
  await page.keyboard.press('Enter');
  await ways.getByText('This code is not right.').waitFor();
  await focused(page, 'code');
  await assertClean(page, 'a wrong code');
  await codeField(page).fill(`${digits.slice(0, 3)} ${digits.slice(3)}`);
  await button(page, 'Confirm that it is you').click();
  await page.getByRole('status').filter({ hasText: 'For five minutes you can change your account' }).waitFor();
  await focused(page, 'ways');
  assert.equal(await codeField(page).count(), 0);

  await button(page, 'Link Works').click();
  await atOpenidProvider(page, 'fays-other');
  await page.getByRole('status').filter({ hasText: 'Works is linked.' }).waitFor();
  // Another tab still shows both: there the last way in has a button, which the service refuses.
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await button(tab, 'Unlink Facebook').waitFor();
  await button(page, 'Unlink Works').click();
  await button(page, /^Unlink$/).click();
  await page.getByRole('status').filter({ hasText: 'It is unlinked.' }).waitFor();
  assert.equal(await button(page, 'Unlink Facebook').count(), 0);
  await button(tab, 'Unlink Facebook').click();
  await button(tab, /^Unlink$/).click();
  await tab.locator('#summary').filter({ hasText: 'This is your only way to sign in' }).waitFor();
  assert.deepEqual(complaints().filter((text) => !/status of 400/.test(text)), [], 'but for the code that was wrong');
  await close();
});

test('another code takes the place of the first, on a narrow dark page, also in German', async () => {
  const { page, close } = await entered({ colorScheme: 'dark', viewport: { width: 320, height: 800 } });
  await button(page, SEND).click();
  const first = await nextCode();
  await button(page, 'Send a new code').click();
  await page.getByText('Earlier codes no longer work.').waitFor();
  const second = await nextCode();
  await page.getByLabel('Language').selectOption('de');
  await heading(page, 'Dein Konto');
  for (const dir of ['ltr', 'rtl']) {
    await page.evaluate((value) => { document.documentElement.dir = value; }, dir);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, dir);
  }
  await assertClean(page, 'German, dark, a code is asked for');
  if (first !== second) {
    await codeField(page).fill(first);
    await page.keyboard.press('Enter');
    await page.getByText('Dieser Code stimmt nicht').waitFor();
  }
  await codeField(page).fill(second);
  await page.keyboard.press('Enter');
  await page.getByText('Fünf Minuten lang kannst du dein Konto').waitFor();
  await close();
});

test('a code that nobody can be sent, and an account that is gone meanwhile, are told of', async () => {
  const { page, close } = await entered();
  await page.route('**/_cognate/account/SendProofCode', (route) => route.fulfill({ status: 500, headers: { 'x-amzn-errortype': 'InternalErrorException' }, body: '{}' }), { times: 1 });
  await button(page, SEND).click();
  await page.getByRole('alert').filter({ hasText: 'Something went wrong on our side' }).waitFor();
  await button(page, SEND).click();
  const digits = await nextCode();
  await system.admin.send(new AdminDeleteUserCommand({ UserPoolId: 'local_demo', Username: 'Facebook_1007' }));
  await codeField(page).fill(digits);
  await page.keyboard.press('Enter');
  await heading(page, 'Sign in');
  await close();
});
