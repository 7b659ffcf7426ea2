// A person's whole life in the demo, in Chromium, through the packed npm package, against the real backend.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { code, messages } from '../support/inbox.mjs';
import { claim, confirm, email, heading, newAddress, newPerson, openDemo, PASSWORD, password, press, problem, signIn, signUp } from './demo-page.mjs';

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

test('a person signs up, finds the code in the inbox, confirms, signs in by SRP, and sees verified claims', async () => {
  const { page, complaints, close } = await openDemo(browser, system.url);
  const address = newAddress();
  await signUp(page, address);

  const inbox = page.getByRole('link', { name: /Open the inbox/ });
  const [tab] = await Promise.all([page.waitForEvent('popup'), inbox.click()]);
  await tab.waitForLoadState();
  const sent = await code(system.backend.url, address);
  assert.ok((await tab.innerText('body')).includes(sent), 'the code stands in the inbox page');
  await tab.close();

  await confirm(page, system.backend.url, address);
  assert.equal(await email(page).inputValue(), address, 'the address is filled in after confirming');
  await signIn(page, address);

  assert.equal(await claim(page, 'email'), address);
  assert.equal(await claim(page, 'email_verified'), 'true');
  assert.equal(await claim(page, 'token_use'), 'id');
  assert.equal(await claim(page, 'iss'), system.backend.issuer);
  assert.match(await claim(page, 'sub'), /^[0-9a-f-]{36}$/);
  assert.deepEqual(complaints(), []);
  await close();
});

test('signing in is by SRP: the password crosses the network only when it is set', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  const carrying = system.recorder.exchanges.filter(({ request }) => request.includes(PASSWORD)).map(({ operation }) => operation);
  assert.deepEqual([...new Set(carrying)], ['SignUp']);
  const starts = system.recorder.of('InitiateAuth').map(({ request }) => JSON.parse(request).AuthFlow);
  assert.ok(starts.length > 0 && starts.every((flow) => flow === 'USER_SRP_AUTH'), `flows: ${starts}`);
  await close();
});

test('a reload keeps the person signed in, without asking for the password', async () => {
  const { page, complaints, close } = await openDemo(browser, system.url);
  const address = await newPerson(page, system.backend.url);
  const signIns = system.recorder.of('InitiateAuth').length;
  for (let i = 0; i < 2; i += 1) {
    await page.reload();
    await heading(page, 'You are signed in');
    assert.equal(await claim(page, 'email'), address);
  }
  assert.equal(system.recorder.of('InitiateAuth').length, signIns);
  assert.deepEqual(complaints(), []);
  await close();
});

test('another tab does not inherit the session of this one', async () => {
  const { page, context, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  const other = await context.newPage();
  await other.goto(system.url);
  await heading(other, 'Sign in');
  await close();
});

test('refreshing gives new tokens for the same person', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  const [sub, jti] = [await claim(page, 'sub'), await claim(page, 'jti')];
  await press(page, 'Refresh session');
  await page.getByText('The session was refreshed.').waitFor();
  assert.equal(await claim(page, 'sub'), sub);
  assert.notEqual(await claim(page, 'jti'), jti);
  await close();
});

test('a wrong password and an unknown address are told in the same words', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = newAddress();
  await signUp(page, address);
  await confirm(page, system.backend.url, address);
  const told = [];
  for (const [who, secret] of [[address, 'Wrong-Horse-7'], [newAddress(), PASSWORD]]) {
    await email(page).fill(who);
    await password(page).fill(secret);
    await press(page, 'Sign in');
    told.push(await problem(page));
    assert.equal(await password(page).getAttribute('aria-invalid'), 'true');
    await page.reload();
    await heading(page, 'Sign in');
  }
  assert.match(told[0], /e-mail address or the password is not right/);
  assert.equal(told[1], told[0]);
  await close();
});

