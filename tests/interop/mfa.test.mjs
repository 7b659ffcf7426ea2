// Second factors with clients that nobody here wrote: amazon-cognito-identity-js, AWS Amplify, the AWS SDK, and otpauth as the
// authenticator app.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AdminGetUserCommand,
  AdminSetUserMFAPreferenceCommand,
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  GetUserAuthFactorsCommand,
  GetUserCommand,
  GetUserPoolMfaConfigCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchMFAPreference, setUpTOTP, signIn, signOut, updateMFAPreference, verifyTOTPSetup } from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { IdentityJsApp } from './identity-js.mjs';
import { authenticatorApp, newNumber, personIn, poolWithMfa, wrong } from '../support/mfa-pool.mjs';
import { isMinistack, startTarget } from '../support/target.mjs';

const options = { skip: isMinistack && 'its second factors take any code' };
const ON = { Enabled: true, PreferredMfa: true };

let target;
let optional;
let required;

before(async () => {
  if (isMinistack) return;
  target = await startTarget();
  optional = await poolWithMfa(target, 'OPTIONAL');
  required = await poolWithMfa(target, 'ON');
});
after(() => target?.stop());

test('identity-js enrols an authenticator app and signs in with it by SRP; a code counts once', options, async () => {
  const app = new IdentityJsApp(optional);
  const { username, password } = await personIn(target, optional);
  const { user } = await app.signIn(username, password);
  const authenticator = authenticatorApp(await app.associateApp(user));
  const first = authenticator.next();
  await assert.rejects(app.verifyApp(user, wrong(first), 'Phone'), { name: 'EnableSoftwareTokenMFAException' });
  assert.equal((await app.verifyApp(user, first, 'Phone')).Status, 'SUCCESS');
  assert.equal(await app.preferMfa(user, null, ON), 'SUCCESS');

  const step = await app.signIn(username, password);
  assert.equal(step.challenge.name, 'SOFTWARE_TOKEN_MFA');
  assert.equal(step.challenge.parameters.FRIENDLY_DEVICE_NAME, 'Phone');
  await assert.rejects(app.sendMfaCode(step.user, first, 'SOFTWARE_TOKEN_MFA'), { name: 'ExpiredCodeException' });
  const second = authenticator.next();
  await assert.rejects(app.sendMfaCode(step.user, wrong(second), 'SOFTWARE_TOKEN_MFA'), { name: 'CodeMismatchException' });
  const session = await app.sendMfaCode(step.user, second, 'SOFTWARE_TOKEN_MFA');
  assert.equal(session.isValid(), true);

  const again = await app.signIn(username, password);
  await assert.rejects(app.sendMfaCode(again.user, second, 'SOFTWARE_TOKEN_MFA'), { name: 'ExpiredCodeException' });
});

