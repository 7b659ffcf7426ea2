// People of a SAML provider sign in on the login domain: the provider is samlp, which is not ours; as bytes, then in Chromium.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  CreateIdentityProviderCommand, CreateUserPoolClientCommand, DescribeIdentityProviderCommand, GetSigningCertificateCommand, UpdateIdentityProviderCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt } from 'jose';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.mjs';
import { APP, LoginDomain } from '../support/login-domain.mjs';
import { newSigner, startSamlProvider } from '../support/saml-provider.mjs';
import { adminClient } from '../support/target.mjs';

const POOL = 'local_demo';
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
let provider;
let backend;
let admin;
/** An app's page: where a redirect ends that Chromium follows by itself. */
let app;

before(async () => {
  app = await startApp();
  const port = await freePort();
  provider = await startSamlProvider({ answersTo: `http://localhost:${port}/saml2/idpresponse` });
  const started = await startBackend({ port });
  admin = adminClient(started.url);
  await make('Corp', { MetadataURL: provider.metadataUrl });
  await make('Signed', { MetadataFile: provider.metadata, RequestSigningAlgorithm: 'rsa-sha256' });
  await make('Sealed', { MetadataFile: provider.metadata, EncryptedResponses: 'true' });
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: POOL, ClientName: 'saml', SupportedIdentityProviders: ['Corp', 'Signed', 'Sealed'],
    AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], CallbackURLs: [APP, app.url], AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
  }));
  backend = { ...started, clientId: client.ClientId };
});

after(async () => {
  admin?.destroy();
  await backend?.stop();
  await provider?.stop();
  app?.server.close();
});

function make(ProviderName, ProviderDetails) {
  return admin.send(new CreateIdentityProviderCommand({
    UserPoolId: POOL, ProviderName, ProviderType: 'SAML', ProviderDetails,
    AttributeMapping: { email: `${CLAIMS}/emailaddress`, given_name: `${CLAIMS}/givenname` }, IdpIdentifiers: [`${ProviderName.toLowerCase()}.example`],
  }));
}

async function startApp() {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>The app</title>'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { server, url: `http://localhost:${server.address().port}/` };
}

async function begin(change = { identity_provider: 'Corp' }) {
  const login = new LoginDomain(backend);
  const begun = await login.authorize(change);
  assert.equal(begun.location?.origin, provider.issuer, begun.answer.text);
  return { login, ...begun };
}

/** The browser posts what the provider gave it; it brings no cookie to this. Answers where it is led in the end. */
async function bring(browser, fields) {
  const posted = await new LoginDomain(backend).visit('/saml2/idpresponse', {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: provider.issuer, 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams(fields).toString(),
  });
  const kept = new URL(posted.headers.location ?? '/error', backend.url);
  if (kept.pathname === '/error') return kept;
  const answer = await browser.visit(`${kept.pathname}${kept.search}`);
  return new URL(answer.headers.location, backend.url);
}

async function signIn(name, { change, ...said } = {}) {
  const begun = await begin(change);
  const { fields } = await provider.answer(begun.location, { name, ...said });
  const location = await bring(begun.login, fields);
  assert.equal(location.searchParams.get('state'), begun.parameters.state, location.href);
  assert.ok(location.searchParams.get('code'), location.href);
  const redeemed = await begun.login.redeem({ ...begun, code: location.searchParams.get('code'), location });
  assert.equal(redeemed.status, 200, redeemed.text);
  return { ...begun, fields, id: decodeJwt(redeemed.body.id_token) };
}

/** Who brings this is not signed in: the app or our page is told. Answers what. */
async function refused(said, change) {
  const begun = await begin(change);
  const { fields } = await provider.answer(begun.location, said);
  const { searchParams } = await bring(begun.login, fields);
  assert.equal(searchParams.get('code'), null);
  assert.equal(searchParams.get('state'), begun.parameters.state);
  return `${searchParams.get('error')}: ${searchParams.get('error_description')}`;
}

test('somebody of the provider signs in, and is the same user the next time, by name and by identifier', async () => {
  const { id } = await signIn('ada');
  assert.equal(id['cognito:username'], 'Corp_ada');
  assert.deepEqual([id.email, id.given_name], ['ada@corp.example', 'ada']);
  assert.deepEqual([id.identities[0].providerName, id.identities[0].userId, id.identities[0].providerType, id.identities[0].issuer], ['Corp', 'ada', 'SAML', provider.issuer]);
  assert.equal((await signIn('ada', { change: { idp_identifier: 'corp.example' } })).id.sub, id.sub);
  assert.notEqual((await signIn('grace')).id.sub, id.sub);
});

test('a response that is signed as a whole is as good as one with a signed assertion', async () => {
  assert.equal((await signIn('whole', { signResponse: true, signAssertion: false })).id['cognito:username'], 'Corp_whole');
  assert.equal((await signIn('both', { signResponse: true })).id['cognito:username'], 'Corp_both');
});

