// amazon-cognito-identity-js, the client most pages have, lives a whole life against the backend: SRP by its own code, not by ours.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminCreateUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { IdentityJsApp, visibleError } from './identity-js.mjs';
import { isMinistack, newPerson, startTarget } from '../support/target.mjs';

let target;
let app;

before(async () => {
  target = await startTarget();
  app = new IdentityJsApp(target);
});
after(() => target?.stop());

test('a person signs up, confirms with the code from the inbox and signs in by SRP', async () => {
  const { email, password } = newPerson();
  const result = await app.signUp(email, password, { email, name: 'Ada' });
  assert.equal(result.userConfirmed, false);
  assert.match(result.userSub, UUID);
  assert.equal(result.codeDeliveryDetails.DeliveryMedium, 'EMAIL');
  assert.equal(result.codeDeliveryDetails.AttributeName, 'email');
  if (!isMinistack) assert.match(result.codeDeliveryDetails.Destination, /^p\*+@e\*+/);
  assert.equal(await app.confirm(email, await target.readCode(email)), 'SUCCESS');

  const { user, session } = await app.signIn(email, password);
  assert.equal(session.isValid(), true);
  const id = session.getIdToken().payload;
  assert.equal(id.sub, result.userSub);
  assert.equal(id.aud, target.clientId);
  assert.equal(id.iss, target.issuer);
  assert.equal(id.email, email);
  assert.equal(id.token_use, 'id');
  assert.equal(session.getAccessToken().payload.client_id, target.clientId);

  const attributes = await app.attributes(user);
  assert.equal(attributes.sub, result.userSub);
  assert.equal(attributes.email, email);
  if (!isMinistack) assert.equal(attributes.email_verified, 'true');
  assert.equal(attributes.name, 'Ada');
});

test('signing in before confirming says UserNotConfirmedException, and a resent code confirms', async () => {
  const { email, password } = newPerson();
  await app.signUp(email, password, { email });
  const first = await target.readCode(email);
  await assert.rejects(app.signIn(email, password), { name: 'UserNotConfirmedException' });

  const resent = await app.resendCode(email);
  assert.equal(resent.CodeDeliveryDetails.DeliveryMedium, 'EMAIL');
  const second = await target.readCode(email, { count: 2 });
  if (first !== second) await assert.rejects(app.confirm(email, first), { name: 'CodeMismatchException' });
  assert.equal(await app.confirm(email, second), 'SUCCESS');
  await app.signIn(email, password);
});

test('a wrong confirmation code is refused and the right one still works', async () => {
  const { email, password } = newPerson();
  await app.signUp(email, password, { email });
  const right = await target.readCode(email);
  const wrong = right === '000000' ? '000001' : '000000';
  await assert.rejects(app.confirm(email, wrong), { name: 'CodeMismatchException' });
  await app.confirm(email, right);
});

test('a second sign-up with the same address says UsernameExistsException', async () => {
  const { email } = await confirmedPerson();
  await assert.rejects(app.signUp(email, 'Another-Horse9!', { email }), { name: 'UsernameExistsException' });
});

test('a password outside the policy says InvalidPasswordException', async () => {
  const { email } = newPerson();
  await assert.rejects(app.signUp(email, 'lowercase', { email }), { name: 'InvalidPasswordException' });
});

for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
  test(`by ${flow} a wrong password and an unknown person get the same answer`, async () => {
    const { email } = await confirmedPerson();
    const wrong = await rejection(app.signIn(email, 'Wrong-Horse9!', flow));
    const unknown = await rejection(app.signIn(newPerson().email, 'Wrong-Horse9!', flow));
    assert.equal(wrong.name, 'NotAuthorizedException');
    assert.deepEqual(visibleError(unknown), visibleError(wrong));
  });
}

test('the password flow signs in, too', async () => {
  const { email, password } = await confirmedPerson();
  const { session } = await app.signIn(email, password, 'USER_PASSWORD_AUTH');
  assert.equal(session.getIdToken().payload.email, email);
});

test('passwords outside ASCII make the same verifier on both sides', async () => {
  const { email, password } = await confirmedPerson('Pässwörd-Ω7-日本');
  await app.signIn(email, password);
});

test('a refresh gives new tokens of the same session', async () => {
  const { email, password } = await confirmedPerson();
  const { user, session } = await app.signIn(email, password);
  const refreshed = await app.refresh(user, session.getRefreshToken());
  assert.equal(refreshed.isValid(), true);
  assert.equal(refreshed.getIdToken().payload.sub, session.getIdToken().payload.sub);
  assert.equal(refreshed.getAccessToken().payload.auth_time, session.getAccessToken().payload.auth_time);
  assert.equal(refreshed.getAccessToken().payload.origin_jti, session.getAccessToken().payload.origin_jti);
  assert.notEqual(refreshed.getAccessToken().payload.jti, session.getAccessToken().payload.jti);
  assert.equal((await app.attributes(user)).email, email);
});

