// The hosted UI as a person sees it, by labels and headings, between a bare app and the real backend. What the backend cannot ask yet
// is put into its answers by `script`.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { form, pkce } from './login-domain.mjs';
import { startBackend } from './backend.mjs';
import { code, messages } from './inbox.mjs';
import { heading, newAddress, PASSWORD, press, problem, watch } from '../e2e/demo-page.mjs';

export { heading, newAddress, PASSWORD, press, problem };

/** The built bundle, as `npm start` serves it. */
export const HOSTED_UI = join(fileURLToPath(new URL('../..', import.meta.url)), 'hosted-ui', 'dist');

/** The headings, in the order in which a person may meet them. */
export const TITLES = {
  signIn: 'Sign in', signUp: 'Create your account', confirm: 'Check your messages', forgot: 'Reset your password', reset: 'Choose a new password',
  newPassword: 'Choose a new password', code: 'Confirm it is you', choose: 'How do you want to confirm it is you?', setUp: 'Add a second step',
  totp: 'Set up your authenticator app', setUpEmail: 'Add an e-mail address', account: 'Choose an account', consent: 'Allow access?', signedOut: 'You are signed out', startAgain: 'Start again from the app', error: 'This did not work',
};

/** The backend with the hosted UI, and an app that shows nothing but that somebody came back. */
export async function startHosted() {
  const app = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>The app</title><h1>Back in the app</h1>'));
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  const appUrl = `http://localhost:${app.address().port}/`;
  const backend = await startBackend({ args: ['--demo-app', appUrl, '--hosted-ui', HOSTED_UI] });
  return {
    backend,
    appUrl,
    stop: async () => {
      await backend.stop();
      app.closeAllConnections();
      await new Promise((resolve) => { app.close(resolve); });
    },
  };
}

/** An authorization request of the bare app: its URL, and the verifier for the code. `change` replaces parameters. */
export function authorization({ backend, appUrl }, change = {}) {
  const { verifier, challenge } = pkce();
  const parameters = {
    response_type: 'code', client_id: backend.clientId, redirect_uri: appUrl, scope: 'openid email profile aws.cognito.signin.user.admin',
    state: pkce().verifier, code_challenge: challenge, code_challenge_method: 'S256', ...change,
  };
  return { url: `${backend.url}/oauth2/authorize?${form(parameters)}`, verifier, state: parameters.state };
}

/** A browser of its own, sent from the app to the sign-in page. `options` are Playwright's context options; `change` changes the request. */
export async function openLogin(browser, system, { change, title = TITLES.signIn, ...options } = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB', ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints = watch(page);
  const flow = authorization(system, change);
  await page.goto(flow.url);
  await heading(page, title);
  return { page, context, flow, complaints: () => complaints, close: () => context.close() };
}

export const username = (page) => page.getByLabel('E-mail address', { exact: true });
export const password = (page) => page.getByLabel('Password', { exact: true });
export const newPassword = (page) => page.getByLabel('New password', { exact: true });
export const codeField = (page) => page.getByLabel('Code', { exact: true });

/** From the sign-in page to the page that asks for the code. */
export async function signUp(page, address) {
  await page.getByRole('link', { name: 'Create one' }).click();
  await heading(page, TITLES.signUp);
  await username(page).fill(address);
  await password(page).fill(PASSWORD);
  await press(page, 'Create account');
  await heading(page, TITLES.confirm);
}

/** Types the code that came (number `count` to that address). */
export async function enterCode(page, backend, address, { count = 1, submit = 'Confirm' } = {}) {
  await codeField(page).fill(await code(backend.url, address, { count }));
  await press(page, submit);
}

/** From the sign-in page back to the app. */
export async function signIn(page, address, secret = PASSWORD) {
  await username(page).fill(address);
  await password(page).fill(secret);
  await press(page, 'Sign in');
}

/** Waits until the browser is back in the app; answers the code after checking what came with it. */
export async function backInApp(page, { appUrl, backend }, flow) {
  await page.waitForURL((url) => url.href.startsWith(appUrl));
  const url = new URL(page.url());
  assert.equal(url.searchParams.get('error'), null);
  assert.equal(url.searchParams.get('state'), flow.state);
  assert.equal(url.searchParams.get('iss'), backend.issuer);
  return url.searchParams.get('code');
}

/** What the token endpoint answers to a code. */
export async function redeem({ backend, appUrl }, code, { verifier }) {
  const response = await fetch(`${backend.url}/oauth2/token`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form({ grant_type: 'authorization_code', client_id: backend.clientId, code, redirect_uri: appUrl, code_verifier: verifier }),
  });
  return { status: response.status, body: await response.json() };
}

/** How many messages with a code an address has. */
export async function codesTo(backend, address) {
  return (await messages(backend.url, address)).filter((message) => message.code).length;
}

/**
 * Puts challenges into the backend's answers that it does not ask itself yet. `answers` maps an operation, or an operation and its challenge
 * (`RespondToAuthChallenge PASSWORD_VERIFIER`), to a function of the request's body that gives the answer; what gives none goes to the backend.
 */
export async function script(page, answers) {
  const calls = [];
  await page.route('**/_cognate/login/*', async (route) => {
    const operation = new URL(route.request().url()).pathname.split('/').at(-1);
    const body = route.request().postDataJSON();
    calls.push({ operation, body });
    const answer = (answers[`${operation} ${body.ChallengeName}`] ?? answers[operation])?.(body);
    if (!answer) return route.continue();
    const headers = { 'content-type': 'application/json', ...(answer.__type && { 'x-amzn-errortype': answer.__type }) };
    return route.fulfill({ status: answer.__type ? 400 : 200, headers, body: JSON.stringify(answer) });
  });
  return calls;
}
