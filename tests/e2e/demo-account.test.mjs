// What the demo offers a person who is signed in, and the ways in that this opens: an authenticator app, a browser that is remembered,
// passkeys (Chromium's virtual authenticator), a code by e-mail instead of the password.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { code } from '../support/inbox.mjs';
import { authenticatorApp } from '../support/mfa-pool.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { assertClean } from './axe.mjs';
import { email, heading, openDemo, password, PASSWORD, press, signIn } from './demo-page.mjs';

let system;
let browser;

before(async () => {
  system = await startSystem();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const card = (page, name) => page.getByRole('region', { name });

async function signedIn() {
  const opened = await openDemo(browser, system.url);
  const person = await confirmedPerson(system.backend, PASSWORD);
  await signIn(opened.page, person.email);
  return { ...opened, person };
}

async function signOut(page) {
  await press(page, 'Sign out');
  await heading(page, 'Sign in');
}

test('an authenticator app is turned on, asked for, and not asked for in a browser that is remembered until it is forgotten', async () => {
  const { page, person, complaints, close } = await signedIn();
  const factors = card(page, 'Second step');
  await factors.getByRole('button', { name: 'Turn on: Authenticator app' }).click();
  await factors.getByRole('img', { name: 'The key as a QR code' }).waitFor();
  await assertClean(page, 'setting up an app on the account page');
  const app = authenticatorApp((await factors.locator('code.key').innerText()).replaceAll(' ', ''));
  await factors.getByLabel('Code').fill(app.next());
  await factors.getByRole('button', { name: 'Turn it on' }).click();
  await factors.getByText('From now on').waitFor();
  await signOut(page);

  await email(page).fill(person.email);
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  await heading(page, 'Enter the code from your app');
  await page.getByLabel('Do not ask again in this browser').check();
  await page.getByLabel('Code').fill(app.next());
  await press(page, 'Continue');
  await heading(page, 'You are signed in');
  await signOut(page);
  await signIn(page, person.email);

  const browsers = card(page, 'Browsers');
  await browsers.getByRole('button', { name: /^Forget / }).click();
  await browsers.getByText('The service has forgotten that browser.').waitFor();
  await signOut(page);
  await email(page).fill(person.email);
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  await heading(page, 'Enter the code from your app');
  assert.deepEqual(complaints(), []);
  await close();
});

test('a passkey is created, signs in without a password, and opens nothing any more once it is deleted', async () => {
  const { page, context, person, complaints, close } = await signedIn();
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  const passkeys = card(page, 'Passkeys');
  await passkeys.getByRole('button', { name: 'Create a passkey' }).click();
  await passkeys.getByText('You can sign in with your passkey from now on.').waitFor();
  await assertClean(page, 'account with a passkey');
  const usePasskey = async () => {
    await email(page).fill(person.email);
    await press(page, 'use a passkey');
    await heading(page, 'Use your passkey');
  };
  await signOut(page);
  await usePasskey();
  await press(page, 'Use my passkey');
  await heading(page, 'You are signed in');
  await passkeys.getByRole('button', { name: /^Delete the passkey/ }).click();
  await passkeys.getByText('The passkey is deleted.').waitFor();
  await signOut(page);
  await email(page).fill(person.email);
  await press(page, 'use a passkey');
  // Nothing says that there is none: whatever is asked now, the deleted passkey does not answer it.
  await page.getByRole('heading', { level: 1, name: /How do you want to go on\?|Use your passkey/ }).waitFor();
  assert.deepEqual(complaints(), []);
  await close();
});

test('a code by e-mail signs in instead of the password', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const person = await confirmedPerson(system.backend, PASSWORD);
  await email(page).fill(person.email);
  await press(page, 'get a code by e-mail');
  await heading(page, 'Check your e-mail');
  await page.getByLabel('Code').fill(await code(system.backend.url, person.email, { count: 2 }));
  await press(page, 'Continue');
  await heading(page, 'You are signed in');
  await close();
});
