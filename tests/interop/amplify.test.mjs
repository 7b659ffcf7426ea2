// AWS Amplify, the client that AWS recommends, against the backend: sign-up, SRP sign-in, session, attributes, sign-out.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Amplify } from 'aws-amplify';
import {
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
import { newPerson, startTarget } from '../support/target.mjs';

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

async function confirmedPerson() {
  const { email, password } = newPerson();
  const { nextStep } = await signUp({ username: email, password, options: { userAttributes: { email } } });
  assert.equal(nextStep.signUpStep, 'CONFIRM_SIGN_UP');
  await confirmSignUp({ username: email, confirmationCode: await target.readCode(email) });
  return { username: email, password };
}
