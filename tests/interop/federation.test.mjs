// People of another provider sign in on the login domain: the provider is oidc-provider, certified and not ours; its pages are walked through
// as bytes, then in Chromium.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AdminConfirmSignUpCommand, AdminCreateUserCommand, AdminDisableUserCommand, AdminGetUserCommand, AdminLinkProviderForUserCommand, CreateIdentityProviderCommand,
  CreateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt } from 'jose';
import { launchChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.mjs';
import { APP, LoginDomain } from '../support/login-domain.mjs';
import { AtProvider, atOpenidProvider, startOpenidProvider } from '../support/openid-provider.mjs';
import { adminClient } from '../support/target.mjs';
import { startBackend } from '../support/backend.mjs';
import { Api } from '../support/user-pools-api.mjs';

const POOL = 'local_demo';
let provider;
let backend;
let admin;

before(async () => {
  const port = await freePort();
  provider = await startOpenidProvider({ redirectUri: `http://localhost:${port}/oauth2/idpresponse` });
  const started = await startBackend({ port });
  admin = adminClient(started.url);
  await admin.send(new CreateIdentityProviderCommand({
    UserPoolId: POOL, ProviderName: 'Works', ProviderType: 'OIDC',
    ProviderDetails: {
      client_id: provider.clientId, client_secret: provider.clientSecret, oidc_issuer: provider.issuer,
      authorize_scopes: 'openid email profile', attributes_request_method: 'GET',
    },
    AttributeMapping: { email: 'email', email_verified: 'email_verified', given_name: 'given_name' },
    IdpIdentifiers: ['works.example'],
  }));
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: POOL, ClientName: 'federated', SupportedIdentityProviders: ['COGNITO', 'Works'],
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], CallbackURLs: [APP],
    AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
  }));
  backend = { ...started, clientId: client.ClientId };
});

after(async () => {
  admin?.destroy();
  await backend?.stop();
  await provider?.stop();
});

/** Begins at the app; answers our browser, and where the provider is. */
async function begin(change = { identity_provider: 'Works' }) {
  const login = new LoginDomain(backend);
  const begun = await login.authorize(change);
  assert.equal(begun.location.origin, provider.issuer, begun.answer.text);
  return { login, ...begun };
}

async function signIn(name, change) {
  const begun = await begin(change);
  const back = await new AtProvider(provider).signIn(begun.location, name);
  const answer = await begun.login.visit(`${back.pathname}${back.search}`);
  const location = new URL(answer.headers.location, backend.url);
  assert.equal(location.searchParams.get('state'), begun.parameters.state, location.href);
  assert.ok(location.searchParams.get('code'), location.href);
  const redeemed = await begun.login.redeem({ ...begun, code: location.searchParams.get('code'), location });
  assert.equal(redeemed.status, 200, redeemed.text);
  return { ...begun, back, tokens: redeemed.body, id: decodeJwt(redeemed.body.id_token) };
}

test('somebody of the provider signs in, and is the same user the next time', async () => {
  const { id, location, tokens } = await signIn('ada');
  assert.equal(location.searchParams.get('code_challenge_method'), 'S256');
  assert.ok(location.searchParams.get('nonce') && location.searchParams.get('state'));
  assert.equal(id['cognito:username'], 'Works_ada');
  assert.deepEqual([id.email, id.email_verified, id.given_name, id.family_name], ['ada@provider.example', true, 'ada', undefined]);
  assert.deepEqual([id.identities[0].providerName, id.identities[0].userId, id.identities[0].providerType], ['Works', 'ada', 'OIDC']);
  assert.ok(id['cognito:groups'].includes(`${POOL}_Works`));
  assert.equal(decodeJwt(tokens.access_token).username, 'Works_ada');
  const again = await signIn('ada', { idp_identifier: 'works.example' });
  assert.equal(again.id.sub, id.sub);
  assert.notEqual((await signIn('grace')).id.sub, id.sub);
  const { UserStatus } = await admin.send(new AdminGetUserCommand({ UserPoolId: POOL, Username: 'Works_ada' }));
  assert.equal(UserStatus, 'EXTERNAL_PROVIDER');
});

