// A person's ways through the hosted UI in Chromium, against the real backend, ending in an app that redeems the code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminCreateUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { code } from '../support/inbox.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { adminClient } from '../support/target.mjs';
import {
  authorization, backInApp, codeField, codesTo, enterCode, heading, newAddress, newPassword, openLogin, PASSWORD, password, press, problem, redeem, signIn, signUp, startHosted, TITLES, username,
} from '../support/hosted-page.mjs';

let system;
let browser;

before(async () => {
  system = await startHosted();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const person = () => confirmedPerson(system.backend, PASSWORD);

test('a person signs up, confirms with the code from the inbox, and is back in the app with a code that gives their tokens', async () => {
  const { page, flow, complaints, close } = await openLogin(browser, system);
  const address = newAddress();
  await signUp(page, address);
  await enterCode(page, system.backend, address);
  const { status, body } = await redeem(system, await backInApp(page, system, flow), flow);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(claims(body.id_token).email, address);
  assert.equal(claims(body.id_token).email_verified, true);
  assert.deepEqual(complaints(), []);
  await close();
});

test('a second app needs no password: the browser is known for an hour, unless the app asks for it', async () => {
  const { page, context, flow, close } = await openLogin(browser, system);
  await signIn(page, (await person()).email);
  await backInApp(page, system, flow);

  const tab = await context.newPage();
  const again = authorization(system);
  await tab.goto(again.url);
  assert.equal((await redeem(system, await backInApp(tab, system, again), again)).status, 200);

  await tab.goto(authorization(system, { prompt: 'login' }).url);
  await heading(tab, TITLES.signIn);
  await close();
});

test('a wrong password and an unknown person are told in the same words, and the password is typed anew', async () => {
  const { page, close } = await openLogin(browser, system);
  const told = [];
  for (const [address, secret] of [[(await person()).email, 'Wrong-Horse-7'], [newAddress(), PASSWORD]]) {
    await signIn(page, address, secret);
    told.push(await problem(page));
    assert.equal(await username(page).inputValue(), address);
    assert.equal(await password(page).inputValue(), '');
    await page.reload();
    await heading(page, TITLES.signIn);
  }
  assert.match(told[0], /do not belong together/);
  assert.equal(told[1], told[0]);
  await close();
});

test('a forgotten password is replaced with a code, and the person goes on to the app', async () => {
  const { email } = await person();
  const { page, flow, close } = await openLogin(browser, system);
  await username(page).fill(email);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await heading(page, TITLES.forgot);
  assert.equal(await username(page).inputValue(), email, 'nobody types an address twice');
  await press(page, 'Send code');
  await heading(page, TITLES.reset);
  await codeField(page).fill(await code(system.backend.url, email, { count: 2 }));
  await newPassword(page).fill('Brand-New-Horse-9');
  await press(page, 'Change password and sign in');
  assert.equal((await redeem(system, await backInApp(page, system, flow), flow)).status, 200);

  const other = await openLogin(browser, system);
  await signIn(other.page, email);
  assert.match(await problem(other.page), /do not belong together/, 'the old password has ended');
  await other.close();
  await close();
});

test('an unknown address is asked for a code like any other, and gets none', async () => {
  const { page, close } = await openLogin(browser, system);
  const nobody = newAddress();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await username(page).fill(nobody);
  await press(page, 'Send code');
  await heading(page, TITLES.reset);
  assert.equal(await codesTo(system.backend, nobody), 0);
  await codeField(page).fill('123456');
  await newPassword(page).fill('Brand-New-Horse-9');
  await press(page, 'Change password and sign in');
  assert.match(await problem(page), /not right|too old/);
  await close();
});

test('a reload in the middle of confirming goes on there', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  const address = newAddress();
  await signUp(page, address);
  await page.reload();
  await heading(page, TITLES.confirm);
  await enterCode(page, system.backend, address);
  // The password was not kept: it is asked for once more.
  await heading(page, TITLES.signIn);
  await page.getByText('Your account is confirmed.').waitFor();
  assert.equal(await username(page).inputValue(), address);
  await signIn(page, address);
  await backInApp(page, system, flow);
  await close();
});

test('a wrong code keeps the page; a new code waits for its time, also after a reload, and then works', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  const address = newAddress();
  await signUp(page, address);
  const first = await code(system.backend.url, address);
  await codeField(page).fill(first === '000000' ? '111111' : '000000');
  await press(page, 'Confirm');
  assert.match(await problem(page), /code is not right/);
  const resend = page.getByRole('button', { name: 'Send a new code' });
  assert.equal(await resend.getAttribute('aria-disabled'), 'true');
  await resend.click({ force: true }); // too early: it says so and sends nothing
  await page.getByText(/You can ask for a new code in/).first().waitFor();
  await page.reload();
  await heading(page, TITLES.confirm);
  await page.getByText(/You can ask for a new code in/).first().waitFor();
  assert.equal(await codesTo(system.backend, address), 1);
  await page.clock.install();
  await page.clock.runFor(120_000);
  await press(page, 'Send a new code');
  await page.getByText(/A new code is on its way/).first().waitFor();
  await enterCode(page, system.backend, address, { count: 2 });
  await heading(page, TITLES.signIn);
  await signIn(page, address);
  await backInApp(page, system, flow);
  await close();
});