test('identity-js sets an authenticator app up while signing in where one is required', options, async () => {
  const app = new IdentityJsApp(required);
  const { username, password } = await personIn(target, required);
  const step = await app.signIn(username, password);
  assert.equal(step.challenge.name, 'MFA_SETUP');
  assert.deepEqual(JSON.parse(step.challenge.parameters.MFAS_CAN_SETUP), ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP']);
  const authenticator = authenticatorApp(await app.associateApp(step.user));
  const session = await app.verifyApp(step.user, authenticator.next(), 'Phone');
  assert.equal(session.isValid(), true);

  const next = await app.signIn(username, password);
  assert.equal(next.challenge.name, 'SOFTWARE_TOKEN_MFA');
  await app.sendMfaCode(next.user, authenticator.next(), 'SOFTWARE_TOKEN_MFA');
});

test('identity-js signs in with a text message', options, async () => {
  const app = new IdentityJsApp(optional);
  const number = newNumber();
  const { username, password } = await personIn(target, optional, { phone_number: number });
  const { user } = await app.signIn(username, password);
  assert.equal(await app.preferMfa(user, ON, null), 'SUCCESS');
  const step = await app.signIn(username, password);
  assert.equal(step.challenge.name, 'SMS_MFA');
  assert.equal(step.challenge.parameters.CODE_DELIVERY_DELIVERY_MEDIUM, 'SMS');
  assert.equal(step.challenge.parameters.CODE_DELIVERY_DESTINATION, `+*******${number.slice(-4)}`);
  const code = await target.readCode(number);
  await assert.rejects(app.sendMfaCode(step.user, wrong(code)), { name: 'CodeMismatchException' });
  await app.sendMfaCode(step.user, code);
  assert.equal((await app.attributes(step.user)).phone_number_verified, 'true');
});

test('identity-js chooses between a text message and an authenticator app', options, async () => {
  const app = new IdentityJsApp(optional);
  const { username, password } = await personIn(target, optional, { phone_number: newNumber() });
  const { user } = await app.signIn(username, password);
  const authenticator = authenticatorApp(await app.associateApp(user));
  await app.verifyApp(user, authenticator.next(), 'Phone');
  await app.preferMfa(user, { Enabled: true, PreferredMfa: false }, { Enabled: true, PreferredMfa: false });
  const step = await app.signIn(username, password);
  assert.equal(step.challenge.name, 'SELECT_MFA_TYPE');
  assert.deepEqual(JSON.parse(step.challenge.parameters.MFAS_CAN_CHOOSE), ['SMS_MFA', 'SOFTWARE_TOKEN_MFA']);
  const chosen = await app.chooseMfa(step.user, 'SOFTWARE_TOKEN_MFA');
  assert.equal(chosen.challenge.name, 'SOFTWARE_TOKEN_MFA');
  await app.sendMfaCode(step.user, authenticator.next(), 'SOFTWARE_TOKEN_MFA');
});

test('Amplify enrols an authenticator app and signs in with it', options, async () => {
  configureAmplify(optional);
  const { username, password } = await personIn(target, optional);
  await signIn({ username, password });
  const { sharedSecret } = await setUpTOTP();
  const authenticator = authenticatorApp(sharedSecret);
  await verifyTOTPSetup({ code: authenticator.next() });
  await updateMFAPreference({ totp: 'PREFERRED' });
  assert.deepEqual(await fetchMFAPreference(), { enabled: ['TOTP'], preferred: 'TOTP' });
  await signOut();
  const { nextStep } = await signIn({ username, password });
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  const code = authenticator.next();
  await assert.rejects(confirmSignIn({ challengeResponse: wrong(code) }), { name: 'CodeMismatchException' });
  assert.equal((await confirmSignIn({ challengeResponse: code })).isSignedIn, true);
});

test('Amplify sets an e-mail address up while signing in, and is asked for its codes from then on', options, async () => {
  configureAmplify(required);
  const { username, password, email } = await personIn(target, required);
  const choice = await signIn({ username, password });
  assert.equal(choice.nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_MFA_SETUP_SELECTION');
  assert.deepEqual(choice.nextStep.allowedMFATypes.sort(), ['EMAIL', 'TOTP']);
  const setUp = await confirmSignIn({ challengeResponse: 'EMAIL' });
  assert.equal(setUp.nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_EMAIL_SETUP');
  const asked = await confirmSignIn({ challengeResponse: email });
  assert.equal(asked.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal((await confirmSignIn({ challengeResponse: await target.readCode(email) })).isSignedIn, true);
  assert.deepEqual((await fetchMFAPreference()).enabled, ['EMAIL']);
  await signOut();
  const { nextStep } = await signIn({ username, password });
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, 'EMAIL');
  const code = await target.readCode(email, { count: 2 });
  assert.equal((await confirmSignIn({ challengeResponse: code })).isSignedIn, true);
});

test('Amplify sets an authenticator app up while signing in', options, async () => {
  configureAmplify(required);
  const { username, password } = await personIn(target, required);
  await signIn({ username, password });
  const { nextStep } = await confirmSignIn({ challengeResponse: 'TOTP' });
  assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP');
  const authenticator = authenticatorApp(nextStep.totpSetupDetails.sharedSecret);
  assert.equal((await confirmSignIn({ challengeResponse: authenticator.next() })).isSignedIn, true);
});

test('the AWS SDK reads and sets what pools and people have', options, async () => {
  const config = await target.admin.send(new GetUserPoolMfaConfigCommand({ UserPoolId: required.poolId }));
  assert.equal(config.MfaConfiguration, 'ON');
  assert.equal(config.SoftwareTokenMfaConfiguration.Enabled, true);
  assert.equal(config.EmailMfaConfiguration.Subject, 'Code');
  const { UserPool } = await target.admin.send(new DescribeUserPoolCommand({ UserPoolId: required.poolId }));
  assert.equal(UserPool.MfaConfiguration, 'ON');

  const { names, username, password, email } = await personIn(target, optional);
  const refused = target.admin.send(new AdminSetUserMFAPreferenceCommand({ ...names, EmailMfaSettings: ON }));
  await assert.rejects(refused, { name: 'InvalidParameterException' });
  const reachable = await personIn(target, optional, { email, email_verified: 'true' });
  await target.admin.send(new AdminSetUserMFAPreferenceCommand({ ...reachable.names, EmailMfaSettings: ON }));
  const seen = await target.admin.send(new AdminGetUserCommand(reachable.names));
  assert.deepEqual(seen.UserMFASettingList, ['EMAIL_OTP']);
  assert.equal(seen.PreferredMfaSetting, 'EMAIL_OTP');

  const people = new CognitoIdentityProviderClient({ endpoint: target.endpoint, region: 'us-east-1', maxAttempts: 1 });
  const begin = (person) => people.send(new InitiateAuthCommand({
    ClientId: optional.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: person.username, PASSWORD: person.password },
  }));
  assert.ok((await begin({ username, password })).AuthenticationResult);
  const asked = await begin(reachable);
  assert.equal(asked.ChallengeName, 'EMAIL_OTP');
  const done = await people.send(new RespondToAuthChallengeCommand({
    ClientId: optional.clientId, ChallengeName: 'EMAIL_OTP', Session: asked.Session,
    ChallengeResponses: { USERNAME: reachable.username, EMAIL_OTP_CODE: await target.readCode(email) },
  }));
  const { AccessToken } = done.AuthenticationResult;
  assert.deepEqual((await people.send(new GetUserCommand({ AccessToken }))).UserMFASettingList, ['EMAIL_OTP']);
  const factors = await people.send(new GetUserAuthFactorsCommand({ AccessToken }));
  assert.deepEqual(factors.ConfiguredUserAuthFactors, ['PASSWORD']);
});

/** A browser profile of its own for each test, because Amplify keeps one signed-in person. Configuring comes first: it sets the storage, too. */
function configureAmplify(pool) {
  Amplify.configure({ Auth: { Cognito: { userPoolId: pool.poolId, userPoolClientId: pool.clientId, userPoolEndpoint: pool.endpoint } } });
  const items = new Map();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => { items.set(key, value); },
    getItem: async (key) => items.get(key) ?? null,
    removeItem: async (key) => { items.delete(key); },
    clear: async () => { items.clear(); },
  });
}
