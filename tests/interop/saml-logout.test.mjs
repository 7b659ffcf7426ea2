// Sessions of a SAML provider and ours end together, and a proof is asked for where an app wants one: in Chromium, with samlp, which is not
// ours. It verifies what the pool signs.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import {
  CreateIdentityProviderCommand, CreateUserPoolClientCommand, GetSigningCertificateCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt } from 'jose';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.mjs';
import { LoginDomain, pkce } from '../support/login-domain.mjs';
import { newSigner, startSamlProvider } from '../support/saml-provider.mjs';
import { adminClient } from '../support/target.mjs';

const POOL = 'local_demo';
let provider;
let backend;
let admin;
let app;
let browser;
let page;

before(async () => {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>The app</title>'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  app = { server, url: `http://localhost:${server.address().port}/` };
  const port = await freePort();
  provider = await startSamlProvider({ answersTo: `http://localhost:${port}/saml2/idpresponse` });
  const started = await startBackend({ port });
  admin = adminClient(started.url);
  await admin.send(new CreateIdentityProviderCommand({
    UserPoolId: POOL, ProviderName: 'Corp', ProviderType: 'SAML', ProviderDetails: { MetadataURL: provider.metadataUrl, IDPSignout: 'true', RefusesUnsignedRequests: 'true' },
  }));
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: POOL, ClientName: 'saml', SupportedIdentityProviders: ['Corp'], AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'],
    CallbackURLs: [app.url], LogoutURLs: [`${app.url}bye`], AllowedOAuthScopes: ['openid'],
  }));
  backend = { ...started, clientId: client.ClientId };
  const { Certificate } = await admin.send(new GetSigningCertificateCommand({ UserPoolId: POOL }));
  const certificate = `-----BEGIN CERTIFICATE-----\n${Certificate.replaceAll(/\s/g, '').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
  provider.pool = { logoutUrl: `${started.url}/${POOL}/saml2/logout`, certificate };
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  admin?.destroy();
  await backend?.stop();
  await provider?.stop();
  app?.server.close();
});

beforeEach(async () => (page = await (await browser.newContext()).newPage()));
afterEach(() => page.context().close());

/** The app sends the browser away; where it is then. `redeem` gives the tokens once it is back with a code. */
async function leave(change = {}) {
  const { verifier, challenge } = pkce();
  const parameters = { response_type: 'code', client_id: backend.clientId, redirect_uri: app.url, scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256', ...change };
  await page.goto(`${backend.url}/oauth2/authorize?${new URLSearchParams(parameters)}`);
  const redeem = async () => {
    const code = new URL(page.url()).searchParams.get('code');
    const redeemed = await new LoginDomain(backend).redeem({ code, verifier, parameters });
    assert.equal(redeemed.status, 200, redeemed.text);
    return redeemed.body;
  };
  return redeem;
}

/** The page of the provider asks, and gets an answer. */
async function proveThere(name) {
  await page.getByRole('heading', { name: 'Corp' }).waitFor();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${app.url}?**`);
}

const refreshed = ({ refresh_token }) => new LoginDomain(backend).token({ grant_type: 'refresh_token', client_id: backend.clientId, refresh_token });

test('who signs out at the provider is signed out here, and the provider gets an answer that it takes', async () => {
  const redeem = await leave();
  await proveThere('ada');
  const tokens = await redeem();
  assert.equal(decodeJwt(tokens.id_token)['cognito:username'], 'Corp_ada');
  assert.equal((await refreshed(tokens)).status, 200);
  await page.goto(`${provider.issuer}/slo`);
  await page.getByRole('heading', { name: 'Signed out everywhere' }).waitFor();
  assert.equal(new URL(page.url()).origin, provider.issuer);
  assert.ok(new URL(page.url()).searchParams.get('SAMLResponse'), 'it came back from the pool');
  assert.equal(provider.participants.hasElements(), false);
  assert.equal((await refreshed(tokens)).status, 400);
  await leave();
  await page.getByRole('heading', { name: 'Corp' }).waitFor();
});

test('who signs out here is signed out at the provider, which verifies who asks, and comes back to the app', async () => {
  const redeem = await leave();
  await proveThere('ben');
  await redeem();
  const byHand = new URLSearchParams({ client_id: backend.clientId, logout_uri: `${app.url}bye` });
  await page.goto(`${backend.url}/logout?${byHand}`);
  await page.waitForURL(`${app.url}bye`);
  assert.equal(provider.participants.hasElements(), false);
  await leave();
  await page.getByRole('heading', { name: 'Corp' }).waitFor();
});

test('a provider that knows the pool by another certificate ends nothing', async () => {
  const { certificate } = provider.pool;
  provider.pool.certificate = newSigner().cert;
  await leave();
  await proveThere('cem');
  provider.pool.certificate = certificate;
  const answer = page.waitForResponse((response) => response.url().startsWith(`${provider.issuer}/slo`));
  await page.goto(`${backend.url}/logout?${new URLSearchParams({ client_id: backend.clientId, logout_uri: `${app.url}bye` })}`);
  assert.equal((await answer).status(), 400);
  assert.equal(provider.participants.hasElements(), true);
});

test('who is known at the provider is not asked again, unless the app wants a proof', async () => {
  await leave();
  await proveThere('dana');
  // The session here is gone, the one there is not.
  await page.context().clearCookies({ name: /^(?!who$)/ });
  const silently = await leave();
  await page.waitForURL(`${app.url}?**`);
  assert.equal(decodeJwt((await silently()).id_token)['cognito:username'], 'Corp_dana');
  for (const wanted of [{ max_age: '60' }, { prompt: 'login' }]) {
    const redeem = await leave(wanted);
    await proveThere('dana');
    assert.equal(decodeJwt((await redeem()).id_token)['cognito:username'], 'Corp_dana');
  }
  // That was a proof: the app gets it again.
  const again = await leave({ max_age: '60' });
  await page.waitForURL(`${app.url}?**`);
  await again();
});
