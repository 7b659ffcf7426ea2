// oidc-client-ts, an OpenID Connect client that nobody here wrote, completes the code flow in Chromium through our login pages: sign-in,
// user info, renewal by refresh token, sign-in of a second app without a password, sign-out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { heading, HOSTED_UI, PASSWORD, signIn, TITLES } from '../support/hosted-page.mjs';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startOidcApp } from './oidc-app.mjs';
import { adminClient } from '../support/target.mjs';

let backend;
let app;
let browser;
let admin;

before(async () => {
  backend = await startBackend({ args: ['--hosted-ui', HOSTED_UI] });
  admin = adminClient(backend.url);
  app = await startOidcApp();
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: backend.poolId, ClientName: 'oidc-client-ts', SupportedIdentityProviders: ['COGNITO'],
    AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], AllowedOAuthScopes: ['openid', 'email', 'profile'],
    CallbackURLs: [app.url], LogoutURLs: [app.url],
  }));
  app.settings({ authority: backend.issuer, client_id: client.ClientId, scope: 'openid email profile' });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await app?.stop();
  admin?.destroy();
  await backend?.stop();
});

const person = () => confirmedPerson(backend, PASSWORD);
const says = (page, text) => page.locator('output', { hasText: text }).waitFor();
const user = (page) => page.evaluate(async () => {
  const found = await globalThis.app.manager.getUser();
  return found && { ...found, returned: globalThis.app.returned };
});

async function openApp(context) {
  const page = await (context ?? await browser.newContext({ locale: 'en-GB' })).newPage();
  await page.goto(app.url);
  await says(page, 'signed out');
  return page;
}

async function start(page, more) {
  await page.evaluate((parameters) => { globalThis.app.signIn(parameters); }, more).catch(() => {}); // the page leaves
}

test('it signs a person in through the login page, and knows them from the ID token and userInfo', async () => {
  const page = await openApp();
  const { email } = await person();
  await start(page);
  await heading(page, TITLES.signIn);
  await signIn(page, email);
  await says(page, `signed in as ${email}`);
  assert.equal(page.url(), app.url);
  const signedIn = await user(page);
  assert.deepEqual(signedIn.returned, { page: 'where I was' });
  assert.equal(signedIn.token_type, 'Bearer');
  assert.ok(signedIn.refresh_token);
  assert.equal(signedIn.profile.sub.length, 36);
  assert.equal(String(signedIn.profile.email_verified), 'true');
  await page.context().close();
});

test('it renews by the refresh token, in the background', async () => {
  const page = await openApp();
  const { email } = await person();
  await start(page);
  await heading(page, TITLES.signIn);
  await signIn(page, email);
  await says(page, `signed in as ${email}`);
  const before = await user(page);
  const renewed = await page.evaluate(() => globalThis.app.renew());
  assert.notEqual(renewed.access_token, before.access_token);
  assert.equal(renewed.profile.sub, before.profile.sub);
  assert.equal(page.frames().length, 1, 'no iframe was needed');
  await page.context().close();
});

test('a second tab is signed in without a password, and silently without a page', async () => {
  const page = await openApp();
  const { email } = await person();
  await start(page);
  await heading(page, TITLES.signIn);
  await signIn(page, email);
  await says(page, `signed in as ${email}`);
  const tab = await openApp(page.context());
  await start(tab, { prompt: 'none' });
  await says(tab, `signed in as ${email}`);
  await page.context().close();
});

test('signing out ends the session of the browser, and the next sign-in asks', async () => {
  const page = await openApp();
  const { email } = await person();
  await start(page);
  await heading(page, TITLES.signIn);
  await signIn(page, email);
  await says(page, `signed in as ${email}`);
  await page.evaluate(() => { globalThis.app.signOut(); }).catch(() => {});
  await says(page, 'signed out');
  assert.equal(new URL(page.url()).origin, new URL(app.url).origin);
  await start(page);
  await heading(page, TITLES.signIn);
  await page.context().close();
});

test('without a session, prompt=none comes back as login_required', async () => {
  const page = await openApp();
  await start(page, { prompt: 'none' });
  await says(page, 'login_required');
  await page.context().close();
});

test('tokens can be revoked by it', async () => {
  const page = await openApp();
  const { email } = await person();
  await start(page);
  await heading(page, TITLES.signIn);
  await signIn(page, email);
  await says(page, `signed in as ${email}`);
  await page.evaluate(() => globalThis.app.manager.revokeTokens(['refresh_token']));
  const renewed = await page.evaluate(() => globalThis.app.renew().then(() => 'renewed', (error) => error.message));
  assert.notEqual(renewed, 'renewed');
  await page.context().close();
});
