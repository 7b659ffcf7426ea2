// Every page of the hosted UI: axe-core's rules in light and dark, narrow screens and large text, and the whole way by keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { code } from '../support/inbox.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { assertClean, tabTo } from './axe.mjs';
import { authorization, backInApp, heading, newAddress, openLogin, PASSWORD, password, press, problem, script, signIn, signUp, startHosted, TITLES, username } from '../support/hosted-page.mjs';

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

const asked = (ChallengeName, ChallengeParameters) => async (page) => {
  await script(page, {
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => ({ ChallengeName, Session: 'session-0123456789-0123456789', ChallengeParameters: { USER_ID_FOR_SRP: 'somebody', ...ChallengeParameters } }),
    AssociateSoftwareToken: () => ({ SecretCode: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW', Session: 'session-0123456789-0123456789' }),
  });
  await signIn(page, person.email);
};
const follow = (name) => (page) => page.getByRole('link', { name }).click();

// Every page: its heading, how to get there from the sign-in page, and whether it has a form to send empty.
const PAGES = [
  ['sign-in', TITLES.signIn, async () => {}, true],
  ['sign-up', TITLES.signUp, follow('Create one'), true],
  ['confirm', TITLES.confirm, (page) => signUp(page, newAddress()), true],
  ['forgot', TITLES.forgot, follow('Forgot your password?'), true],
  ['reset', TITLES.reset, async (page) => {
    await follow('Forgot your password?')(page);
    await username(page).fill(newAddress());
    await press(page, 'Send code');
  }, true],
  ['new password', TITLES.newPassword, asked('NEW_PASSWORD_REQUIRED', { userAttributes: '{}', requiredAttributes: '["userAttributes.given_name","userAttributes.birthdate"]' }), true],
  ['code of the app', TITLES.code, asked('SOFTWARE_TOKEN_MFA'), true],
  ['code by SMS', TITLES.code, asked('SMS_MFA', { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: '+*******1234' }), true],
  ['choice', TITLES.choose, asked('SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]' }), false],
  ['set-up', TITLES.setUp, asked('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]' }), false],
  ['authenticator app', TITLES.totp, async (page) => {
    await asked('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]' })(page);
    await page.getByRole('button', { name: /Authenticator app/ }).click();
  }, true],
  ['e-mail as second step', TITLES.setUpEmail, async (page) => {
    await asked('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]' })(page);
    await page.getByRole('button', { name: /E-mail/ }).click();
  }, true],
  ['account', TITLES.account, async (page) => {
    await signIn(page, person.email);
    await page.waitForURL(`${system.appUrl}?**`);
    await page.goto(authorization(system, { prompt: 'select_account' }).url);
  }, false],
  ['consent', TITLES.consent, async (page) => {
    await page.goto(authorization(system, { prompt: 'consent' }).url);
    await signIn(page, person.email);
  }, false],
  ['signed out', TITLES.signedOut, (page) => page.goto(`${system.backend.url}/signedOut`), false],
  ['error', TITLES.error, (page) => page.goto(`${system.backend.url}/error?error=redirect_mismatch&client_id=demowebclient`), false],
  ['start again', TITLES.startAgain, (page) => page.goto(`${system.backend.url}/login?txn=gone`), false],
];

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on any page, with and without errors, in ${colorScheme}`, async () => {
    for (const [name, title, go, hasForm] of PAGES) {
      const { page, complaints, close } = await openLogin(browser, system, { colorScheme });
      await go(page);
      await heading(page, title);
      await assertClean(page, `${name} in ${colorScheme}`);
      if (hasForm) {
        if (name === 'sign-in' || name === 'forgot') await username(page).fill('');
        await page.locator('main form button[type=submit]').first().click();
        await problem(page);
        await assertClean(page, `${name} with errors in ${colorScheme}`);
        assert.match(await page.title(), /^Error: /, `${name}: the title says that there is an error`);
      }
      assert.deepEqual(complaints(), [], name);
      await close();
    }
  });
}

test('no page scrolls sideways on a screen of 320 pixels, nor with text of twice the size', async () => {
  for (const [what, options, enlarge] of [['320 pixels', { viewport: { width: 320, height: 640 } }], ['200 % text', { viewport: { width: 640, height: 800 } }, 2]]) {
    for (const [name, title, go, hasForm] of PAGES) {
      const { page, close } = await openLogin(browser, system, options);
      await go(page);
      await heading(page, title);
      if (hasForm) {
        if (name === 'sign-in' || name === 'forgot') await username(page).fill('');
        await page.locator('main form button[type=submit]').first().click();
        await problem(page);
      }
      // As the browser's own setting for the size of text does it; a rule of a sheet of ours is not blocked by the page's policy.
      if (enlarge) await page.evaluate((times) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`:root { font-size: ${times * 100}% !important }`);
        document.adoptedStyleSheets.push(sheet);
      }, enlarge);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= options.viewport.width, `${name}, ${what}: ${width} pixels wide`);
      await close();
    }
  }
});

test('the whole way from a new account to the app needs no pointer', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  const address = newAddress();
  const { keyboard } = page;
  await tabTo(page, 'link', 'Create one');
  await keyboard.press('Enter');
  await heading(page, TITLES.signUp);
  assert.equal(await focused(page), TITLES.signUp, 'reading goes on at the heading');
  assert.equal(await page.title().then((title) => title.includes(TITLES.signUp)), true);
  await tabTo(page, 'textbox', 'E-mail address');
  await keyboard.type(address);
  await tabTo(page, 'textbox', 'Password');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await heading(page, TITLES.confirm);
  await tabTo(page, 'textbox', 'Code');
  await keyboard.type(await code(system.backend.url, address));
  await keyboard.press('Enter');
  await backInApp(page, system, flow);
  await close();
});

test('an error takes the focus, and its link goes to the field that it is about', async () => {
  const { page, close } = await openLogin(browser, system);
  await press(page, 'Sign in');
  await problem(page);
  assert.match(await focused(page), /Please check/);
  await page.getByRole('link', { name: 'Enter your password.' }).press('Enter');
  const field = await page.evaluate(() => ({
    type: document.activeElement.type, invalid: document.activeElement.ariaInvalid,
    described: document.activeElement.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' '),
  }));
  assert.equal(field.type, 'password');
  assert.equal(field.invalid, 'true');
  assert.match(field.described, /Enter your password\./);
  await close();
});

test('a password can be shown and hidden again, the button says which, and it is hidden when it is sent', async () => {
  const { page, close } = await openLogin(browser, system);
  await password(page).fill('Wrong-Horse-7');
  await username(page).fill(person.email);
  const toggle = page.getByRole('button', { name: 'Show password' });
  await toggle.click();
  assert.equal(await password(page).getAttribute('type'), 'text');
  await press(page, 'Sign in');
  await problem(page);
  assert.equal(await password(page).getAttribute('type'), 'password');
  await close();
});

test('what a new password still needs is told in words while it is typed', async () => {
  const { page, close } = await openLogin(browser, system);
  await follow('Create one')(page);
  const rule = (name) => page.getByRole('listitem').filter({ hasText: name });
  await password(page).fill('abc');
  assert.match(await rule('lower-case letter').innerText(), /done/);
  assert.match(await rule('upper-case letter').innerText(), /missing/);
  await password(page).fill(PASSWORD);
  assert.match(await rule('upper-case letter').innerText(), /done/);
  assert.match(await rule('characters').innerText(), /done/);
  await close();
});

test('password managers find what they need: the words of autocomplete are right on every field', async () => {
  const expected = {
    'sign-in': [/^username/, /^current-password$/],
    'sign-up': [/^(username|email)$/, /^new-password$/],
    forgot: [/^username$/],
    reset: [/^one-time-code$/, /^new-password$/],
    confirm: [/^one-time-code$/],
  };
  for (const [name, title, go] of PAGES.filter(([page]) => page in expected)) {
    const { page, close } = await openLogin(browser, system);
    await go(page);
    await heading(page, title);
    const tokens = await page.locator('main form input:visible').evaluateAll((inputs) => inputs.map((input) => input.autocomplete));
    for (const pattern of expected[name]) assert.ok(tokens.some((token) => pattern.test(token)), `${name} has ${tokens}, but nothing like ${pattern}`);
    await close();
  }
});

test('a form that sets a password names its person to password managers', async () => {
  const { page, close } = await openLogin(browser, system);
  await PAGES.find(([name]) => name === 'reset')[2](page);
  await heading(page, TITLES.reset);
  assert.equal(await page.locator('form:has(input[autocomplete="new-password"]) input[autocomplete~="username"]').count(), 1);
  await close();
});

test('the language can be changed on the page, in words of its own, and is kept', async () => {
  const { page, close } = await openLogin(browser, system);
  await page.getByLabel('Language').selectOption({ label: 'Deutsch' });
  await heading(page, 'Anmelden');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  await assertClean(page, 'in German');
  await page.goto(authorization(system).url);
  await heading(page, 'Anmelden');
  await close();
});

function focused(page) {
  return page.evaluate(() => document.activeElement.textContent);
}