test('the provider verifies the request with the certificate that the API tells', async () => {
  const { Certificate } = await admin.send(new GetSigningCertificateCommand({ UserPoolId: POOL }));
  const signingCert = `-----BEGIN CERTIFICATE-----\n${Certificate.replaceAll(/\s/g, '').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
  const { id, location } = await signIn('signed', { change: { identity_provider: 'Signed' }, signingCert });
  assert.equal(id['cognito:username'], 'Signed_signed');
  await assert.rejects(provider.answer(location, { signingCert: newSigner().cert }), 'by another certificate it is not');
  const unsigned = await begin();
  await assert.rejects(provider.answer(unsigned.location, { signingCert }), 'and one without a signature is not, either');
});

test('an encrypted assertion is read with the key whose certificate the API tells; where one is asked for, no other counts', async () => {
  const { IdentityProvider } = await admin.send(new DescribeIdentityProviderCommand({ UserPoolId: POOL, ProviderName: 'Sealed' }));
  const bare = IdentityProvider.ProviderDetails.ActiveEncryptionCertificate;
  const encryptionCert = `-----BEGIN CERTIFICATE-----\n${bare.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
  const encryptionPublicKey = createPublicKey(encryptionCert).export({ type: 'spki', format: 'pem' });
  const change = { identity_provider: 'Sealed' };
  const { id, fields } = await signIn('sealed', { change, encryptionCert, encryptionPublicKey });
  assert.equal(id['cognito:username'], 'Sealed_sealed');
  assert.ok(!Buffer.from(fields.SAMLResponse, 'base64').includes('sealed@corp.example'));
  assert.match(await refused({ name: 'open' }, change), /^invalid_request: .*not encrypted/);
});

test('what is signed with SHA-1, by another key, for others, too late or not at all signs nobody in', async () => {
  for (const [what, said] of Object.entries({
    'SHA-1': { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' },
    'SHA-1 in the digest': { digestAlgorithm: 'sha1' },
    'SHA-1 around the response': { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1', signResponse: true, signAssertion: false },
    'another key': newSigner(),
    'no signature': { signAssertion: false },
    'another audience': { audience: 'urn:amazon:cognito:sp:local_other' },
    'another recipient': { recipient: 'https://elsewhere.example/saml2/idpresponse' },
    'another destination': { destination: 'https://elsewhere.example/saml2/idpresponse', signResponse: true },
    'another issuer': { issuer: 'https://elsewhere.example' },
    'another request': { inResponseTo: '_another' },
    'too late': { lifetimeInSeconds: -600 },
  })) assert.match(await refused({ name: 'mallory', ...said }), /^invalid_request: Corp: /, what);
});

test('who is refused by the provider is back in the app, which is told so', async () => {
  assert.match(await refused({ refuses: true }), /^access_denied: /);
});

test('a response counts once, in the browser that asked, with what it was given', async () => {
  const { login, fields } = await signIn('once');
  assert.equal((await bring(login, fields)).pathname, '/error');
  const begun = await begin();
  const again = await bring(begun.login, { ...fields, RelayState: new URL(begun.location).searchParams.get('RelayState') });
  assert.equal(again.searchParams.get('code'), null, 'the same assertion for another request');

  const stolen = await begin();
  const theirs = await provider.answer(stolen.location);
  const inAnother = await bring(new LoginDomain(backend), theirs.fields);
  assert.equal(inAnother.pathname, '/error');
  assert.equal(inAnother.searchParams.get('code'), null);
  const forged = { ...theirs.fields, RelayState: `${theirs.fields.RelayState.slice(0, -2)}AA` };
  assert.equal((await bring(stolen.login, forged)).pathname, '/error');
});

test('a response that nobody asked for signs nobody in', async () => {
  const { location } = await begin();
  const { fields } = await provider.answer(location);
  const RelayState = new URLSearchParams({ identity_provider: 'Corp', client_id: backend.clientId, redirect_uri: APP, response_type: 'code', scope: 'openid' }).toString();
  for (const relayState of ['', RelayState]) {
    const answer = await bring(new LoginDomain(backend), { ...fields, RelayState: relayState });
    assert.equal(answer.searchParams.get('code'), null);
    assert.ok(answer.searchParams.get('error') ?? answer.pathname === '/error', answer.href);
  }
});

test('where the provider may begin, it does: the app that RelayState names gets a code, once, and not for an answer to a request', async () => {
  await make('Begins', { MetadataFile: provider.metadata, IDPInit: 'true' });
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: POOL, ClientName: 'begun there', GenerateSecret: true, SupportedIdentityProviders: ['Begins', 'Corp'],
    AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], CallbackURLs: [APP], AllowedOAuthScopes: ['openid', 'email'],
  }));
  const asked = { client_id: client.ClientId, redirect_uri: APP, response_type: 'code', scope: 'openid email' };
  const begun = async (identity_provider, said) => {
    const { fields } = await provider.answer(`${provider.issuer}/sso`, { name: 'first', audience: `urn:amazon:cognito:sp:${POOL}`, ...said });
    return { ...fields, RelayState: new URLSearchParams({ identity_provider, ...asked }).toString() };
  };
  const post = async (fields) => {
    const answer = await new LoginDomain(backend).visit('/saml2/idpresponse', {
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: provider.issuer, 'sec-fetch-site': 'cross-site' }, body: new URLSearchParams(fields).toString(),
    });
    return new URL(answer.headers.location, backend.url).searchParams;
  };
  const fields = await begun('Begins');
  const code = (await post(fields)).get('code');
  const redeemed = await new LoginDomain(backend).token({ grant_type: 'authorization_code', client_id: client.ClientId, client_secret: client.ClientSecret, code, redirect_uri: APP });
  assert.equal(redeemed.status, 200, redeemed.text);
  assert.equal(decodeJwt(redeemed.body.id_token)['cognito:username'], 'Begins_first');
  for (const [what, refused] of Object.entries({
    'again': fields,
    'an answer to a request': await begun('Begins', { inResponseTo: '_request' }),
    'signed by another key': await begun('Begins', newSigner()),
    'a provider that may not': await begun('Corp'),
  })) {
    const answer = await post(refused);
    assert.deepEqual([answer.get('code'), typeof answer.get('error')], [null, 'string'], what);
  }
});

