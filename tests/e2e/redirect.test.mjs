// Signing in by redirect as the demo does it: the packed npm package, the hosted UI, the backend and the demo's own API, in Chromium.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { claim, heading, newAddress, openDemo, PASSWORD, press } from './demo-page.mjs';
import * as hosted from '../support/hosted-page.mjs';
import { readEverything } from './readable.mjs';

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

const person = () => confirmedPerson(system.backend, PASSWORD);
const isLoginPage = (url) => url.origin === system.backend.url;

// From the demo's sign-in page to the hosted one.
async function leaveForLogin(page) {
  await press(page, 'Sign in on the hosted page');
  await page.waitForURL(isLoginPage);
  await hosted.heading(page, hosted.TITLES.signIn);
}

// From the demo's sign-in page, through the hosted one, to the account.
async function signIn(page, address) {
  await leaveForLogin(page);
  await hosted.signIn(page, address);
  await heading(page, 'You are signed in');
}

// Signing out shows the sign-in page at once, leaves for the login domain and comes back: until it has, history is in motion.
async function signOut(page, button = 'Sign out') {
  const isReturn = (frame) => frame === page.mainFrame() && new URL(frame.url()).origin === system.url;
  const [request] = await Promise.all([
    page.waitForRequest((asked) => asked.url().startsWith(`${system.backend.url}/logout?`)),
    page.waitForEvent('framenavigated', isReturn),
    press(page, button),
  ]);
  assert.equal(request.method(), 'GET');
  await heading(page, 'Sign in');
}

async function newTab(context) {
  const tab = await context.newPage();
  await tab.goto(system.url);
  await heading(tab, 'Sign in');
  return tab;
}

// A page out of the back/forward cache is never loaded again: there is no `load` to wait for.
const back = (page) => page.goBack({ waitUntil: 'commit' });
const forward = (page) => page.goForward({ waitUntil: 'commit' });

test('the whole way: sign up on the hosted page, back in the app signed in, a second tab without a password, out everywhere', async () => {
  const { page, context, complaints, close } = await openDemo(browser, system.url, { locale: 'en-GB' });
  const address = newAddress();
  await leaveForLogin(page);
  await hosted.signUp(page, address);
  await hosted.enterCode(page, system.backend, address);
  await heading(page, 'You are signed in');
  assert.equal(new URL(page.url()).search, '', 'the code is gone from the address');
  assert.equal(await claim(page, 'email'), address);
  assert.equal(await claim(page, 'token_use'), 'id');
  await press(page, 'Ask the API who I am');
  await page.getByText('The API has checked the token and answered:').waitFor();

  const tab = await newTab(context);
  await press(tab, 'Sign in on the hosted page');
  await heading(tab, 'You are signed in');
  assert.equal(await claim(tab, 'email'), address);

  await signOut(page, 'Sign out everywhere');
  await press(tab, 'Refresh session');
  await heading(tab, 'Sign in');
  await leaveForLogin(tab);
  assert.deepEqual(complaints(), []);
  await close();
});

test('signing out ends the browser\'s session at the login domain, too: the next sign-in asks', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await signIn(page, (await person()).email);
  await signOut(page);
  await page.getByRole('status').filter({ hasText: 'You are signed out.' }).waitFor();
  await leaveForLogin(page);
  await close();
});

test('the app leads to the account page of who is signed in on the login domain', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const { email } = await person();
  await signIn(page, email);
  await page.getByRole('link', { name: 'Open your account page' }).click();
  await page.waitForURL(`${system.backend.url}/account?**`);
  await page.getByText(email).first().waitFor();
  await page.getByRole('heading', { name: 'Ways to sign in' }).waitFor();
  await close();
});

