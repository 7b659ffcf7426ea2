// Every page of the demo: axe-core's rules in light and dark, narrow screens, and the whole way by keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { code } from '../support/inbox.mjs';
import { assertClean, tabTo } from './axe.mjs';
import { heading, newAddress, newPerson, openDemo, PASSWORD, press, problem } from './demo-page.mjs';

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

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on any page, with and without errors, in ${colorScheme}`, async () => {
    const { page, close } = await openDemo(browser, system.url, { colorScheme });
    for (const [route, title] of [
      ['sign-in', 'Sign in'],
      ['sign-up', 'Create your account'],
      ['confirm', 'Check your e-mail'],
      ['forgot-password', 'Forgot your password?'],
      ['reset-password', 'Choose a new password'],
    ]) {
      await page.goto(`${system.url}/#/${route}`);
      await heading(page, title);
      await assertClean(page, `${route} in ${colorScheme}`);
      await page.locator('button[type=submit]').click();
      await problem(page);
      await assertClean(page, `${route} with errors in ${colorScheme}`);
    }
    await page.goto(`${system.url}/#/sign-in`);
    await heading(page, 'Sign in');
    await newPerson(page, system.backend.url);
    await assertClean(page, `account in ${colorScheme}`);
    await close();
  });
}

test('no page scrolls sideways on a screen of 320 pixels', async () => {
  const { page, close } = await openDemo(browser, system.url, { viewport: { width: 320, height: 640 } });
  const assertFits = async (where) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 320, `${where} is ${width} pixels wide`);
  };
  for (const route of ['sign-in', 'sign-up', 'confirm', 'forgot-password', 'reset-password']) {
    await page.goto(`${system.url}/#/${route}`);
    await page.locator('button[type=submit]').click();
    await problem(page);
    await assertFits(route);
  }
  await page.goto(`${system.url}/#/sign-in`);
  await heading(page, 'Sign in');
  await newPerson(page, system.backend.url);
  await assertFits('account');
  await close();
});

test('the whole way from a new account to signing out needs no pointer', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = newAddress();
  const { keyboard } = page;

  await tabTo(page, 'link', 'Create an account');
  await keyboard.press('Enter');
  await heading(page, 'Create your account');
  assert.equal(await focused(page), 'Create your account', 'reading goes on at the heading');
  await keyboard.press('Tab');
  await keyboard.type(address);
  await keyboard.press('Tab');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await heading(page, 'Check your e-mail');
  await tabTo(page, 'textbox', 'Code');
  await keyboard.type(await code(system.backend.url, address));
  await keyboard.press('Enter');
  await heading(page, 'Sign in');
  await tabTo(page, 'textbox', 'Password'); // the address is filled in
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await heading(page, 'You are signed in');
  await tabTo(page, 'button', 'Sign out');
  await keyboard.press('Space');
  await heading(page, 'Sign in');
  await close();
});

test('an error takes the focus, and its link goes to the field', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await page.locator('#field-email').focus();
  await page.keyboard.press('Enter');
  await problem(page);
  assert.match(await focused(page), /There are 2 problems/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field-password');
  const described = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-describedby').split(' ')[0]).textContent);
  assert.equal(described, 'Enter your password.');
  await close();
});

test('a password can be shown and hidden again, and the button says which', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const input = page.locator('#field-password');
  await input.fill(PASSWORD);
  const toggle = page.getByRole('button', { name: 'Show password' });
  await toggle.click();
  assert.equal(await input.getAttribute('type'), 'text');
  assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
  await toggle.click();
  assert.equal(await input.getAttribute('type'), 'password');
  await close();
});

test('password managers find what they need: the words of autocomplete are right on every field', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const tokens = async (route) => {
    await page.goto(`${system.url}/#/${route}`);
    await page.locator('form').waitFor();
    return page.locator('form input:visible').evaluateAll((inputs) => inputs.map((input) => input.autocomplete));
  };
  assert.deepEqual(await tokens('sign-in'), ['username', 'current-password']);
  assert.deepEqual(await tokens('sign-up'), ['username', 'new-password']);
  assert.deepEqual(await tokens('confirm'), ['username', 'one-time-code']);
  assert.deepEqual(await tokens('reset-password'), ['username', 'one-time-code', 'new-password']);
  await close();
});

function focused(page) {
  return page.evaluate(() => document.activeElement.textContent);
}
