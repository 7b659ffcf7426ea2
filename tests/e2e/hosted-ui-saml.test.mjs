// The hosted pages with SAML providers, in Chromium: by button, by the domain of an address, begun by the provider, encrypted, linked, and every
// way that comes to nothing. The provider is samlp, which is not ours; it remembers who has signed in there, as providers do.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CreateIdentityProviderCommand, CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { authorization, backInApp, heading, openLogin, PASSWORD, problem, redeem, signIn, startHosted, TITLES } from '../support/hosted-page.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startSamlProvider } from '../support/saml-provider.mjs';
import { adminClient } from '../support/target.mjs';

const POOL = 'local_demo';
const EMAIL = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';
let hosted;
let admin;
let provider;
let browser;
/** The system with a client that takes the pool's people and every provider. */
let system;

before(async () => {
  hosted = await startHosted();
  admin = adminClient(hosted.backend.url);
  provider = await startSamlProvider({ answersTo: `${hosted.backend.url}/saml2/idpresponse` });
  const make = (ProviderName, details, IdpIdentifiers) => admin.send(new CreateIdentityProviderCommand({
    UserPoolId: POOL, ProviderName, ProviderType: 'SAML', ProviderDetails: { MetadataURL: provider.metadataUrl, RequestSigningAlgorithm: 'rsa-sha256', ...details },
    AttributeMapping: { email: EMAIL }, IdpIdentifiers,
  }));
  await make('Branch', {});
  await make('Sealed', { EncryptedResponses: 'true' });
  await make('Portal', { IDPInit: 'true' });
  await make('Corp', {}, ['corp.example']);
  const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: POOL, ClientName: 'Rowing club', SupportedIdentityProviders: ['COGNITO', 'Branch', 'Sealed', 'Portal', 'Corp'],
    AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], CallbackURLs: [hosted.appUrl],
    AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
  }));
  system = { ...hosted, backend: { ...hosted.backend, clientId: UserPoolClient.ClientId } };
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  admin?.destroy();
  await provider?.stop();
  await hosted?.stop();
});

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Somebody types their name on the provider's page; nobody who types none. */
async function atProvider(page, name) {
  await heading(page, 'Corp');
  assert.equal(new URL(page.url()).origin, provider.issuer);
  await page.getByLabel('Name').fill(name);
  await button(page, 'Sign in').click();
}

/** Who the app learns that it is. */
async function whoIsBack(page, flow) {
  const { status, body } = await redeem(system, await backInApp(page, system, flow), flow);
  assert.equal(status, 200, JSON.stringify(body));
  return claims(body.id_token);
}

test('a button leads to the provider and back to the app, and who is known there is not asked again', async () => {
  const { page, flow, context, complaints, close } = await openLogin(browser, system);
  await button(page, 'Continue with Branch').click();
  await atProvider(page, 'ada');
  const who = await whoIsBack(page, flow);
  assert.deepEqual([who['cognito:username'], who.email], ['Branch_ada', 'ada@corp.example']);
  await context.clearCookies({ domain: 'localhost', name: /sso/ });
  const again = authorization(system);
  await page.goto(again.url);
  await button(page, 'Continue with Branch').click();
  assert.equal((await whoIsBack(page, again)).sub, who.sub);
  assert.deepEqual(complaints(), []);
  await close();
});

test('the domain of an address leads to its organisation, which has no button', async () => {
  const { page, flow, complaints, close } = await openLogin(browser, system);
  await button(page, 'Continue with your organisation').waitFor();
  assert.equal(await button(page, 'Continue with Corp').count(), 0);
  await page.getByLabel('E-mail address').fill('somebody@Corp.example');
  await button(page, 'Continue with your organisation').click();
  await atProvider(page, 'linus');
  assert.equal((await whoIsBack(page, flow))['cognito:username'], 'Corp_linus');
  assert.deepEqual(complaints(), []);
  await close();
});

test('an encrypted assertion signs in, and where one is asked for another is said not to be trusted', async () => {
  provider.settings = await encryption();
  const { page, flow, close } = await openLogin(browser, system);
  await button(page, 'Continue with Sealed').click();
  await atProvider(page, 'sealed');
  assert.equal((await whoIsBack(page, flow))['cognito:username'], 'Sealed_sealed');
  await close();
  provider.settings = {};
  const open = await openLogin(browser, system);
  await button(open.page, 'Continue with Sealed').click();
  await atProvider(open.page, 'open');
  await heading(open.page, TITLES.signIn);
  assert.match(await problem(open.page), /could not be trusted/);
  await open.close();
});

