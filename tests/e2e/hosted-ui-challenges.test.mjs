// The pages of the second step, against answers that no backend gives on demand: what follows the password is scripted, and everything else
// is the page as it is, down to what it sends. `hosted-ui-mfa.test.mjs` has the same pages against our backend.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launchChromium } from '../support/chromium.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { codeField, heading, openLogin, PASSWORD, press, problem, script, signIn, startHosted, TITLES } from '../support/hosted-page.mjs';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW';

let system;
let browser;
let person;

before(async () => {
  system = await startHosted();
  browser = await launchChromium();
  person = await confirmedPerson(system.backend, PASSWORD);
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

const challenge = (ChallengeName, ChallengeParameters = {}, Session = `session-${ChallengeName}-0123456789`) => ({ ChallengeName, Session, ChallengeParameters });
const finished = () => ({ Location: `${system.appUrl}?code=scripted&state=scripted&iss=scripted` });
const wrongCode = { __type: 'CodeMismatchException', message: 'Invalid code or auth state for the user.' };

// From the sign-in page to what the service asks after the password.
async function afterPassword(answers) {
  const opened = await openLogin(browser, system);
  const calls = await script(opened.page, answers);
  await signIn(opened.page, person.email);
  return { ...opened, calls, answered: (name) => calls.filter(({ operation, body }) => operation === 'RespondToAuthChallenge' && body.ChallengeName === name).map(({ body }) => body) };
}

for (const [name, parameters, responseKey, words] of [
  ['SOFTWARE_TOKEN_MFA', {}, 'SOFTWARE_TOKEN_MFA_CODE', /authenticator app/],
  ['SMS_MFA', { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: '+*******1234' }, 'SMS_MFA_CODE', /\+\*{7}1234\W* by text message/],
  ['EMAIL_OTP', { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 'm***@e***' }, 'EMAIL_OTP_CODE', /m\*\*\*@e\*\*\*/],
]) {
  test(`${name}: a wrong code keeps the page, the right one goes to the app`, async () => {
    const tries = [];
    const { page, answered, complaints, close } = await afterPassword({
      'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge(name, { USER_ID_FOR_SRP: 'somebody', ...parameters }),
      [`RespondToAuthChallenge ${name}`]: ({ ChallengeResponses }) => {
        tries.push(ChallengeResponses[responseKey]);
        return tries.length === 1 ? wrongCode : finished();
      },
    });
    await heading(page, TITLES.code);
    assert.match(await page.innerText('main'), words);
    assert.equal(await codeField(page).getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await codeField(page).getAttribute('inputmode'), 'numeric');
    await codeField(page).fill('111111');
    await press(page, 'Continue');
    assert.match(await problem(page), /code is not right/);
    await codeField(page).fill('12 34 56');
    await press(page, 'Continue');
    await page.waitForURL((url) => url.href.startsWith(system.appUrl));
    assert.deepEqual(tries, ['111111', '123456']);
    for (const { Session, ChallengeResponses } of answered(name)) {
      assert.equal(Session, `session-${name}-0123456789`);
      assert.ok(ChallengeResponses.USERNAME);
    }
    assert.deepEqual(complaints(), []);
    await close();
  });
}

test('a reload at the second step goes on there', async () => {
  const { page, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('SOFTWARE_TOKEN_MFA', { USER_ID_FOR_SRP: 'somebody' }),
    'RespondToAuthChallenge SOFTWARE_TOKEN_MFA': finished,
  });
  await heading(page, TITLES.code);
  await page.reload();
  await heading(page, TITLES.code);
  await codeField(page).fill('123456');
  await press(page, 'Continue');
  await page.waitForURL((url) => url.href.startsWith(system.appUrl));
  await close();
});

test('with several second steps the person chooses one', async () => {
  const { page, answered, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA"]', USER_ID_FOR_SRP: 'somebody' }),
    'RespondToAuthChallenge SELECT_MFA_TYPE': ({ ChallengeResponses }) => challenge(ChallengeResponses.ANSWER, { USER_ID_FOR_SRP: 'somebody' }),
  });
  await heading(page, TITLES.choose);
  assert.equal(await page.getByRole('button', { name: /E-mail/ }).count(), 0, 'only what there is');
  await page.getByRole('button', { name: /Authenticator app/ }).click();
  await heading(page, TITLES.code);
  assert.equal(answered('SELECT_MFA_TYPE')[0].ChallengeResponses.ANSWER, 'SOFTWARE_TOKEN_MFA');
  await close();
});

