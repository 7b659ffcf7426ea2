// What a person is told when something is not there: in words, on the page, with a way on. Everything is broken for
// real: the backend is stopped, the policy is tightened, the browser's own setting blocks storage.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchChromium, launchPersistentChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { email, heading, newPerson, newAddress, openDemo, PASSWORD, password, press, problem } from './demo-page.mjs';

let browser;
before(async () => (browser = await launchChromium()));
after(() => browser?.close());

test('the backend is down: signing in says that the service cannot be reached, and works once it is back', async () => {
  const system = await startSystem();
  const { page, close } = await openDemo(browser, system.url);
  const address = await newPerson(page, system.backend.url);
  await press(page, 'Sign out');
  await heading(page, 'Sign in');
  system.recorder.behaviour.refuse = () => true;
  await email(page).fill(address);
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  assert.match(await problem(page), /service cannot be reached/);
  assert.equal(await email(page).inputValue(), address, 'nothing has to be typed again');
  system.recorder.behaviour.refuse = undefined;
  await press(page, 'Sign in');
  await heading(page, 'You are signed in');
  await close();
  await system.stop();
});

test('the browser is offline: it says so', async () => {
  const system = await startSystem();
  const { page, context, close } = await openDemo(browser, system.url);
  await context.setOffline(true);
  await email(page).fill(newAddress());
  await password(page).fill(PASSWORD);
  await press(page, 'Sign in');
  assert.match(await problem(page), /offline|cannot be reached/);
  await close();
  await system.stop();
});

test('the service cannot be reached on sign-out: the person is signed out all the same, and told', async () => {
  const system = await startSystem();
  const { page, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  system.recorder.behaviour.refuse = () => true;
  await press(page, 'Sign out');
  await heading(page, 'Sign in');
  await email(page).fill('typed@example.com');
  await page.getByText(/signed out here/).waitFor();
  assert.equal(await email(page).inputValue(), 'typed@example.com', 'what is said later does not take it away');
  await page.reload();
  await heading(page, 'Sign in');
  await close();
  await system.stop();
});

test('a failed refresh does not sign anybody out', async () => {
  const system = await startSystem();
  const { page, close } = await openDemo(browser, system.url);
  await newPerson(page, system.backend.url);
  system.recorder.behaviour.refuse = () => true;
  await press(page, 'Refresh session');
  await page.getByText(/cannot be reached|offline/).waitFor({ timeout: 20_000 });
  system.recorder.behaviour.refuse = undefined;
  await page.reload();
  await heading(page, 'You are signed in');
  await close();
  await system.stop();
});

test('a slow service: the button says that it works, and pressing it again sends nothing twice', async () => {
  const system = await startSystem();
  const { page, close } = await openDemo(browser, system.url);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await heading(page, 'Create your account'); // before it is there, the fields of the sign-in would be filled
  await email(page).fill(newAddress());
  await password(page).fill(PASSWORD);
  const held = new Promise((resolve) => {
    system.recorder.behaviour.hold = ({ operation }) => (operation === 'SignUp' ? new Promise((letGo) => resolve(letGo)) : undefined);
  });
  await press(page, 'Create account');
  const busy = page.getByRole('button', { name: 'Creating your account…' });
  assert.equal(await busy.getAttribute('aria-disabled'), 'true');
  await busy.click({ force: true });
  await password(page).press('Enter');
  const letGo = await held;
  letGo();
  await heading(page, 'Check your e-mail');
  assert.equal(system.recorder.of('SignUp').length, 1);
  await close();
  await system.stop();
});

test("WebAssembly is blocked by the worker's policy: the page says that signing in needs it", async () => {
  const system = await startSystem({ headers: withoutWasm });
  const { page, text, close } = await openBroken(system.url);
  assert.match(text, /WebAssembly is blocked/);
  await page.getByRole('button', { name: 'Try again' }).click();
  assert.match(await problem(page), /WebAssembly is blocked/, 'trying again fails as clearly');
  await close();
  await system.stop();
});

test('workers are blocked by the policy of the page: it says so instead of signing in with less protection', async () => {
  const system = await startSystem({
    headers: (path) => (path === '/' ? { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'none'" } : {}),
  });
  const { text, close } = await openBroken(system.url);
  assert.match(text, /background script .* could not be started/);
  await close();
  await system.stop();
});

test('storage is blocked by the browser: the page says so and goes on without remembering anybody', async () => {
  const system = await startSystem();
  const profile = await mkdtemp(join(tmpdir(), 'cognate-profile-'));
  await mkdir(join(profile, 'Default'));
  await writeFile(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }), // "block all site data"
  );
  const context = await launchPersistentChromium(profile);
  const page = await context.newPage();
  await page.goto(system.url);
  await heading(page, 'Sign in');
  await page.getByText(/does not let this page store anything/).waitFor();
  await newPerson(page, system.backend.url);
  await page.reload();
  await heading(page, 'Sign in');
  await context.close();
  await rm(profile, { recursive: true, force: true });
  await system.stop();
});

function withoutWasm(path, own) {
  const policy = own['Content-Security-Policy'];
  return path.endsWith('.js') && policy ? { 'Content-Security-Policy': policy.replace(" 'wasm-unsafe-eval'", '') } : {};
}

async function openBroken(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await heading(page, 'Signing in is not possible here');
  return { page, text: await problem(page), close: () => context.close() };
}