test('a reload and the back button after the return change nothing and redeem nothing again', async () => {
  const { page, context, close } = await openDemo(browser, system.url);
  const redeemed = [];
  context.on('request', (request) => { if (request.url().endsWith('/oauth2/token') && request.method() === 'POST') redeemed.push(request.postData()); });
  const answers = [];
  page.on('framenavigated', (frame) => { if (new URL(frame.url()).searchParams.has('code')) answers.push(frame.url()); });
  const { email } = await person();
  await signIn(page, email);
  await page.reload();
  await heading(page, 'You are signed in');
  await back(page);
  await heading(page, 'You are signed in');
  await forward(page);
  await heading(page, 'You are signed in');
  assert.equal(answers.length, 1, 'the browser came back with a code once');
  // The address with the used code, from a bookmark: an app with a session stays as it is.
  await page.goto(answers[0]);
  await heading(page, 'You are signed in');
  assert.equal(await claim(page, 'email'), email);
  assert.equal(new URL(page.url()).search, '');
  assert.ok(redeemed.length <= 1, `${redeemed.length} codes were redeemed`);
  await close();
});

test('an answer that this browser did not ask for signs nobody in and is told in words', async () => {
  const victim = await openDemo(browser, system.url);
  const attacker = await openDemo(browser, system.url);
  await leaveForLogin(attacker.page);
  // The attacker's own answer, kept from being used.
  const isAnswer = (url) => url.href.startsWith(`${system.url}/?`);
  await attacker.page.route(isAnswer, (route) => route.abort());
  const answer = attacker.page.waitForRequest((request) => isAnswer(new URL(request.url())), { timeout: 10_000 });
  await hosted.signIn(attacker.page, (await person()).email);
  await victim.page.goto((await answer).url());
  await heading(victim.page, 'Sign in');
  await victim.page.getByText(/not begun in this tab/).waitFor();
  assert.equal(new URL(victim.page.url()).search, '');
  await attacker.close();
  await victim.close();
});

test('a query of the app\'s own is left alone', async () => {
  const { page, close } = await openDemo(browser, `${system.url}/?code=SUMMER25&page=2`);
  assert.equal(new URL(page.url()).search, '?code=SUMMER25&page=2');
  await close();
});

test('several tabs leave and come back in any order, each as its own person', async () => {
  const { page, context, close } = await openDemo(browser, system.url);
  const tabs = [page, await newTab(context), await newTab(context)];
  for (const tab of tabs) await leaveForLogin(tab);
  const people = [await person(), await person(), await person()];
  for (const at of [1, 2, 0]) {
    await hosted.signIn(tabs[at], people[at].email);
    await heading(tabs[at], 'You are signed in');
  }
  for (const [at, tab] of tabs.entries()) {
    assert.equal(await claim(tab, 'email'), people[at].email);
    await tab.reload();
    await heading(tab, 'You are signed in');
    assert.equal(await claim(tab, 'email'), people[at].email);
  }
  await close();
});

test('coming back without having signed in leaves the demo as it was', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await leaveForLogin(page);
  await back(page);
  await heading(page, 'Sign in');
  await signIn(page, (await person()).email);
  await close();
});

test('a page that the browser keeps does not show somebody who has signed out meanwhile', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await signIn(page, (await person()).email);
  await page.goto(`${system.backend.url}/_cognate/inbox`);
  await back(page);
  await heading(page, 'You are signed in');
  await signOut(page);
  await back(page);
  await heading(page, /Sign in/);
  assert.equal(await page.getByRole('heading', { level: 1, name: 'You are signed in' }).count(), 0);
  await close();
});

test('neither the code, nor verifier, nor any token can be read in the page after a redirect', async () => {
  const { page, context, close } = await openDemo(browser, system.url);
  const secrets = [];
  const exchange = context.waitForEvent('requestfinished', (request) => request.url().endsWith('/oauth2/token') && request.method() === 'POST');
  await signIn(page, (await person()).email);
  const sent = new URLSearchParams((await exchange).postData());
  const answer = await (await (await exchange).response()).json();
  secrets.push(sent.get('code'), sent.get('code_verifier'), answer.access_token, answer.id_token, answer.refresh_token);
  assert.equal(secrets.filter(Boolean).length, 5, 'the exchange was seen');
  for (const moment of ['after the return', 'after a reload']) {
    const readable = await page.evaluate(readEverything);
    for (const secret of [...secrets, PASSWORD]) assert.equal(readable.find(({ text }) => text.includes(secret))?.where, undefined, `${moment}: ${secret.slice(0, 10)}…`);
    await page.reload();
    await heading(page, 'You are signed in');
  }
  await close();
});
