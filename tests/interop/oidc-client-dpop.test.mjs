// oidc-client-ts again, now with tokens that are bound to a key it keeps in the browser (DPoP), against a backend that asks for nonces.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { heading, HOSTED_UI, PASSWORD, signIn, TITLES } from '../support/hosted-page.mjs';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { send } from '../support/user-pools-api.mjs';
import { startOidcApp } from './oidc-app.mjs';

const POOL = 'local_bound';
const CLIENT = 'boundclient';
let folder;
let backend;
let app;
let browser;

before(async () => {
  app = await startOidcApp();
  folder = await mkdtemp(join(tmpdir(), 'cognate-bound-'));
  const config = join(folder, 'cognate.toml');
  await writeFile(config, `
[oauth]
dpop_nonce_seconds = 300
[[pools]]
id = "${POOL}"
[pools.settings]
UsernameAttributes = ["email"]
AutoVerifiedAttributes = ["email"]
[[pools.clients]]
id = "${CLIENT}"
[pools.clients.settings]
SupportedIdentityProviders = ["COGNITO"]
AllowedOAuthFlowsUserPoolClient = true
AllowedOAuthFlows = ["code"]
AllowedOAuthScopes = ["openid", "email"]
CallbackURLs = ["${app.url}"]
`);
  backend = await startBackend({ args: ['--hosted-ui', HOSTED_UI, '--config', config] });
  app.settings({ authority: `${backend.url}/${POOL}`, client_id: CLIENT, scope: 'openid email', bound: true });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await backend?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('it redeems the code and renews with a key and our nonces, and nobody renews without them', async () => {
  const { email } = await confirmedPerson({ ...backend, poolId: POOL, clientId: CLIENT }, PASSWORD);
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  const asked = [];
  page.on('response', async (response) => {
    if (response.url().endsWith('/oauth2/token') && response.request().method() === 'POST') asked.push(response.status());
  });
  await page.goto(app.url);
  const says = (text) => page.locator('output', { hasText: text }).waitFor();
  await says('signed out');
  await page.evaluate(() => { globalThis.app.signIn(); }).catch(() => {}); // the page leaves
  await heading(page, TITLES.signIn);
  await signIn(page, email);
  await says(`signed in as ${email}`);
  assert.deepEqual(asked, [400, 200], 'the first proof had no nonce');
  const user = await page.evaluate(() => globalThis.app.manager.getUser().then((found) => ({ ...found })));
  assert.equal(user.token_type, 'DPoP');
  assert.ok(decodeJwt(user.access_token).cnf.jkt);

  const renewed = await page.evaluate(() => globalThis.app.renew());
  assert.notEqual(renewed.access_token, user.access_token);
  assert.equal(decodeJwt(renewed.access_token).cnf.jkt, decodeJwt(user.access_token).cnf.jkt);
  assert.deepEqual(asked, [400, 200, 200], 'the nonce is kept for the next proof');

  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT, refresh_token: user.refresh_token }).toString();
  const stolen = await send(backend.url, { path: '/oauth2/token', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
  assert.equal(stolen.body.error, 'invalid_grant');
  await page.context().close();
});
