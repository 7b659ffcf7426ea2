// Signing in with other identity providers on the hosted pages, in Chromium: by button and by e-mail domain, and what the pages say when it
// comes to nothing. The providers are oidc-provider (certified, not ours) and a small server that speaks Facebook's and Amazon's protocols.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateIdentityProviderCommand, CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { startHostedWithProviders } from '../support/hosted-providers.mjs';
import { AtProvider, atOpenidProvider } from '../support/openid-provider.mjs';
import { authorization, backInApp, heading, openLogin, password, problem, redeem, TITLES, username } from '../support/hosted-page.mjs';
import { assertClean, tabTo } from './axe.mjs';

let system;
let browser;

before(async () => {
  system = await startHostedWithProviders();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const button = (page, name) => page.getByRole('button', { name, exact: true });
const open = (client, options) => openLogin(browser, system.of(client), options);

/** Who the app learns that it is. */
async function whoIsBack(page, client, flow) {
  const code = await backInApp(page, system.of(client), flow);
  const { status, body } = await redeem(system.of(client), code, flow);
  assert.equal(status, 200, JSON.stringify(body));
  return claims(body.id_token);
}

const WAYS = [
  ['Works', (page) => atOpenidProvider(page, 'ada'), 'Works_ada'],
  ['Google', (page) => atOpenidProvider(page, 'grace'), 'Google_grace'],
  ['Apple', (page) => atOpenidProvider(page, 'ann'), 'SignInWithApple_ann'],
  ['Facebook', (page) => page.getByRole('link', { name: 'Go on' }).click(), 'Facebook_1007'],
  ['Amazon', (page) => page.getByRole('link', { name: 'Go on' }).click(), 'LoginWithAmazon_amzn1.account.K2'],
];

for (const [name, there, who] of WAYS) {
  test(`a button leads to ${name}, and its person back to the app`, async () => {
    const { page, flow, complaints, close } = await open('everything');
    await button(page, `Continue with ${name}`).click();
    await there(page);
    const id = await whoIsBack(page, 'everything', flow);
    assert.equal(id['cognito:username'], who);
    assert.deepEqual(complaints(), []);
    await close();
  });
}

test('the buttons are in the order of the app, on both pages, and who is found by a domain is not among them', async () => {
  const { page, close } = await open('everything');
  const names = ['Google', 'Apple', 'Facebook', 'Amazon', 'Works', 'Gone'].map((name) => `Continue with ${name}`);
  const expected = [...names, 'Continue with your organisation'];
  const listed = async () => {
    await button(page, expected[0]).waitFor();
    return page.locator('.providers button > :last-child').allInnerTexts();
  };
  assert.deepEqual(await listed(), expected);
  await page.getByRole('link', { name: 'Create one' }).click();
  await heading(page, TITLES.signUp);
  assert.deepEqual(await listed(), expected);
  await close();
});

test('an address leads to its organisation, by the button and by a form without a password', async () => {
  for (const go of [(page) => button(page, 'Continue with your organisation').click(), (page) => page.keyboard.press('Enter')]) {
    const { page, flow, complaints, close } = await open('everything', { change: { prompt: 'login' } });
    await button(page, 'Continue with your organisation').waitFor();
    await page.getByLabel('E-mail address').fill('somebody@Corp.example');
    await go(page);
    await page.waitForURL(`${system.providers.corp.issuer}/**`);
    await atOpenidProvider(page, 'linus');
    assert.equal((await whoIsBack(page, 'everything', flow))['cognito:username'], 'Corp_linus');
    assert.deepEqual(complaints(), []);
    await close();
  }
});

test('an unknown domain is like a person who is not known: nothing is told of who there is', async () => {
  const { page, close } = await open('everything');
  await button(page, 'Continue with your organisation').waitFor();
  await username(page).fill('somebody@else.example');
  await page.keyboard.press('Enter');
  assert.match(await problem(page), /Enter your password/);
  await button(page, 'Continue with your organisation').click();
  await page.getByText('We know no organisation for this address.').first().waitFor();
  await username(page).fill('');
  await button(page, 'Continue with your organisation').click();
  assert.match(await problem(page), /Enter your e-mail address/);
  await close();
});

test('an app with other providers only shows no password, and never did', async () => {
  const { page, flow, close } = await open('buttons');
  const first = await (await fetch(page.url())).text();
  assert.ok(!first.includes('type="password"'), 'not in the HTML, either');
  await button(page, 'Continue with Works').waitFor();
  assert.equal(await password(page).count() + await page.locator('form').count(), 0);
  await button(page, 'Continue with Works').click();
  await atOpenidProvider(page, 'ada');
  assert.equal((await whoIsBack(page, 'buttons', flow))['cognito:username'], 'Works_ada');
  await close();

  const other = await open('address');
  await other.page.getByLabel('E-mail address').fill('linus@corp.example');
  await button(other.page, 'Continue').click();
  await other.page.waitForURL(`${system.providers.corp.issuer}/**`);
  await other.close();
});

test('who does not let the app have it is told so, has the focus there, and goes on another way', async () => {
  const { page, flow, complaints, close } = await open('everything');
  await button(page, 'Continue with Works').click();
  await atOpenidProvider(page, 'reluctant', { consents: false });
  await heading(page, TITLES.signIn);
  assert.match(await problem(page), /did not let this app know who you are/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'summary');
  assert.ok(!page.url().includes('problem='), 'a reload does not say it again');
  await page.reload();
  await button(page, 'Continue with Google').waitFor();
  assert.equal(await page.getByRole('alert').filter({ hasText: /\w/ }).count(), 0);
  await button(page, 'Continue with Google').click();
  await atOpenidProvider(page, 'grace');
  assert.equal((await whoIsBack(page, 'everything', flow))['cognito:username'], 'Google_grace');
  assert.deepEqual(complaints(), []);
  await close();
});

test('a provider that is not there is said to be so, and the history has no more entries than pages', async () => {
  const { page, complaints, close } = await open('everything');
  const before = await page.evaluate(() => history.length);
  await button(page, 'Continue with Gone').click();
  assert.match(await problem(page), /does not answer/);
  assert.equal(await page.evaluate(() => history.length), before);
  assert.deepEqual(complaints(), []);
  await close();
});

test('an answer of another provider, and one that is used again, sign nobody in', async () => {
  const { page, flow, close } = await open('everything');
  const { works, google } = system.providers;
  // The way there is walked through as bytes, so that the answer is in our hands.
  await page.route(`${works.issuer}/auth?**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Works</title>' }));
  const answerOfWorks = async () => {
    await button(page, 'Continue with Works').click();
    await page.waitForURL(`${works.issuer}/auth?**`);
    return new AtProvider(works).signIn(page.url(), 'mixed');
  };
  // Mixed up (RFC 9207): the answer names another issuer than the one that was asked.
  const mixed = await answerOfWorks();
  mixed.searchParams.set('iss', google.issuer);
  await page.goto(mixed.href);
  assert.match(await problem(page), /could not be trusted/);

  const answer = (await answerOfWorks()).href;
  await page.goto(answer);
  assert.equal((await whoIsBack(page, 'everything', flow))['cognito:username'], 'Works_mixed');
  await page.goto(answer);
  await heading(page, TITLES.startAgain);
  const stranger = await browser.newContext();
  const elsewhere = await stranger.newPage();
  await elsewhere.goto(answer);
  await heading(elsewhere, TITLES.startAgain);
  await stranger.close();
  await close();
});

/** A client whose only provider is oidc-provider as somebody describes it, without its discovery: with these details more. */
async function only(ProviderName, works, details) {
  const { issuer, clientId, clientSecret } = works;
  const at = (path) => `${issuer}${path}`;
  await system.admin.send(new CreateIdentityProviderCommand({
    UserPoolId: 'local_demo', ProviderName, ProviderType: 'OIDC', AttributeMapping: { email: 'email' },
    ProviderDetails: {
      client_id: clientId, client_secret: clientSecret, authorize_scopes: 'openid email', oidc_issuer: issuer, attributes_request_method: 'GET',
      authorize_url: at('/auth'), token_url: at('/token'), jwks_uri: at('/jwks'), attributes_url: at('/me'), ...details,
    },
  }));
  const { UserPoolClient } = await system.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: 'local_demo', ClientName: ProviderName, SupportedIdentityProviders: ['COGNITO', ProviderName], AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'], CallbackURLs: [system.appUrl], AllowedOAuthScopes: ['openid', 'email'],
  }));
  return { ...system, backend: { ...system.backend, clientId: UserPoolClient.ClientId } };
}

test('a token of another issuer than the pool knows signs nobody in, whether the answer names that issuer or none', async () => {
  const { works } = system.providers;
  const target = await only('Posing', works, { oidc_issuer: 'http://localhost:1' });
  const scope = 'openid email';
  const { page, close } = await openLogin(browser, target, { change: { scope } });
  await button(page, 'Continue with Posing').click();
  await atOpenidProvider(page, 'posing');
  await heading(page, TITLES.signIn);
  assert.match(await problem(page), /could not be trusted/);
  await page.route(`${works.issuer}/auth?**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Works</title>' }));
  await button(page, 'Continue with Posing').click();
  await page.waitForURL(`${works.issuer}/auth?**`);
  const answer = await new AtProvider(works).signIn(page.url(), 'posing');
  answer.searchParams.delete('iss');
  await page.goto(answer.href);
  await heading(page, TITLES.signIn);
  assert.match(await problem(page), /could not be trusted/);
  await close();
});

test('a token that has ended signs nobody in, and a later sign-in does', async () => {
  const { works } = system.providers;
  const scope = 'openid email';
  const target = await only('Late', works, {});
  const { page, flow, close } = await openLogin(browser, target, { change: { scope } });
  works.idTokensLast(-120);
  await button(page, 'Continue with Late').click();
  await atOpenidProvider(page, 'late');
  await heading(page, TITLES.signIn);
  assert.match(await problem(page), /could not be trusted/);
  works.idTokensLast(3600);
  await button(page, 'Continue with Late').click();
  const { status, body } = await redeem(target, await backInApp(page, target, flow), flow);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(claims(body.id_token)['cognito:username'], 'Late_late');
  await close();
});

test('back from the provider the page is there again, and another provider signs in', async () => {
  const { page, flow, complaints, close } = await open('everything');
  await username(page).fill('ada@example.com');
  await button(page, 'Continue with Works').click();
  await page.locator('input[name=login]').waitFor();
  await page.goBack();
  await heading(page, TITLES.signIn);
  await button(page, 'Continue with Facebook').click();
  await page.getByRole('link', { name: 'Go on' }).click();
  assert.equal((await whoIsBack(page, 'everything', flow))['cognito:username'], 'Facebook_1007');

  const next = authorization(system.of('everything'), { prompt: 'login' });
  await page.goto(next.url);
  await button(page, 'Continue with Amazon').click();
  await page.getByRole('link', { name: 'Go on' }).click();
  assert.equal((await whoIsBack(page, 'everything', next))['cognito:username'], 'LoginWithAmazon_amzn1.account.K2', 'two providers in turn');
  assert.deepEqual(complaints(), []);
  await close();
});

test('a slow way is said to be under way, and pressing twice asks once', async () => {
  const { page, close } = await open('everything');
  const asked = [];
  let letGo;
  await page.route('**/ContinueWithProvider', async (route) => {
    asked.push(route.request().postDataJSON());
    await new Promise((resolve) => { letGo = resolve; });
    await route.continue();
  });
  await button(page, 'Continue with Works').dblclick();
  await page.getByRole('status').filter({ hasText: 'Taking you to Works' }).waitFor();
  await page.getByText('This takes longer than usual').waitFor();
  assert.deepEqual(asked, [{ Provider: 'Works' }]);
  letGo();
  await page.waitForURL(`${system.providers.works.issuer}/**`);
  await close();
});

test('nothing that was there moves when the buttons come', async () => {
  const { page, close } = await open('everything', { viewport: { width: 1280, height: 1000 } });
  let letGo;
  await page.route('**/DescribeLogin', async (route) => {
    await new Promise((resolve) => { letGo = resolve; });
    await route.continue();
  });
  await page.reload();
  await page.locator('html[data-ready]').waitFor();
  const where = () => page.evaluate(() => ['username', 'password', 'submit', 'sign-up'].map((id) => document.getElementById(id).getBoundingClientRect().top));
  const before = await where();
  letGo();
  await button(page, 'Continue with Works').waitFor();
  assert.deepEqual(await where(), before);
  await close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing with the buttons, in ${colorScheme}, with and without a problem`, async () => {
    for (const client of ['everything', 'buttons', 'address']) {
      const { page, complaints, close } = await open(client, { colorScheme });
      await button(page, 'Continue with Works').waitFor();
      await assertClean(page, `${client} in ${colorScheme}`);
      await page.goto(`${page.url()}&problem=provider_attributes`);
      assert.match(await problem(page), /does not tell us/);
      await assertClean(page, `${client} with a problem in ${colorScheme}`);
      assert.deepEqual(complaints(), []);
      await close();
    }
  });
}

test('the buttons are reached by keyboard, fit 320 pixels in both directions, and speak German', async () => {
  const { page, close } = await open('everything', { locale: 'de-DE', viewport: { width: 320, height: 800 }, title: 'Anmelden' });
  await tabTo(page, 'button', 'Weiter mit Works');
  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(await width() <= 320, `${await width()} pixels`);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${system.providers.works.issuer}/**`);
  await close();
});