test('who is refused by the provider is told so, and goes on another way', async () => {
  const { page, flow, close } = await openLogin(browser, system);
  await button(page, 'Continue with Branch').click();
  await atProvider(page, '');
  await heading(page, TITLES.signIn);
  assert.match(await problem(page), /did not let this app know who you are/);
  await button(page, 'Continue with Portal').click();
  await atProvider(page, 'grace');
  assert.equal((await whoIsBack(page, flow))['cognito:username'], 'Portal_grace');
  await close();
});

/** The provider's portal leads to the app that RelayState names. */
async function fromPortal(page, identityProvider, request) {
  const asked = new URL(request.url).searchParams;
  asked.set('identity_provider', identityProvider);
  const query = new URLSearchParams({ RelayState: asked.toString() });
  const { page: form } = await provider.answer(`${provider.issuer}/sso?${query}`, { name: 'from-portal', audience: `urn:amazon:cognito:sp:${POOL}` });
  await page.route(`${provider.issuer}/portal`, (route) => route.fulfill({ contentType: 'text/html', body: form }));
  await page.goto(`${provider.issuer}/portal`);
}

test('a provider that may begin sign-ins leads from its portal into the app, and one that may not does not', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const flow = authorization(system);
  await fromPortal(page, 'Portal', flow);
  assert.equal((await whoIsBack(page, flow))['cognito:username'], 'Portal_from-portal');
  await page.unrouteAll();
  await fromPortal(page, 'Branch', authorization(system));
  await heading(page, TITLES.startAgain);
  assert.ok(!page.url().includes('code='), page.url());
  await context.close();
});

test('a response that another browser was given signs nobody in here', async () => {
  const { page, close } = await openLogin(browser, system);
  let address;
  await page.route(`${provider.issuer}/sso?**`, (route) => {
    address = route.request().url();
    return route.fulfill({ contentType: 'text/html', body: '<!doctype html><h1>Corp</h1>' });
  });
  await button(page, 'Continue with Branch').click();
  await heading(page, 'Corp');
  const { page: form } = await provider.answer(address, { name: 'victim' });
  await close();
  const other = await browser.newContext();
  const lured = await other.newPage();
  await lured.route(`${provider.issuer}/lure`, (route) => route.fulfill({ contentType: 'text/html', body: form }));
  await lured.goto(`${provider.issuer}/lure`);
  await heading(lured, TITLES.startAgain);
  assert.ok(!(await other.cookies()).some(({ name }) => name.includes('sso')), 'no session');
  await other.close();
});

test('a SAML provider is linked on the account page after a proof there, signs in the same person, and is unlinked', async () => {
  const person = await confirmedPerson(system.backend, PASSWORD);
  const { page, flow, close } = await openLogin(browser, system);
  // Whoever sits here is known at the provider already: for a link that is not enough.
  await button(page, 'Continue with Branch').click();
  await atProvider(page, 'somebody');
  await backInApp(page, system, flow);
  await page.context().clearCookies({ domain: 'localhost', name: /sso/ });
  await page.goto(`${system.backend.url}/account?client_id=${system.backend.clientId}`);
  await heading(page, TITLES.signIn);
  await signIn(page, person.email);
  await heading(page, 'Your account');
  await button(page, 'Link Sealed').waitFor();
  await button(page, 'Link Portal').click();
  await atProvider(page, 'linked');
  await page.getByRole('status').filter({ hasText: 'Portal is linked.' }).waitFor();

  const other = await openLogin(browser, system);
  await button(other.page, 'Continue with Portal').click();
  await atProvider(other.page, 'linked');
  assert.notEqual((await whoIsBack(other.page, other.flow))['cognito:username'], 'Portal_linked', 'no user of their own');
  await other.close();

  await button(page, 'Unlink Portal').click();
  await button(page, 'Unlink').click();
  await page.getByRole('status').filter({ hasText: 'It is unlinked.' }).waitFor();
  await close();
});

/** What the provider encrypts with, as the pool's metadata tells it. */
async function encryption() {
  const metadata = await (await fetch(`${system.backend.url}/${POOL}/saml2/metadata`)).text();
  const bare = metadata.match(/use="encryption"[\s\S]*?X509Certificate>([^<]+)</)[1].replace(/\s/g, '');
  const encryptionCert = `-----BEGIN CERTIFICATE-----\n${bare.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
  return { encryptionCert, encryptionPublicKey: createPublicKey(encryptionCert).export({ type: 'spki', format: 'pem' }) };
}
