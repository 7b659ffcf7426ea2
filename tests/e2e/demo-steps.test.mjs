// The demo in a pool that asks for more than a password: what the service asks is a page, and a reload stays at it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AdminCreateUserCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  SetUserPoolMfaConfigCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { startSystem } from '../support/demo.mjs';
import { code } from '../support/inbox.mjs';
import { authenticatorApp, wrong } from '../support/mfa-pool.mjs';
import { adminClient } from '../support/target.mjs';
import { assertClean } from './axe.mjs';
import { email, heading, newAddress, openDemo, password, PASSWORD, press, problem } from './demo-page.mjs';

let system;
let browser;

before(async () => {
  system = await startSystem({ choosePool: poolThatAsks });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

async function poolThatAsks(backend) {
  const admin = adminClient(backend.url);
  const { UserPool } = await admin.send(new CreateUserPoolCommand({
    PoolName: 'asks',
    UsernameAttributes: ['email'],
    Schema: [{ Name: 'name', Required: true, Mutable: true, AttributeDataType: 'String' }],
  }));
  await admin.send(new SetUserPoolMfaConfigCommand({
    UserPoolId: UserPool.Id,
    MfaConfiguration: 'ON',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: { Subject: 'Code', Message: 'Code: {####}' },
  }));
  const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: UserPool.Id, ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  return { poolId: UserPool.Id, clientId: UserPoolClient.ClientId };
}

// Somebody whom an administrator has made, with a temporary password; `attributes` beside the address.
async function invited(attributes = []) {
  const address = newAddress();
  await adminClient(system.backend.url).send(new AdminCreateUserCommand({
    UserPoolId: system.pool.poolId, Username: address, TemporaryPassword: 'Temporary-7!', MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: address }, ...attributes],
  }));
  return address;
}

async function enter(page, address, secret) {
  await email(page).fill(address);
  await password(page).fill(secret);
  await press(page, 'Sign in');
}

test('a new password with what is missing, an app set up, and its code the next time; each page survives a reload', async () => {
  const { page, complaints, close } = await openDemo(browser, system.url);
  const address = await invited();
  await enter(page, address, 'Temporary-7!');
  await heading(page, 'Choose your own password');
  await assertClean(page, 'new password');
  await page.reload();
  await heading(page, 'Choose your own password');
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await press(page, 'Save and sign in');

  await heading(page, 'Protect your account');
  await assertClean(page, 'choice of a factor to set up');
  await page.reload();
  await heading(page, 'Protect your account');
  await press(page, 'A code from an authenticator app');
  await heading(page, 'Set up your authenticator app');
  await assertClean(page, 'setting up an app');
  const picture = page.getByRole('img', { name: 'The key as a QR code' });
  await picture.waitFor();
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  const key = async () => (await page.locator('code.key').innerText()).replaceAll(' ', '');
  const first = await key();
  await page.reload();
  await heading(page, 'Set up your authenticator app');
  assert.notEqual(await key(), first, 'whoever comes back gets another key');
  const app = authenticatorApp(await key());
  const now = app.next();
  await page.getByLabel('Code').fill(wrong(now));
  await press(page, 'Continue');
  assert.match(await problem(page), /not the right code/);
  await page.getByLabel('Code').fill(now);
  await press(page, 'Continue');
  await heading(page, 'You are signed in');
  await press(page, 'Sign out');

  await heading(page, 'Sign in');
  await enter(page, address, PASSWORD);
  await heading(page, 'Enter the code from your app');
  await assertClean(page, 'code of an app');
  await page.reload();
  await heading(page, 'Enter the code from your app');
  await page.getByLabel('Code').fill(app.next());
  await press(page, 'Continue');
  await heading(page, 'You are signed in');
  assert.deepEqual(complaints(), []);
  await close();
});

test('codes by e-mail go to the address that is verified, and the page says where', async () => {
  const { page, close } = await openDemo(browser, system.url);
  const address = await invited([{ Name: 'name', Value: 'Ben' }, { Name: 'email_verified', Value: 'true' }]);
  await enter(page, address, 'Temporary-7!');
  await heading(page, 'Choose your own password');
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await press(page, 'Save and sign in');
  await heading(page, 'Check your e-mail');
  await page.getByText('p***@e***').waitFor();
  await page.getByLabel('Code').fill(await code(system.backend.url, address));
  await press(page, 'Continue');
  await heading(page, 'You are signed in');
  await close();
});

test('the address of a step without a sign-in leads to the beginning', async () => {
  const { page, close } = await openDemo(browser, system.url);
  await page.goto(`${system.url}/#/step`);
  await heading(page, 'Sign in');
  await page.getByText('That sign-in is over. Please start again.').waitFor();
  await close();
});
