// AWS Amplify, the client that AWS recommends, against the backend: sign-up, SRP sign-in, session, attributes, sign-out.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Amplify } from 'aws-amplify';
import {
  autoSignIn,
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  fetchAuthSession,
  fetchUserAttributes,
  getCurrentUser,
  resetPassword,
  signIn,
  signOut,
  signUp,
  updatePassword,
  updateUserAttributes,
} from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { AdminCreateUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { isMinistack, newPerson, startTarget } from '../support/target.mjs';

const noUserAuth = isMinistack && 'it has no USER_AUTH';

let target;

before(async () => {
  target = await startTarget();
  Amplify.configure({ Auth: { Cognito: { userPoolId: target.poolId, userPoolClientId: target.clientId, userPoolEndpoint: target.endpoint } } });
});
after(() => target?.stop());

beforeEach(() => {
  // A browser profile of its own for each test: Amplify keeps one signed-in person.
  const items = new Map();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => { items.set(key, value); },
    getItem: async (key) => items.get(key) ?? null,
    removeItem: async (key) => { items.delete(key); },
    clear: async () => { items.clear(); },
  });
});

test('a person signs up, confirms, signs in by SRP and signs out', async () => {
  const { username, password } = await confirmedPerson();
  const step = await signIn({ username, password });
  assert.deepEqual(step, { isSignedIn: true, nextStep: { signInStep: 'DONE' } });
  const user = await getCurrentUser();
  assert.equal(user.signInDetails.loginId, username);
  const { tokens } = await fetchAuthSession();
  assert.equal(tokens.idToken.payload.email, username);
  assert.equal(tokens.accessToken.payload.sub, user.userId);
  await signOut();
  await assert.rejects(getCurrentUser(), { name: 'UserUnAuthenticatedException' });
});

test('a wrong password and an unknown person are refused alike', async () => {
  const { username } = await confirmedPerson();
  for (const name of [username, newPerson().email]) {
    await assert.rejects(signIn({ username: name, password: 'Wrong-Horse9!' }), { name: 'NotAuthorizedException', message: 'Incorrect username or password.' });
  }
});

test('a forced refresh gives a new access token', async () => {
  const { username, password } = await confirmedPerson();
  await signIn({ username, password });
  const first = (await fetchAuthSession()).tokens.accessToken.toString();
  const second = (await fetchAuthSession({ forceRefresh: true })).tokens.accessToken.toString();
  assert.notEqual(second, first);
  await fetchUserAttributes();
});

test('attributes and the password are changed', async () => {
  const { username, password } = await confirmedPerson();
  await signIn({ username, password });
  await updateUserAttributes({ userAttributes: { nickname: 'Countess' } });
  assert.equal((await fetchUserAttributes()).nickname, 'Countess');
  await updatePassword({ oldPassword: password, newPassword: 'New-Horse10!' });
  await signOut();
  assert.equal((await signIn({ username, password: 'New-Horse10!' })).isSignedIn, true);
});

test('a forgotten password is replaced', async () => {
  const { username } = await confirmedPerson();
  const { nextStep } = await resetPassword({ username });
  assert.equal(nextStep.resetPasswordStep, 'CONFIRM_RESET_PASSWORD_WITH_CODE');
  assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, 'EMAIL');
  await confirmResetPassword({ username, confirmationCode: await target.readCode(username, { count: 2, purpose: 'recovery' }), newPassword: 'Fresh-Horse11!' });
  assert.equal((await signIn({ username, password: 'Fresh-Horse11!' })).isSignedIn, true);
});

test('a global sign-out ends the session at the service', async () => {
  const { username, password } = await confirmedPerson();
  await signIn({ username, password });
  const { tokens } = await fetchAuthSession();
  await signOut({ global: true });
  const answer = await fetch(target.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser' },
    body: JSON.stringify({ AccessToken: tokens.accessToken.toString() }),
  });
  assert.equal(answer.status, 400);
});

test('a new password is asked for where an administrator made the person', async () => {
  const { email, password } = newPerson();
  await target.admin.send(new AdminCreateUserCommand({
    UserPoolId: target.poolId, Username: email, TemporaryPassword: 'Temporary-1!', MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: email }],
  }));
  const step = await signIn({ username: email, password: 'Temporary-1!' });
  assert.equal(step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
  assert.equal((await confirmSignIn({ challengeResponse: password })).isSignedIn, true);
});

test('an unconfirmed person is led to the confirmation', async () => {
  const { email, password } = newPerson();
  await signUp({ username: email, password, options: { userAttributes: { email } } });
  assert.equal((await signIn({ username: email, password })).nextStep.signInStep, 'CONFIRM_SIGN_UP');
});

test('a person chooses how to begin', { skip: noUserAuth }, async () => {
  const { username, password } = await confirmedPerson();
  const choose = () => signIn({ username, options: { authFlowType: 'USER_AUTH' } });
  const { nextStep } = await choose();
  assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
  assert.deepEqual(nextStep.availableChallenges, ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP']);
  const asked = await confirmSignIn({ challengeResponse: 'EMAIL_OTP' });
  assert.equal(asked.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal(asked.nextStep.codeDeliveryDetails.deliveryMedium, 'EMAIL');
  await assert.rejects(confirmSignIn({ challengeResponse: '00000000' }), { name: 'CodeMismatchException' });
  assert.equal((await confirmSignIn({ challengeResponse: await target.readCode(username, { count: 2 }) })).isSignedIn, true);
  await signOut();
  for (const factor of ['PASSWORD', 'PASSWORD_SRP']) {
    await choose();
    const step = await confirmSignIn({ challengeResponse: factor });
    assert.equal(step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_PASSWORD', factor);
    assert.equal((await confirmSignIn({ challengeResponse: password })).isSignedIn, true, factor);
    await signOut();
  }
});

test('a person prefers one way to begin', { skip: noUserAuth }, async () => {
  const { username, password } = await confirmedPerson();
  const prefer = (preferredChallenge, given = {}) => signIn({ username, ...given, options: { authFlowType: 'USER_AUTH', preferredChallenge } });
  for (const factor of ['PASSWORD', 'PASSWORD_SRP']) {
    assert.equal((await prefer(factor, { password })).isSignedIn, true, factor);
    await signOut();
    await assert.rejects(prefer(factor, { password: 'Wrong-Horse9!' }), { name: 'NotAuthorizedException' });
  }
  assert.equal((await prefer('EMAIL_OTP')).nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal((await confirmSignIn({ challengeResponse: await target.readCode(username, { count: 2 }) })).isSignedIn, true);
  assert.equal((await getCurrentUser()).signInDetails.loginId, username);
});

test('a person is signed in by the confirmation of the sign-up', { skip: noUserAuth }, async () => {
  const { email, password } = newPerson();
  await signUp({ username: email, password, options: { userAttributes: { email }, autoSignIn: { authFlowType: 'USER_AUTH' } } });
  const { nextStep } = await confirmSignUp({ username: email, confirmationCode: await target.readCode(email) });
  assert.equal(nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
  assert.equal((await autoSignIn()).isSignedIn, true);
  assert.equal((await fetchUserAttributes()).email, email);
});

async function confirmedPerson() {
  const { email, password } = newPerson();
  const { nextStep } = await signUp({ username: email, password, options: { userAttributes: { email } } });
  assert.equal(nextStep.signUpStep, 'CONFIRM_SIGN_UP');
  await confirmSignUp({ username: email, confirmationCode: await target.readCode(email) });
  return { username: email, password };
}