test('setting up an authenticator app: the key can be read, scanned and copied, and its code is what confirms it', async () => {
  const verified = [];
  const { page, answered, complaints, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]', USER_ID_FOR_SRP: 'somebody' }),
    AssociateSoftwareToken: () => ({ SecretCode: SECRET, Session: 'session-associated-0123456789' }),
    VerifySoftwareToken: ({ UserCode, Session }) => {
      verified.push(Session);
      return UserCode === totp(SECRET) || UserCode === totp(SECRET, -1) ? { Status: 'SUCCESS', Session: 'session-verified-0123456789' } : { __type: 'EnableSoftwareTokenMFAException', message: 'Code mismatch' };
    },
    'RespondToAuthChallenge MFA_SETUP': finished,
  });
  if (await page.getByRole('heading', { level: 1, name: TITLES.setUp }).isVisible().catch(() => false)) await page.getByRole('button', { name: /Authenticator app/ }).click();
  await heading(page, TITLES.totp);
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  const shown = (await page.innerText('main')).replaceAll(/\s/g, '');
  assert.ok(shown.includes(SECRET), 'the key is there to be typed');
  const link = await page.getByRole('link', { name: /authenticator app on this device/ }).getAttribute('href');
  const uri = new URL(link);
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal(uri.searchParams.get('secret'), SECRET);

  await codeField(page).fill('000000');
  await press(page, 'Continue');
  assert.match(await problem(page), /code is not right/);
  await codeField(page).fill(totp(SECRET));
  await press(page, 'Continue');
  await page.waitForURL((url) => url.href.startsWith(system.appUrl));
  assert.ok(verified.every((session) => session === 'session-associated-0123456789'));
  assert.equal(answered('MFA_SETUP')[0].Session, 'session-verified-0123456789');
  assert.deepEqual(complaints(), []);
  await close();
});

test('the key of an authenticator app is in no storage', async () => {
  const { page, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]', USER_ID_FOR_SRP: 'somebody' }),
    AssociateSoftwareToken: () => ({ SecretCode: SECRET, Session: 'session-associated-0123456789' }),
  });
  await heading(page, TITLES.totp);
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state, location.href]));
  assert.ok(!kept.includes(SECRET), kept);
  await close();
});

test('an e-mail address is set up as the second step', async () => {
  const { page, answered, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]', USER_ID_FOR_SRP: 'somebody' }),
    'RespondToAuthChallenge MFA_SETUP': () => challenge('EMAIL_OTP', { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 's***@e***' }),
  });
  await heading(page, TITLES.setUp);
  await page.getByRole('button', { name: /E-mail/ }).click();
  await heading(page, TITLES.setUpEmail);
  await page.getByLabel('E-mail address', { exact: true }).fill('second@example.com');
  await press(page, 'Send code');
  await heading(page, TITLES.code);
  assert.equal(answered('MFA_SETUP')[0].ChallengeResponses.EMAIL, 'second@example.com');
  await close();
});

test('a temporary password whose owner lacks attributes: both are asked in one page', async () => {
  const { page, answered, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('NEW_PASSWORD_REQUIRED', { USER_ID_FOR_SRP: 'somebody', userAttributes: '{"email":"x@example.com"}', requiredAttributes: '["userAttributes.given_name"]' }),
    'RespondToAuthChallenge NEW_PASSWORD_REQUIRED': finished,
  });
  await heading(page, TITLES.newPassword);
  await page.getByLabel('New password', { exact: true }).fill('Brand-New-Horse-9');
  await press(page, 'Save and sign in');
  assert.match(await problem(page), /First name/);
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('New password', { exact: true }).fill('Brand-New-Horse-9');
  await press(page, 'Save and sign in');
  await page.waitForURL((url) => url.href.startsWith(system.appUrl));
  const [{ ChallengeResponses }] = answered('NEW_PASSWORD_REQUIRED');
  assert.equal(ChallengeResponses.NEW_PASSWORD, 'Brand-New-Horse-9');
  assert.equal(ChallengeResponses['userAttributes.given_name'], 'Ada');
  await close();
});

test('a session that ran out starts again at the password, in words', async () => {
  const { page, close } = await afterPassword({
    'RespondToAuthChallenge PASSWORD_VERIFIER': () => challenge('SOFTWARE_TOKEN_MFA', { USER_ID_FOR_SRP: 'somebody' }),
    'RespondToAuthChallenge SOFTWARE_TOKEN_MFA': () => ({ __type: 'NotAuthorizedException', message: 'Invalid session for the user, session is expired.' }),
  });
  await heading(page, TITLES.code);
  await codeField(page).fill('123456');
  await press(page, 'Continue');
  await heading(page, TITLES.signIn);
  await page.getByText('This took too long, so please sign in again.').waitFor();
  await close();
});

test('an answer that leads to a script or to data is not followed, and the person is told', async () => {
  for (const Location of ['javascript:alert(document.domain)', 'data:text/html,x']) {
    const { page, close } = await afterPassword({ 'RespondToAuthChallenge PASSWORD_VERIFIER': () => ({ Location }) });
    let dialogs = 0;
    page.on('dialog', (dialog) => { dialogs += 1; dialog.dismiss(); });
    await problem(page);
    assert.equal(dialogs, 0);
    assert.ok(page.url().startsWith(system.backend.url), page.url());
    await close();
  }
});

// RFC 6238 with the defaults that Cognito uses: SHA-1, 30 s, six digits.
function totp(secret, steps = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
