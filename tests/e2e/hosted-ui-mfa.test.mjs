// Second steps on the hosted UI in Chromium, asked by the real backend; otpauth is the authenticator app.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminGetUserCommand, AdminSetUserMFAPreferenceCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { authenticatorApp, wrong } from '../support/mfa-pool.mjs';
import { adminClient } from '../support/target.mjs';
import { backInApp, codeField, enterCode, heading, openLogin, PASSWORD, press, problem, redeem, signIn, startHosted, TITLES } from '../support/hosted-page.mjs';

let system;
let browser;
let admin;

before(async () => {
  system = await startHosted();
  admin = adminClient(system.backend.url);
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

test('where a second step is required, an authenticator app is set up while signing in, and asked for the next time', async () => {
  await configure({ MfaConfiguration: 'OFF' });
  const { email } = await confirmedPerson(system.backend, PASSWORD);
  await configure({ MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });

  const first = await openLogin(browser, system);
  await signIn(first.page, email);
  await heading(first.page, TITLES.totp);
  const link = await first.page.getByRole('link', { name: /authenticator app on this device/ }).getAttribute('href');
  const app = authenticatorApp(new URL(link).searchParams.get('secret'));
  const code = app.next();
  await codeField(first.page).fill(wrong(code));
  await press(first.page, 'Continue');
  assert.match(await problem(first.page), /code is not right/);
  await codeField(first.page).fill(code);
  await press(first.page, 'Continue');
  const { status } = await redeem(system, await backInApp(first.page, system, first.flow), first.flow);
  assert.equal(status, 200);
  assert.deepEqual(first.complaints(), []);
  await first.close();
  const seen = await admin.send(new AdminGetUserCommand({ UserPoolId: system.backend.poolId, Username: email }));
  assert.deepEqual(seen.UserMFASettingList, ['SOFTWARE_TOKEN_MFA']);

  const second = await openLogin(browser, system);
  await signIn(second.page, email);
  await heading(second.page, TITLES.code);
  await codeField(second.page).fill(app.next());
  await press(second.page, 'Continue');
  await backInApp(second.page, system, second.flow);
  await second.close();
});

test('a code by e-mail is the second step of somebody who turned it on, and a wrong one may be typed anew', async () => {
  await configure({ MfaConfiguration: 'OPTIONAL', EmailMfaConfiguration: {} });
  const { email } = await confirmedPerson(system.backend, PASSWORD);
  await admin.send(new AdminSetUserMFAPreferenceCommand({
    UserPoolId: system.backend.poolId, Username: email, EmailMfaSettings: { Enabled: true, PreferredMfa: true },
  }));
  const { page, flow, complaints, close } = await openLogin(browser, system);
  await signIn(page, email);
  await heading(page, TITLES.code);
  await codeField(page).fill('000000');
  await press(page, 'Continue');
  assert.match(await problem(page), /code is not right/);
  await enterCode(page, system.backend, email, { count: 2, submit: 'Continue' });
  const { status } = await redeem(system, await backInApp(page, system, flow), flow);
  assert.equal(status, 200);
  assert.deepEqual(complaints(), []);
  await close();
});

function configure(mfa) {
  return admin.send(new SetUserPoolMfaConfigCommand({ UserPoolId: system.backend.poolId, ...mfa }));
}