test('an answer of the provider counts once, in the browser that asked, with the state that it got', async () => {
  const { login, back } = await signIn('once');
  const path = `${back.pathname}${back.search}`;
  const endsInAnError = async (browser, address) => {
    const answer = await browser.visit(address);
    const location = new URL(answer.headers.location, backend.url);
    assert.equal(location.searchParams.get('code'), null);
    assert.equal(location.pathname, '/error', location.href);
  };
  await endsInAnError(login, path);

  const begun = await begin();
  const other = await new AtProvider(provider).signIn(begun.location, 'stolen');
  await endsInAnError(new LoginDomain(backend), `${other.pathname}${other.search}`);
  const forged = new URL(other);
  forged.searchParams.set('state', `${forged.searchParams.get('state').slice(0, -2)}AA`);
  await endsInAnError(begun.login, `${forged.pathname}${forged.search}`);
});

test('who does not let the pool have it is back in the app, which is told so', async () => {
  const begun = await begin();
  const back = await new AtProvider(provider).signIn(begun.location, 'reluctant', { consents: false });
  assert.equal(back.searchParams.get('error'), 'access_denied');
  const answer = await begun.login.visit(`${back.pathname}${back.search}`);
  const { searchParams, origin } = new URL(answer.headers.location);
  assert.equal(`${origin}/`, APP);
  assert.deepEqual(['error', 'state', 'iss', 'code'].map((name) => searchParams.get(name)), ['access_denied', begun.parameters.state, `${backend.url}/${POOL}`, null]);
});

test('a local user with the same address stays who they are, until an administrator links them', async () => {
  const api = new Api(backend);
  const { password: Password } = api.newPerson();
  const Username = 'linus@provider.example';
  const { UserSub } = await api.ok('SignUp', { ClientId: backend.clientId, Username, Password });
  const stranger = await signIn('linus');
  assert.notEqual(stranger.id.sub, UserSub, 'another user');

  const address = 'margaret@provider.example';
  const other = await api.ok('SignUp', { ClientId: backend.clientId, Username: address, Password });
  await admin.send(new AdminLinkProviderForUserCommand({
    UserPoolId: POOL,
    DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: other.UserSub },
    SourceUser: { ProviderName: 'Works', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: 'margaret' },
  }));
  await assert.rejects(signIn('margaret'), /error=invalid_request/, 'whoever has not confirmed the address may be anybody');
  await admin.send(new AdminConfirmSignUpCommand({ UserPoolId: POOL, Username: address }));
  const linked = await signIn('margaret');
  assert.equal(linked.id.sub, other.UserSub);
});

test('a link by e-mail address leads who has it verified at the provider, and nobody else', async () => {
  for (const [name, leads] of [['proved', true], ['unproved', false]]) {
    const Username = `local-${name}@example.com`;
    const { User } = await admin.send(new AdminCreateUserCommand({
      UserPoolId: POOL, Username, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: Username }, { Name: 'email_verified', Value: 'true' }],
    }));
    await admin.send(new AdminLinkProviderForUserCommand({
      UserPoolId: POOL,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: User.Username },
      SourceUser: { ProviderName: 'Works', ProviderAttributeName: 'email', ProviderAttributeValue: `${name}@provider.example` },
    }));
    const { id } = await signIn(name);
    assert.equal(id['cognito:username'] === User.Username, leads, name);
  }
});

test('somebody who was disabled does not come in through the provider, either', async () => {
  await signIn('mallory');
  await admin.send(new AdminDisableUserCommand({ UserPoolId: POOL, Username: 'Works_mallory' }));
  const begun = await begin();
  const back = await new AtProvider(provider).signIn(begun.location, 'mallory');
  const answer = await begun.login.visit(`${back.pathname}${back.search}`);
  assert.equal(new URL(answer.headers.location, backend.url).searchParams.get('code'), null);
});

test('in Chromium: from the app over the pages of the provider back to the app', async () => {
  const browser = await launchChromium();
  try {
    const page = await (await browser.newContext()).newPage();
    await page.route(`${APP}**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>The app</title>' }));
    const { location: _, ...login } = await begin();
    const query = new URLSearchParams(login.parameters).toString();
    await page.goto(`${backend.url}/oauth2/authorize?${query}`);
    await atOpenidProvider(page, 'chromium');
    await page.waitForURL(`${APP}?**`);
    const { searchParams } = new URL(page.url());
    const redeemed = await login.login.redeem({ ...login, code: searchParams.get('code') });
    assert.equal(decodeJwt(redeemed.body.id_token)['cognito:username'], 'Works_chromium');
  } finally {
    await browser.close();
  }
});