test('a code is accepted with spaces, as people read it out', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  const address = newAddress();
  await signUp(page, address);
  const sent = await code(system.backend.url, address);
  await codeField(page).fill(` ${sent.slice(0, 3)} ${sent.slice(3)} `);
  await press(page, 'Confirm');
  await backInApp(page, system, flow);
  await close();
});

test('an address that has an account is told so at its field', async () => {
  const { page, close } = await openLogin(browser, system);
  const { email } = await person();
  await page.getByRole('link', { name: 'Create one' }).click();
  await heading(page, TITLES.signUp);
  await username(page).fill(email);
  await password(page).fill(PASSWORD);
  await press(page, 'Create account');
  assert.match(await problem(page), /account with this name already/);
  assert.equal(await username(page).getAttribute('aria-invalid'), 'true');
  await close();
});

test('signing in before confirming leads to the code and from there to the app', async () => {
  const address = newAddress();
  const first = await openLogin(browser, system);
  await signUp(first.page, address);
  await first.close();
  const { page, flow, close } = await openLogin(browser, system);
  await signIn(page, address);
  await heading(page, TITLES.confirm);
  await enterCode(page, system.backend, address);
  await backInApp(page, system, flow);
  await close();
});

test('a person whom an administrator made chooses a password and is in', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  const address = newAddress();
  const admin = adminClient(system.backend.url);
  await admin.send(new AdminCreateUserCommand({
    UserPoolId: system.backend.poolId, Username: address, TemporaryPassword: 'Temporary-1!', MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: address }],
  }));
  admin.destroy();
  await signIn(page, address, 'Temporary-1!');
  await heading(page, TITLES.newPassword);
  await newPassword(page).fill('short');
  await press(page, 'Save and sign in');
  assert.match(await problem(page), /password still needs/);
  await newPassword(page).fill(PASSWORD);
  await press(page, 'Save and sign in');
  assert.equal((await redeem(system, await backInApp(page, system, flow), flow)).status, 200);
  await close();
});

test('the back button goes through the pages and never sends a code again', async () => {
  const { page, close } = await openLogin(browser, system);
  const address = newAddress();
  await signUp(page, address);
  await code(system.backend.url, address);
  await page.goBack();
  await heading(page, TITLES.signUp);
  await page.goForward();
  await heading(page, TITLES.confirm);
  await page.goBack();
  await page.goBack();
  await heading(page, TITLES.signIn);
  assert.equal(await codesTo(system.backend, address), 1);
  await close();
});

test('the login page leaves no entry behind it in the history', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  await signIn(page, (await person()).email);
  await backInApp(page, system, flow);
  const entries = await page.evaluate(() => history.length);
  assert.ok(entries <= 2, `${entries} entries in the history`);
  await close();
});

test('a login page whose flow has ended says so and offers nothing to fill in', async () => {
  const { page, flow, context, close } = await openLogin(browser, system);
  const stale = page.url();
  await signIn(page, (await person()).email);
  await backInApp(page, system, flow);
  const tab = await context.newPage();
  await tab.goto(stale);
  await heading(tab, TITLES.startAgain);
  assert.equal(await tab.locator('form input:visible').count(), 0);
  await close();
});

test('who comes back to a login that they have finished is shown the way on to the app', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  const stale = page.url();
  await signIn(page, (await person()).email);
  await backInApp(page, system, flow);
  await page.goto(stale);
  await heading(page, 'You have finished this sign-in');
  await page.getByText('Demo web client', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Go on to Demo web client' }).click();
  await page.waitForURL((url) => url.href === system.appUrl);
  await close();
});

test('what is typed before the page has woken stays where it is, with the keyboard', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  let wake;
  const asleep = new Promise((resolve) => { wake = resolve; });
  await page.route('**/*.wasm', async (route) => { await asleep; await route.continue(); });
  await page.goto(authorization(system).url, { waitUntil: 'commit' });
  const early = page.locator('#username');
  await early.pressSequentially('ann@example.com');
  await early.evaluate((input) => { input.setSelectionRange(2, 5); globalThis.early = input; });
  wake();
  await page.locator('html[data-ready]').waitFor();
  const after = await early.evaluate((input) => [input === globalThis.early, input === document.activeElement, input.value, input.selectionStart, input.selectionEnd]);
  assert.deepEqual(after, [true, true, 'ann@example.com', 2, 5]);
  await context.close();
});