test('a provider that the configuration file has signs people in, by its document and by its address', async () => {
  const port = await freePort();
  const idp = await startSamlProvider({ answersTo: `http://localhost:${port}/saml2/idpresponse` });
  const folder = await mkdtemp(join(tmpdir(), 'cognate-saml-'));
  const config = join(folder, 'cognate.toml');
  const given = (name, detail) => `
[[pools.identity_providers]]
ProviderName = "${name}"
ProviderType = "SAML"
[pools.identity_providers.ProviderDetails]
${detail}
[pools.identity_providers.AttributeMapping]
email = "${CLAIMS}/emailaddress"
`;
  await writeFile(config, `[[pools]]
id = "local_filed"
${given('Document', `MetadataFile = '''${idp.metadata}'''`)}${given('Address', `MetadataURL = "${idp.metadataUrl}"`)}
[[pools.clients]]
id = "filedweb"
[pools.clients.settings]
SupportedIdentityProviders = ["Document", "Address"]
AllowedOAuthFlowsUserPoolClient = true
AllowedOAuthFlows = ["code"]
AllowedOAuthScopes = ["openid", "email"]
CallbackURLs = ["${APP}"]
`);
  const filed = { ...(await startBackend({ port, args: ['--config', config] })), clientId: 'filedweb' };
  try {
    for (const name of ['Document', 'Address']) {
      const login = new LoginDomain(filed);
      const begun = await login.authorize({ identity_provider: name, scope: 'openid email' });
      const { fields } = await idp.answer(begun.location, { name: 'eve' });
      const posted = await new LoginDomain(filed).visit('/saml2/idpresponse', {
        method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: idp.issuer, 'sec-fetch-site': 'cross-site' }, body: new URLSearchParams(fields).toString(),
      });
      const back = await login.visit(new URL(posted.headers.location).pathname + new URL(posted.headers.location).search);
      const code = new URL(back.headers.location).searchParams.get('code');
      const redeemed = await login.redeem({ ...begun, code });
      assert.equal(redeemed.status, 200, redeemed.text);
      const id = decodeJwt(redeemed.body.id_token);
      assert.deepEqual([id['cognito:username'], id.email], [`${name}_eve`, 'eve@corp.example']);
    }
  } finally {
    await filed.stop();
    await idp.stop();
    await rm(folder, { recursive: true });
  }
});

test('new metadata counts from when an administrator gives it', async () => {
  const other = await startSamlProvider({ answersTo: `${backend.url}/saml2/idpresponse` });
  try {
    const update = (ProviderDetails) => admin.send(new UpdateIdentityProviderCommand({ UserPoolId: POOL, ProviderName: 'Signed', ProviderDetails }));
    const { IdentityProvider } = await update({ MetadataURL: other.metadataUrl }).then(() => admin.send(new DescribeIdentityProviderCommand({ UserPoolId: POOL, ProviderName: 'Signed' })));
    assert.equal(IdentityProvider.ProviderDetails.SSORedirectBindingURI, `${other.issuer}/sso`);
    const { location } = await new LoginDomain(backend).authorize({ identity_provider: 'Signed' });
    assert.equal(location.origin, other.issuer);
    await other.stop();
    await assert.rejects(update({ MetadataURL: `${other.issuer}/gone` }), { name: 'InvalidParameterException' });
  } finally {
    await other.stop().catch(() => {});
  }
});

test('in Chromium: from the app over the page of the provider back to the app', async () => {
  const browser = await launchChromium();
  try {
    const page = await (await browser.newContext()).newPage();
    const { location: _, ...login } = await begin({ identity_provider: 'Corp', redirect_uri: app.url });
    await page.goto(`${backend.url}/oauth2/authorize?${new URLSearchParams(login.parameters)}`);
    await page.getByLabel('Name').fill('chromium');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${app.url}?**`);
    const { searchParams } = new URL(page.url());
    const redeemed = await login.login.redeem({ ...login, code: searchParams.get('code') });
    assert.equal(decodeJwt(redeemed.body.id_token)['cognito:username'], 'Corp_chromium');
  } finally {
    await browser.close();
  }
});
