// The code flow of the npm package, in Chromium, through the login page of a service that nobody here wrote. Its issuer is another than its
// address, it sends no `iss` with the code, and it has no revocation endpoint of OAuth.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminCreateUserCommand, AdminSetUserPasswordCommand, CreateUserPoolClientCommand, GetTokensFromRefreshTokenCommand, NotAuthorizedException } from '@aws-sdk/client-cognito-identity-provider';
import { startMinistack } from '../support/ministack.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { newPerson } from '../support/target.mjs';

let peer;
let recorder;
let pages;
let config;

before(async () => {
  peer = await startMinistack();
  recorder = await startRecorder(peer.endpoint);
  pages = await startPackagePages();
  const { UserPoolClient: client } = await peer.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: peer.poolId, ClientName: 'web', GenerateSecret: false, SupportedIdentityProviders: ['COGNITO'],
    AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
    CallbackURLs: [pages.url], LogoutURLs: [pages.url], ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  config = {
    userPoolId: peer.poolId, clientId: client.ClientId, endpoint: recorder.url,
    oauth: { domain: recorder.url, redirectUri: pages.url, signOutUri: pages.url },
  };
});
after(async () => {
  await pages?.stop();
  await recorder?.close();
  await peer?.stop();
});

test('a person signs in on the service\'s own page and comes back signed in, once', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson();
  await toLoginPage(page, { appState: '/where/I/was' });
  const asked = new URL(page.url());
  assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
  assert.equal(asked.searchParams.get('response_type'), 'code');
  assert.ok(asked.searchParams.get('nonce'));
  const from = recorder.exchanges.length;
  await signInThere(page, person);

  const { result, error } = await withAuth(page, config, (auth) => ({ state: auth.state, came: auth.redirectResult, href: location.href }));
  assert.equal(error, undefined);
  assert.equal(result.came.error, undefined);
  assert.equal(result.came.appState, '/where/I/was');
  assert.equal(result.came.user.email, person.email);
  assert.equal(result.state.status, 'signedIn');
  assert.equal(result.state.user.email, person.email);
  assert.equal(result.href, pages.url, 'the code is gone from the address');
  const exchanged = recorder.exchanges.slice(from).filter(({ path, method }) => path === '/oauth2/token' && method === 'POST');
  assert.equal(exchanged.length, 1);
  assert.match(exchanged[0].request, /code_verifier=[\w-]{43,128}/);

  await pages.reload(page);
  assert.equal((await withAuth(page, config, (auth) => auth.state)).result.user.email, person.email, 'a reload stays signed in');
  assert.equal(recorder.exchanges.filter(({ request }) => request.includes('grant_type=authorization_code')).length, 1, 'the code was redeemed once');
});

test('the session of the code flow refreshes, calls the account operations, and is revoked by signing out', async () => {
  const page = await pages.newPage();
  const person = await confirmedPerson();
  await toLoginPage(page);
  await signInThere(page, person);
  const profile = await withAuth(page, config, async (auth) => {
    await auth.refresh();
    return auth.getUser();
  });
  assert.equal(profile.error, undefined);
  assert.equal(profile.result.attributes.email, person.email);

  const { refresh_token: RefreshToken } = lastTokens();
  const refresh = () => peer.admin.send(new GetTokensFromRefreshTokenCommand({ ClientId: config.clientId, RefreshToken }));
  assert.ok((await refresh()).AuthenticationResult, 'the token works before');
  await Promise.all([page.waitForEvent('framenavigated'), page.evaluate(() => { globalThis.auth.signOut(); }).catch(() => {})]);
  await page.waitForFunction(() => 'createAuth' in globalThis);
  await assert.rejects(refresh(), NotAuthorizedException);
  assert.ok(recorder.exchanges.some(({ path }) => path.startsWith('/logout?')), 'the service\'s own session was ended, too');
  assert.equal((await withAuth(page, config, (auth) => auth.state)).result.status, 'signedOut');
});

test('a code that was not asked for here signs nobody in', async () => {
  for (const [state, code] of [['unknown', undefined], [`${config.clientId}.unknown`, 'redirect_unknown']]) {
    const page = await pages.newPage();
    await page.goto(`${pages.url}?code=stolen&state=${state}`);
    await page.waitForFunction(() => 'createAuth' in globalThis);
    const { result, error } = await withAuth(page, config, (auth) => ({ status: auth.state.status, code: auth.redirectResult?.error?.code }));
    assert.equal(error, undefined, 'the app starts all the same');
    assert.deepEqual(result, { status: 'signedOut', code });
  }
  assert.ok(!recorder.exchanges.some(({ request }) => request.includes('code=stolen')), 'it was not even sent');
});

async function toLoginPage(page, input) {
  await withAuth(page, config, () => undefined);
  await leave(page, () => page.evaluate((options) => { globalThis.auth.signIn.redirect(options); }, input), (url) => url.pathname === '/oauth2/authorize');
}

async function signInThere(page, { email, password }) {
  await page.getByLabel('Username').fill(email);
  await page.getByLabel('Password').fill(password);
  await leave(page, () => page.getByRole('button', { name: 'Sign in' }).click(), (url) => url.origin === new URL(pages.url).origin);
  await page.waitForFunction(() => 'createAuth' in globalThis);
}

// What is evaluated in a page that leaves has no answer.
async function leave(page, begin, there) {
  await Promise.all([page.waitForURL(there), begin().catch(() => {})]);
}

function lastTokens() {
  return recorder.exchanges.filter(({ path, response }) => path === '/oauth2/token' && response.includes('refresh_token')).map(({ response }) => JSON.parse(response)).at(-1);
}

async function confirmedPerson() {
  const { email, password } = newPerson();
  const names = { UserPoolId: peer.poolId, Username: email };
  await peer.admin.send(new AdminCreateUserCommand({ ...names, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: email }, { Name: 'email_verified', Value: 'true' }] }));
  await peer.admin.send(new AdminSetUserPasswordCommand({ ...names, Password: password, Permanent: true }));
  return { email, password };
}
