// What the hosted UI keeps, shows and sends: no password, no code, no token, in no place that outlives its use.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { code } from '../support/inbox.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { authorization, backInApp, codeField, heading, newAddress, openLogin, PASSWORD, press, problem, redeem, signIn, signUp, startHosted, TITLES } from '../support/hosted-page.mjs';
import { readEverything } from './readable.mjs';

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

async function assertNowhere(page, secrets, when) {
  const readable = await page.evaluate(readEverything);
  const cookies = JSON.stringify(await page.context().cookies());
  for (const secret of secrets) {
    const leak = readable.find(({ text }) => text.includes(secret));
    assert.equal(leak?.where, undefined, `${when}: ${secret.slice(0, 8)}… is readable`);
    assert.ok(!cookies.includes(secret), `${when}: a cookie holds ${secret.slice(0, 8)}…`);
  }
}

test('signing up and in leaves neither password nor code behind on the login origin', async () => {
  const { page, flow, complaints, close } = await openLogin(browser, system);
  const requests = [];
  const answers = [];
  page.on('request', (request) => requests.push(request));
  page.on('response', (response) => { if (response.url().includes('/_cognate/login/')) answers.push(response.text().catch(() => '')); });
  const logged = [];
  page.on('console', (message) => logged.push(message.text()));
  const address = newAddress();
  await signUp(page, address);
  await assertNowhere(page, [PASSWORD], 'while the code is asked for');
  await page.reload();
  await heading(page, TITLES.confirm);
  await assertNowhere(page, [PASSWORD], 'after a reload');
  const sent = await code(system.backend.url, address);
  await codeField(page).fill(sent);
  await press(page, 'Confirm');
  await heading(page, TITLES.signIn);
  await assertNowhere(page, [PASSWORD, `"${sent}"`], 'before signing in');
  await signIn(page, address, 'Wrong-Horse-7');
  await problem(page);
  await assertNowhere(page, ['Wrong-Horse-7'], 'after a wrong password');
  await signIn(page, address);
  const authorizationCode = await backInApp(page, system, flow);
  const { body } = await redeem(system, authorizationCode, flow);

  await page.goto(`${system.backend.url}/signedOut`);
  await heading(page, TITLES.signedOut);
  await assertNowhere(page, [PASSWORD, 'Wrong-Horse-7', authorizationCode, body.access_token, body.id_token, body.refresh_token], 'afterwards');

  for (const request of requests) assert.ok(!request.url().includes('Horse'), request.url());
  const withPassword = requests.filter((request) => request.postData()?.includes(PASSWORD)).map((request) => new URL(request.url()).pathname);
  assert.deepEqual(withPassword, ['/_cognate/login/SignUp'], 'signing in proves the password without sending it');
  for (const text of await Promise.all(answers)) assert.doesNotMatch(text, /eyJ|AuthenticationResult/, 'no token reaches the login page');
  assert.doesNotMatch(logged.join('\n'), /Horse|eyJ/);
  assert.deepEqual(complaints(), []);
  await close();
});

test('the page loads nothing from elsewhere and violates no policy, from the first byte to the app', async () => {
  const { page, flow, context, complaints, close } = await openLogin(browser, system);
  const foreign = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(system.backend.url) && !request.url().startsWith(system.appUrl) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  await context.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => globalThis.violations.push(`${violatedDirective} ${blockedURI}`));
  });
  await page.reload();
  await heading(page, TITLES.signIn);
  await signIn(page, newAddress());
  await problem(page);
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
  assert.equal(await page.evaluate(() => document.querySelectorAll('[style], style, script:not([src])').length), 0, 'no inline style or script');
  await signIn(page, (await confirmedPerson(system.backend, PASSWORD)).email);
  await backInApp(page, system, flow);
  assert.equal(await page.evaluate(() => document.referrer), '', 'the app does not learn the login page\'s address');
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints(), []);
  await close();
});

test('the page cannot be framed, by the app nor by anybody', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(system.appUrl);
  const refused = page.waitForEvent('console', { predicate: (message) => /frame-ancestors/.test(message.text()), timeout: 10_000 });
  const { url } = authorization(system);
  await page.evaluate((src) => {
    const frame = document.createElement('iframe');
    frame.src = src;
    document.body.append(frame);
  }, url);
  assert.match((await refused).text(), new RegExp(`${system.backend.url}.*'none'`));
  const framed = page.frames().slice(1).map((frame) => frame.url());
  assert.ok(framed.length === 1 && !framed[0].startsWith(system.backend.url), framed.join());
  await context.close();
});
