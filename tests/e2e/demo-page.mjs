// The demo as a person sees it: by labels and headings, never by class names.

import assert from 'node:assert/strict';
import { code } from '../support/inbox.mjs';

export const PASSWORD = 'Correct-Horse-7';

let counter = 0;
/** An address that no other test uses. */
export const newAddress = () => `person${(counter += 1)}-${process.pid}@example.com`;

/**
 * A new tab on the demo. What the page reports as blocked by its policy, or throws, is collected: `complaints()`.
 * `options` are Playwright's context options.
 */
export async function openDemo(browser, url, options = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints = watch(page);
  await page.goto(url);
  await heading(page, /Sign in|signed in/);
  return { page, context, complaints: () => complaints, close: () => context.close() };
}

/** Collects violations of the content policy, uncaught errors, and console errors that are not answers of the service. */
export function watch(page) {
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // Chromium logs every answer with status 4xx; wrong passwords are answered so.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  return complaints;
}

/** Waits for the page with this heading. */
export async function heading(page, name) {
  await page.getByRole('heading', { level: 1, name }).waitFor({ timeout: 15_000 });
}

export const email = (page) => page.getByLabel('E-mail address');
export const password = (page, label = 'Password') => page.getByLabel(label, { exact: true });
export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

/** The text of the error summary. */
export async function problem(page) {
  const summary = page.getByRole('alert').filter({ hasText: /\w/ });
  await summary.waitFor();
  return summary.innerText();
}

/** From the sign-in page to the page that asks for the code. */
export async function signUp(page, address) {
  await page.getByRole('link', { name: 'Create an account' }).click();
  await heading(page, 'Create your account');
  await email(page).fill(address);
  await password(page).fill(PASSWORD);
  await press(page, 'Create account');
  await heading(page, 'Check your e-mail');
}

/** Types the code that came, and ends on the sign-in page. */
export async function confirm(page, backendUrl, address) {
  await page.getByLabel('Code').fill(await code(backendUrl, address));
  await press(page, 'Confirm');
  await heading(page, 'Sign in');
}

/** From the sign-in page to the account. */
export async function signIn(page, address, secret = PASSWORD) {
  await email(page).fill(address);
  await password(page).fill(secret);
  await press(page, 'Sign in');
  await heading(page, 'You are signed in');
}

/** A person with a confirmed account, signed in. */
export async function newPerson(page, backendUrl) {
  const address = newAddress();
  await signUp(page, address);
  await confirm(page, backendUrl, address);
  await signIn(page, address);
  return address;
}

/** One claim of the account page; the profile beside it has attributes of the same names. */
export async function claim(page, name) {
  const row = page.getByRole('region', { name: 'Your session' }).getByRole('term').filter({ hasText: new RegExp(`^${name}$`) });
  const text = await row.locator('xpath=following-sibling::dd').innerText();
  assert.notEqual(text, '', `the claim ${name} is shown`);
  return text;
}