test('on the developer\'s own machine the page says where codes are, and the inbox shows them by itself', async () => {
  const { page, context, close } = await openLogin(browser, system);
  const address = newAddress();
  await signUp(page, address);
  const [inbox] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: /inbox/ }).click()]);
  await inbox.getByText(address).waitFor();
  const another = newAddress();
  await page.bringToFront();
  await page.getByRole('link', { name: 'Back to sign in' }).click();
  await signUp(page, another);
  await inbox.bringToFront();
  await inbox.getByText(another).waitFor();
  await close();
});

test('a link to the login page that is opened in another browser asks to start again', async () => {
  const { page, close } = await openLogin(browser, system);
  const context = await browser.newContext();
  const thief = await context.newPage();
  await thief.goto(page.url());
  await heading(thief, TITLES.startAgain);
  await context.close();
  await close();
});

test('a flow that ends while its page is open is told when the person goes on', async () => {
  const { page, context, close } = await openLogin(browser, system);
  await context.clearCookies();
  await signIn(page, (await person()).email);
  await heading(page, TITLES.startAgain);
  await close();
});

test('an app that is not known, or an address that is not its own, ends on a page that says so', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  for (const [change, words] of [[{ client_id: 'nobody' }, /not known/], [{ redirect_uri: 'https://evil.example/' }, /not registered/]]) {
    await page.goto(authorization(system, change).url);
    await heading(page, TITLES.error);
    assert.match(await page.innerText('main'), words);
  }
  await context.close();
});

test('signing out without an address to go to ends on a page that says so', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  await signIn(page, (await person()).email);
  await backInApp(page, system, flow);
  await page.goto(`${system.backend.url}/logout?client_id=${system.backend.clientId}`);
  await heading(page, TITLES.signedOut);
  await page.goto(authorization(system).url);
  await heading(page, TITLES.signIn);
  await close();
});

test('several flows in one browser do not disturb each other', async () => {
  const { page, context, flow, close } = await openLogin(browser, system, { change: { prompt: 'login' } });
  const tab = await context.newPage();
  const other = authorization(system, { prompt: 'login' });
  await tab.goto(other.url);
  await heading(tab, TITLES.signIn);
  const [ada, eve] = [await person(), await person()];
  await signIn(tab, eve.email);
  const forEve = await redeem(system, await backInApp(tab, system, other), other);
  await signIn(page, ada.email);
  const forAda = await redeem(system, await backInApp(page, system, flow), flow);
  assert.equal(claims(forEve.body.id_token).email, eve.email);
  assert.equal(claims(forAda.body.id_token).email, ada.email);
  await close();
});

test('an app may name the person and the language', async () => {
  const { page, close } = await openLogin(browser, system, { change: { login_hint: 'ada@example.com', lang: 'de' }, title: 'Anmelden' });
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  assert.equal(await page.getByLabel('E-Mail-Adresse').inputValue(), 'ada@example.com');
  await close();
});

test('a form that is sent before the page has woken is not lost and never in an address', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  const { email } = await person();
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  const flow = authorization(system);
  await page.goto(flow.url, { waitUntil: 'commit' });
  await page.locator('input[type=password]').waitFor();
  await page.locator('input[autocomplete~=username]').fill(email);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.locator('input[type=password]').press('Enter');
  assert.ok(!page.url().includes('Correct'), page.url());
  release();
  await backInApp(page, system, flow);
  await context.close();
});

test('without a connection the page says so, keeps what was typed, and goes on when it is back', async () => {
  const { page, context, flow, close } = await openLogin(browser, system);
  const { email } = await person();
  await context.setOffline(true);
  await signIn(page, email);
  await problem(page);
  await page.getByText(/You are offline/).first().waitFor();
  assert.equal(await username(page).inputValue(), email);
  await context.setOffline(false);
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  await backInApp(page, system, flow);
  await close();
});

test('a browser that blocks WebAssembly is told what that means', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  await context.addInitScript(() => { delete globalThis.WebAssembly; });
  const page = await context.newPage();
  await page.goto(authorization(system).url);
  await page.getByText('This browser blocks WebAssembly').waitFor();
  await context.close();
});

test('a browser without JavaScript is told that it is needed', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(authorization(system).url);
  const words = page.locator('noscript p'); // by its place: Playwright finds no text in this element
  await words.waitFor();
  assert.match(await words.innerText(), /needs JavaScript and WebAssembly/);
  assert.equal(await page.locator('form').isVisible(), false, 'a form that cannot work is not offered');
  await context.close();
});