test('a wrong code is told, a new one can be sent, and it works', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = newAddress();
  await signUp(page, address);
  const first = await code(system.backend.url, address);
  await page.getByLabel('Code').fill(first === '000000' ? '111111' : '000000');
  await press(page, 'Confirm');
  assert.match(await problem(page), /not the right code/);
  await press(page, 'Send a new code');
  await page.getByText(/A new code is on its way/).waitFor();
  await code(system.backend.url, address, { count: 2 });
  await confirm(page, system.backend.url, address);
  await signIn(page, address);
  await close();
});

test('an address that has an account is told to sign in instead', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = newAddress();
  await signUp(page, address);
  await page.goto(`${system.url}/#/sign-up`);
  await heading(page, 'Create your account');
  await email(page).fill(address);
  await password(page).fill(PASSWORD);
  await press(page, 'Create account');
  assert.match(await problem(page), /already an account/);
  await close();
});

test('signing in before confirming leads to the code and then to the account', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = newAddress();
  await signUp(page, address);
  await page.goto(`${system.url}/#/sign-in`);
  await heading(page, 'Sign in');
  await email(page).fill(address);
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  await heading(page, 'Check your e-mail');
  await confirm(page, system.backend.url, address);
  await signIn(page, address);
  await close();
});

test('changing the password: the wrong old one is refused, then the new one is the one that works', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = await newPerson(page, system.backend.url);
  const chosen = 'Another-Horse-8';
  await password(page, 'Current password').fill('Not-My-Password-1');
  await password(page, 'New password').fill(chosen);
  await press(page, 'Change password');
  assert.match(await problem(page), /password is not right/);
  await password(page, 'Current password').fill(PASSWORD);
  await press(page, 'Change password');
  await page.getByText('Your password is changed.').waitFor();
  await press(page, 'Sign out');
  await heading(page, 'Sign in');
  await email(page).fill(address);
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  assert.match(await problem(page), /password is not right/);
  await signIn(page, address, chosen);
  await close();
});

test('a forgotten password is replaced with a code from the inbox', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = newAddress();
  await signUp(page, address);
  await confirm(page, system.backend.url, address);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await heading(page, 'Forgot your password?');
  await email(page).fill(address);
  await press(page, 'Send the code');
  await heading(page, 'Choose a new password');
  await page.getByLabel('Code').fill(await code(system.backend.url, address, { count: 2 }));
  await password(page, 'New password').fill('Brand-New-Horse-9');
  await press(page, 'Save the new password');
  await heading(page, 'Sign in');
  await signIn(page, address, 'Brand-New-Horse-9');
  await close();
});

test('asking for a new password looks the same for an address that nobody has, and sends nothing', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const nobody = newAddress();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await email(page).fill(nobody);
  await press(page, 'Send the code');
  await heading(page, 'Choose a new password');
  assert.deepEqual(await messages(system.backend.url, nobody), []);
  await close();
});

test('signing out revokes the refresh token and a reload stays out', async () => {
  const { page, complaints, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  const refreshToken = system.recorder.tokens().findLast((token) => !token.startsWith('ey') || token.split('.').length === 5);
  await press(page, 'Sign out');
  await heading(page, 'Sign in');
  await page.getByText('You are signed out.').waitFor();
  await page.reload();
  await heading(page, 'Sign in');
  const [revocation] = system.recorder.of('RevokeToken').slice(-1);
  assert.equal(revocation.status, 200);
  assert.equal(JSON.parse(revocation.request).Token, refreshToken);
  const answer = await fetch(system.backend.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.GetTokensFromRefreshToken' },
    body: JSON.stringify({ ClientId: system.backend.clientId, RefreshToken: refreshToken }),
  });
  assert.equal(answer.status, 400, 'the revoked token gives nothing');
  assert.deepEqual(complaints(), []);
  await close();
});

test('signing out everywhere ends the session of another browser at its next refresh', async () => {
  const here = await openDemo(browser, system.url);
  const address = await newPerson(here.page, system.backend.url);
  const there = await openDemo(browser, system.url);
  await signIn(there.page, address);
  await press(here.page, 'Sign out everywhere');
  await heading(here.page, 'Sign in');
  await press(there.page, 'Refresh session');
  await heading(there.page, 'Sign in');
  await here.close();
  await there.close();
});
