// A pool with triggers, which are the handler files beside this one, driven by amazon-cognito-identity-js: sign-ups that a trigger decides,
// and sign-ins by challenges of the pool's own, without a password and after it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { IdentityJsApp, visibleError } from './identity-js.mjs';
import { isMinistack, newPerson } from '../support/target.mjs';

const CONFIG = fileURLToPath(new URL('handlers/cognate.toml', import.meta.url));
const skip = isMinistack && 'it runs no handler files';

let backend;
let app;

before(async () => {
  if (isMinistack) return;
  backend = await startBackend({ args: ['--config', CONFIG] });
  app = new IdentityJsApp({ endpoint: backend.url, poolId: 'local_custom', clientId: 'customweb' });
});
after(() => backend?.stop());

test('a sign-up without what the trigger wants is refused in its words', { skip }, async () => {
  const { email, password } = newPerson();
  await assert.rejects(app.signUp(email, password, { email }), {
    name: 'UserLambdaValidationException',
    message: 'PreSignUp failed with error You need an invitation.',
  });
});

test('a trigger confirms a sign-up, or leaves it to the code', { skip }, async () => {
  const { email, password } = newPerson();
  const result = await app.signUp(email, password, { email }, { invitation: 'golden' }, { confirm: 'yes' });
  assert.equal(result.userConfirmed, true);
  assert.equal(result.codeDeliveryDetails, undefined);

  const other = newPerson();
  const waiting = await app.signUp(other.email, other.password, { email: other.email }, { invitation: 'golden' });
  assert.equal(waiting.userConfirmed, false);
  assert.equal(await app.confirm(other.email, await code(backend.url, other.email)), 'SUCCESS');
});

test('what the trigger after a confirmation throws is told, and the confirmation stays', { skip }, async () => {
  const { password } = newPerson();
  const email = `unwelcome-${newPerson().email}`;
  await app.signUp(email, password, { email }, { invitation: 'golden' });
  await assert.rejects(app.confirm(email, await code(backend.url, email)), {
    name: 'UserLambdaValidationException',
    message: 'PostConfirmation failed with error No welcome for CONFIRMED.',
  });
  const { user, custom } = await app.beginCustom(email);
  const { session } = await app.answerCustom(user, sum(custom));
  assert.equal(session.getIdToken().payload.email, email);
});

test('a person signs in by the pool\'s challenge alone', { skip }, async () => {
  const { email } = await person();
  const { user, custom } = await app.beginCustom(email);
  assert.equal(custom.tries, '0');
  const wrong = await app.answerCustom(user, 'no number');
  assert.equal(wrong.custom.tries, '1');
  const { session } = await app.answerCustom(user, sum(wrong.custom), { from: 'the test' });
  assert.equal(session.isValid(), true);
  assert.equal(session.getIdToken().payload.email, email);
  const refreshed = await app.refresh(user, session.getRefreshToken());
  assert.equal(refreshed.getIdToken().payload.sub, session.getIdToken().payload.sub);
  assert.equal((await app.attributes(user)).email_verified, 'true');
});

test('a person signs in by the password and then the challenge', { skip }, async () => {
  const { email, password } = await person();
  const { user, custom } = await app.beginCustomWithPassword(email, password);
  assert.equal(custom.tries, '2', 'SRP_A and PASSWORD_VERIFIER went before');
  const { session } = await app.answerCustom(user, sum(custom));
  assert.equal(session.getAccessToken().payload.client_id, 'customweb');
});

test('three wrong answers end a sign-in', { skip }, async () => {
  const { email } = await person();
  const { user } = await app.beginCustom(email);
  await app.answerCustom(user, 'a');
  await app.answerCustom(user, 'b');
  await assert.rejects(app.answerCustom(user, 'c'), { name: 'NotAuthorizedException', message: 'Incorrect username or password.' });
});

test('a wrong password and somebody unknown get the same answer, at every step', { skip }, async () => {
  const { email } = await person();
  const wrong = await rejection(app.beginCustomWithPassword(email, 'Wrong-Horse9!'));
  const unknown = await rejection(app.beginCustomWithPassword(newPerson().email, 'Wrong-Horse9!'));
  assert.equal(wrong.name, 'NotAuthorizedException');
  assert.deepEqual(visibleError(unknown), visibleError(wrong));

  const nobody = await app.beginCustom(newPerson().email);
  const somebody = await app.beginCustom(email);
  assert.deepEqual(Object.keys(nobody.custom).sort(), Object.keys(somebody.custom).sort());
  await assert.rejects(app.answerCustom(nobody.user, sum(nobody.custom)), {
    name: 'NotAuthorizedException',
    message: 'Incorrect username or password.',
  });
});

test('the password alone does not sign in where only the pool\'s own flow is on', { skip }, async () => {
  const { email, password } = await person();
  for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
    await assert.rejects(app.signIn(email, password, flow), { name: 'InvalidParameterException' });
  }
});

/** Signed up and confirmed by the trigger. */
async function person() {
  const { email, password } = newPerson();
  await app.signUp(email, password, { email }, { invitation: 'golden' }, { confirm: 'yes' });
  return { email, password };
}

function sum({ question }) {
  return String(question.split(' + ').reduce((total, part) => total + Number(part), 0));
}

async function rejection(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return assert.fail('the call should have been refused');
}