test('attributes change and are read back', async () => {
  const { email, password } = await confirmedPerson();
  const { user } = await app.signIn(email, password);
  assert.equal(await app.updateAttributes(user, { nickname: 'Countess' }), 'SUCCESS');
  assert.equal((await app.attributes(user)).nickname, 'Countess');
});

test('after a change of password the new one signs in and the old one does not', async () => {
  const { email, password } = await confirmedPerson();
  const { user } = await app.signIn(email, password);
  await assert.rejects(app.changePassword(user, 'Not-The-Old1!', 'New-Horse10!'), { name: 'NotAuthorizedException' });
  await assert.rejects(app.changePassword(user, password, 'short'), { name: /Invalid(Password|Parameter)Exception/ });
  assert.equal(await app.changePassword(user, password, 'New-Horse10!'), 'SUCCESS');
  await assert.rejects(app.signIn(email, password), { name: 'NotAuthorizedException' });
  await app.signIn(email, 'New-Horse10!');
});

test('a forgotten password is replaced with the code from the inbox', async () => {
  const { email, password } = await confirmedPerson();
  const delivery = await app.forgotPassword(email);
  assert.equal(delivery.CodeDeliveryDetails.DeliveryMedium, 'EMAIL');
  const code = await target.readCode(email, { count: 2, purpose: 'recovery' });
  await assert.rejects(app.confirmPassword(email, code === '111111' ? '222222' : '111111', 'Fresh-Horse11!'), {
    name: 'CodeMismatchException',
  });
  await app.confirmPassword(email, code, 'Fresh-Horse11!');
  await app.signIn(email, 'Fresh-Horse11!');
  await assert.rejects(app.signIn(email, password), { name: 'NotAuthorizedException' });
  await assert.rejects(app.confirmPassword(email, code, 'Again-Horse12!'), { name: /(ExpiredCode|CodeMismatch)Exception/ });
});

test('asking for an unknown person\'s code looks as it does for a known one', { skip: isMinistack && 'it answers unknown people differently' }, async () => {
  const known = await app.forgotPassword((await confirmedPerson()).email);
  const unknown = await app.forgotPassword(newPerson().email);
  assert.deepEqual(Object.keys(unknown).sort(), Object.keys(known).sort());
  assert.deepEqual(Object.keys(unknown.CodeDeliveryDetails).sort(), Object.keys(known.CodeDeliveryDetails).sort());
  assert.match(unknown.CodeDeliveryDetails.Destination, /^\S\*+@\S\*+/);
});

test('signing out revokes the refresh token and the access tokens that came from it', async () => {
  const { email, password } = await confirmedPerson();
  const { user, session } = await app.signIn(email, password);
  const copy = app.user(session.getIdToken().payload['cognito:username']);
  copy.setSignInUserSession(session);
  await app.signOut(user);
  await assert.rejects(app.refresh(copy, session.getRefreshToken()), { name: 'NotAuthorizedException' });
  copy.setSignInUserSession(session);
  await assert.rejects(app.attributes(copy), { name: 'NotAuthorizedException' });
});

test('a global sign-out ends every session of the person', async () => {
  const { email, password } = await confirmedPerson();
  const here = await app.signIn(email, password);
  const there = await new IdentityJsApp(target).signIn(email, password);
  assert.equal(await app.globalSignOut(here.user), 'SUCCESS');
  await assert.rejects(app.refresh(there.user, there.session.getRefreshToken()), { name: 'NotAuthorizedException' });
});

test('a person whom an administrator made chooses a password at the first sign-in', async () => {
  const { email, password } = newPerson();
  await target.admin.send(new AdminCreateUserCommand({
    UserPoolId: target.poolId,
    Username: email,
    TemporaryPassword: 'Temporary-1!',
    MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: email }, { Name: 'email_verified', Value: 'true' }],
  }));
  const step = await app.signIn(email, 'Temporary-1!');
  assert.ok(step.newPassword, 'the first sign-in must ask for a new password');
  assert.equal(step.newPassword.userAttributes.email, email);
  assert.deepEqual(step.newPassword.requiredAttributes, []);
  const session = await app.answerNewPassword(step.user, password);
  assert.equal(session.getIdToken().payload.email, email);
  await app.signIn(email, password);
  await assert.rejects(app.signIn(email, 'Temporary-1!'), { name: 'NotAuthorizedException' });
});

test('a person deletes the account and is unknown afterwards', async () => {
  const { email, password } = await confirmedPerson();
  const { user } = await app.signIn(email, password);
  await app.deleteUser(user);
  await assert.rejects(app.signIn(email, password), { name: 'NotAuthorizedException' });
  await app.signUp(email, password, { email });
});

async function confirmedPerson(password = newPerson().password) {
  const { email } = newPerson();
  await app.signUp(email, password, { email });
  await app.confirm(email, await target.readCode(email));
  return { email, password };
}

async function rejection(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return assert.fail('the call should have been refused');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
