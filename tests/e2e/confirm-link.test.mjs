// A sign-up that is confirmed by a link, in Chromium: the link of the message opens a page, its button confirms, the person signs in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { messages } from '../support/inbox.mjs';
import { adminClient } from '../support/target.mjs';
import { backInApp, heading, newAddress, openLogin, PASSWORD, press, signIn, startHosted } from '../support/hosted-page.mjs';
import { assertClean } from './axe.mjs';

let system;
let browser;
let admin;

before(async () => {
  system = await startHosted();
  browser = await launchChromium();
  admin = adminClient(system.backend.url);
  await admin.send(new UpdateUserPoolCommand({
    UserPoolId: system.backend.poolId, AutoVerifiedAttributes: ['email'],
    VerificationMessageTemplate: {
      DefaultEmailOption: 'CONFIRM_WITH_LINK', EmailSubjectByLink: 'Confirm', EmailMessageByLink: 'Please {##confirm your address##}.',
    },
  }));
});

after(async () => {
  await browser?.close();
  admin?.destroy();
  await system?.stop();
});

async function signedUp() {
  const email = newAddress();
  const response = await fetch(system.backend.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.SignUp' },
    body: JSON.stringify({ ClientId: system.backend.clientId, Username: email, Password: PASSWORD }),
  });
  assert.equal(response.status, 200);
  return email;
}

/** The link in the newest message to somebody. */
async function linkTo(email) {
  for (let tries = 0; tries < 200; tries += 1) {
    const link = (await messages(system.backend.url, email))[0]?.body.match(/href="([^"]+)"/)?.[1];
    if (link) return link.replaceAll('&amp;', '&');
    await sleep(25);
  }
  return assert.fail('no message with a link came');
}

for (const colorScheme of ['light', 'dark']) {
  test(`opening the link confirms nothing, its button does, and nobody is signed in by it (${colorScheme})`, async () => {
    const email = await signedUp();
    const link = await linkTo(email);
    assert.ok(link.startsWith(`${system.backend.url}/confirmUser?`), link);
    const context = await browser.newContext({ colorScheme, viewport: { width: 360, height: 640 } });
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(link);
    await heading(page, 'Confirm your address');
    await assertClean(page, 'the page that asks');
    assert.ok(!(await page.locator('main').innerText()).includes('null'));
    await page.reload();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Confirm');
    await page.keyboard.press('Enter');
    await heading(page, 'Your address is confirmed');
    await assertClean(page, 'the page that has confirmed');
    assert.deepEqual(await context.cookies(), []);
    await page.goto(link);
    await press(page, 'Confirm');
    await heading(page, 'This link does not work');
    assert.deepEqual(complaints.filter((text) => !text.includes('400 (Bad Request)')), []);
    await context.close();

    const login = await openLogin(browser, system);
    await signIn(login.page, email);
    await backInApp(login.page, system, login.flow);
    await login.close();
  });
}

test('a link that was cut or changed says so, and repeats no sentence of whoever wrote it', async () => {
  const email = await signedUp();
  const link = new URL(await linkTo(email));
  const page = await (await browser.newContext()).newPage();
  const cut = new URL(link);
  cut.searchParams.delete('user_name');
  await page.goto(cut.href);
  await heading(page, 'This link is not complete');
  const changed = new URL(link);
  changed.searchParams.set('user_name', 'You have won. Call this number now');
  await page.goto(changed.href);
  await heading(page, 'Confirm your address');
  assert.ok(!(await page.locator('body').innerText()).includes('won'));
  await press(page, 'Confirm');
  await heading(page, 'This link does not work');
  await page.context().close();
});
