// Every step that a sign-in may ask, through the npm package in Chromium, against the real backend: answered wrong, after a reload, and
// right. The authenticator app is one that nobody here wrote.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  AdminCreateUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { URI } from 'otpauth';
import { authenticatorApp, newNumber, personIn, poolWithMfa, wrong } from '../support/mfa-pool.mjs';
import { startPackagePages } from '../support/package-page.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { openSteps, stepsOf } from '../support/step-page.mjs';
import { newPerson, startTarget } from '../support/target.mjs';
import { startBackend } from '../support/backend.mjs';
import { code as codeTo } from '../support/inbox.mjs';

const CUSTOM = fileURLToPath(new URL('../interop/handlers/cognate.toml', import.meta.url));
const ON = { Enabled: true, PreferredMfa: true };
const ENABLED = { Enabled: true, PreferredMfa: false };

let target;
let pages;
let recorder;
let optional;
let required;
let choosing;

before(async () => {
  target = await startTarget();
  pages = await startPackagePages();
  recorder = await startRecorder(target.endpoint);
  optional = await poolWithMfa(target, 'OPTIONAL');
  required = await poolWithMfa(target, 'ON');
  choosing = await poolWithChoice();
});
after(async () => {
  await pages?.stop();
  await recorder?.close();
  await target?.stop();
});

const configOf = ({ poolId, clientId }) => ({
  userPoolId: poolId,
  clientId,
  endpoint: recorder.url,
  issuer: target.issuer.replace(target.poolId, poolId),
});

/** A pool whose people choose among a password and codes; those by e-mail sign themselves up. */
async function poolWithChoice(factor = 'EMAIL_OTP') {
  const { UserPool } = await target.admin.send(new CreateUserPoolCommand({
    PoolName: 'choosing',
    ...(factor === 'EMAIL_OTP' ? { UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] } : { AliasAttributes: ['phone_number'] }),
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', factor] } },
  }));
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: UserPool.Id,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
  }));
  return { poolId: UserPool.Id, clientId: UserPoolClient.ClientId };
}

const prefer = (person, preference) =>
  target.admin.send(new AdminSetUserMFAPreferenceCommand({ ...person.names, ...preference }));

test('an authenticator app is chosen, set up and used; a reload gives a new secret, and no seal has one', async () => {
  const steps = await openSteps(pages, configOf(required));
  const { username, password } = await personIn(target, required);
  const choice = await steps.signIn({ username, password });
  assert.equal(choice.kind, 'selectFactor');
  assert.deepEqual([choice.stage, choice.options], ['setUp', ['totp', 'email']]);
  assert.equal((await steps.reload()).kind, 'selectFactor');
  const first = await steps.respond({ factor: 'totp' });
  assert.equal(first.kind, 'setUpTotp');
  const uri = URI.parse(first.uri);
  assert.deepEqual([uri.secret.base32, uri.label, uri.issuer], [first.secret, username, 'localhost']);
  const resumed = await steps.reload();
  assert.equal(resumed.kind, 'setUpTotp');
  assert.notEqual(resumed.secret, first.secret);
  assert.ok(URI.parse(resumed.uri).secret.base32 === resumed.secret);

  const app = authenticatorApp(resumed.secret);
  const code = app.next();
  assert.equal((await steps.respond({ code: wrong(code) })).error.code, 'code_mismatch');
  assert.equal((await steps.respond({ code, deviceName: 'Ana’s phone' })).kind, 'done');

  const next = await openSteps(pages, configOf(required));
  const asked = await next.signIn({ username, password });
  assert.deepEqual([asked.kind, asked.factor, asked.purpose, asked.destination], ['code', 'totp', 'mfa', 'Ana’s phone']);
  await next.reload();
  assert.equal((await next.respond({ code })).error.code, 'code_expired', 'a code counts once');
  assert.equal((await next.respond({ code: app.next() })).kind, 'done');
});

test('an e-mail address is set up as the second factor, and its codes are asked for', async () => {
  const steps = await openSteps(pages, configOf(required));
  const { username, password, email } = await personIn(target, required);
  await steps.signIn({ username, password });
  assert.equal((await steps.respond({ factor: 'email' })).kind, 'setUpEmail');
  assert.equal((await steps.reload()).kind, 'setUpEmail');
  assert.equal((await steps.respond({ email: 'no address' })).error.code, 'invalid_parameter');
  const asked = await steps.respond({ email });
  assert.deepEqual([asked.kind, asked.factor, asked.purpose], ['code', 'email', 'mfa']);
  assert.match(asked.destination, /^p\*+@e\*+$/);
  await steps.reload();
  const code = await target.readCode(email);
  assert.equal((await steps.respond({ code: wrong(code) })).error.code, 'code_mismatch');
  assert.equal((await steps.respond({ code })).kind, 'done');
});

test('a text message is the second factor; its code counts once, and a step that is done is over', async () => {
  const steps = await openSteps(pages, configOf(optional));
  const number = newNumber();
  const person = await personIn(target, optional, { phone_number: number });
  await prefer(person, { SMSMfaSettings: ON });
  const asked = await steps.signIn({ username: person.username, password: person.password });
  assert.deepEqual([asked.kind, asked.factor, asked.destination], ['code', 'sms', `+*******${number.slice(-4)}`]);
  assert.ok(asked.expiresAt > Date.now());
  await steps.reload();
  const code = await target.readCode(number);
  assert.equal((await steps.respond({ password: person.password })).error.code, 'invalid_parameter', 'an answer of another kind');
  assert.equal((await steps.respond({ code: wrong(code) })).error.code, 'code_mismatch');
  const kept = await steps.sealed();
  assert.equal((await steps.respond({ code })).kind, 'done');
  await steps.resume(kept);
  assert.equal((await steps.respond({ code })).error.code, 'challenge_expired');
});

test('of two second factors one is chosen', async () => {
  const steps = await openSteps(pages, configOf(optional));
  const number = newNumber();
  const person = await personIn(target, optional, { phone_number: number, email: newPerson().email, email_verified: 'true' });
  await prefer(person, { SMSMfaSettings: ENABLED, EmailMfaSettings: ENABLED });
  const choice = await steps.signIn({ username: person.username, password: person.password });
  assert.deepEqual([choice.kind, choice.stage, choice.options], ['selectFactor', 'mfa', ['sms', 'email']]);
  await steps.reload();
  assert.equal((await steps.respond({ factor: 'totp' })).error.code, 'invalid_parameter', 'it was not offered');
  assert.equal((await steps.respond({ factor: 'sms' })).factor, 'sms');
  assert.equal((await steps.respond({ code: await target.readCode(number) })).kind, 'done');
});

test('an administrator\'s password is replaced, with the attributes that the pool wants', async () => {
  const { UserPool } = await target.admin.send(new CreateUserPoolCommand({
    PoolName: 'named',
    Schema: [{ Name: 'name', Required: true, AttributeDataType: 'String', Mutable: true }],
  }));
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({ UserPoolId: UserPool.Id, ClientName: 'web' }));
  const { email, password } = newPerson();
  const username = email.split('@')[0];
  await target.admin.send(new AdminCreateUserCommand({ UserPoolId: UserPool.Id, Username: username, TemporaryPassword: 'Temporary-1!', MessageAction: 'SUPPRESS' }));
  const steps = await openSteps(pages, configOf({ poolId: UserPool.Id, clientId: UserPoolClient.ClientId }));
  const asked = await steps.signIn({ username, password: 'Temporary-1!' });
  assert.deepEqual([asked.kind, asked.missing], ['newPassword', ['name']]);
  await steps.reload();
  assert.equal((await steps.respond({ password: 'short', attributes: { name: 'Ana' } })).error.code, 'invalid_password');
  const done = await steps.respond({ password, attributes: { name: 'Ana' } });
  assert.deepEqual([done.kind, done.user.claims.name], ['done', 'Ana']);
});

test('a password that an administrator has reset is replaced with the code that was sent', async () => {
  const { email } = newPerson();
  const person = await personIn(target, optional, { email, email_verified: 'true' });
  await target.admin.send(new AdminResetUserPasswordCommand(person.names));
  const steps = await openSteps(pages, configOf(optional));
  assert.equal((await steps.signIn({ username: person.username, password: person.password })).kind, 'resetPassword');
  assert.equal((await steps.reload()).kind, 'resetPassword');
  const code = await target.readCode(email);
  const password = 'Another-Horse10!';
  assert.equal((await steps.respond({ code: wrong(code), password })).error.code, 'code_mismatch');
  assert.equal((await steps.respond({ code, password })).kind, 'done');
  const again = await openSteps(pages, configOf(optional));
  assert.equal((await again.signIn({ username: person.username, password: person.password })).error.code, 'incorrect_credentials');
});

test('a code by text message is the first factor where the app prefers it', async () => {
  const pool = await poolWithChoice('SMS_OTP');
  const number = newNumber();
  const person = await personIn(target, pool, { phone_number: number, phone_number_verified: 'true' });
  const steps = await openSteps(pages, configOf(pool));
  const asked = await steps.signIn({ username: number, flow: 'userAuth', preferred: 'sms' });
  assert.deepEqual([asked.kind, asked.factor, asked.purpose], ['code', 'sms', 'firstFactor'], JSON.stringify(asked));
  assert.equal((await steps.reload()).factor, 'sms');
  const code = await target.readCode(number);
  assert.equal((await steps.respond({ code: wrong(code) })).error.code, 'code_mismatch');
  const done = await steps.respond({ code });
  assert.deepEqual([done.kind, done.user?.claims['cognito:username']], ['done', person.username]);
});

test('a code by e-mail is the first factor where the app prefers it, and a choice where it does not', async () => {
  const person = await signedUp();
  const steps = await openSteps(pages, configOf(choosing));
  const asked = await steps.signIn({ username: person.email, flow: 'userAuth', preferred: 'email' });
  assert.deepEqual([asked.kind, asked.factor, asked.purpose], ['code', 'email', 'firstFactor']);
  assert.deepEqual((await steps.reload()).purpose, 'firstFactor');
  const code = await target.readCode(person.email, { count: 2 });
  assert.equal((await steps.respond({ code })).kind, 'done');

  const other = await openSteps(pages, configOf(choosing));
  const choice = await other.signIn({ username: person.email, flow: 'userAuth' });
  assert.equal(choice.stage, 'first');
  assert.deepEqual(choice.options.toSorted(), ['email', 'password']);
  const from = recorder.exchanges.length;
  assert.equal((await other.respond({ factor: 'password' })).kind, 'password');
  assert.equal((await other.reload()).kind, 'password');
  assert.equal((await other.respond({ password: 'Wrong-Horse9!' })).error.code, 'incorrect_credentials');
  const sent = recorder.exchanges.slice(from).map(({ request }) => request).join('\n');
  assert.ok(sent.includes('"PASSWORD_CLAIM_SIGNATURE"') && !sent.includes('Wrong-Horse9!'), 'it is proved by SRP');
});

test('a preferred password is proved while the sign-in begins, and never sent', async () => {
  const person = await signedUp();
  const steps = await openSteps(pages, configOf(choosing));
  const from = recorder.exchanges.length;
  const done = await steps.signIn({ username: person.email, password: person.password, flow: 'userAuth', preferred: 'password' });
  assert.equal(done.kind, 'done');
  const sent = recorder.exchanges.slice(from).filter(({ operation }) => operation);
  assert.deepEqual(sent.map(({ operation }) => operation), ['InitiateAuth', 'RespondToAuthChallenge']);
  assert.ok(sent.every(({ request }) => !request.includes(person.password)));
});

test('a sign-up goes on into the sign-in that the code completes, without the password', async () => {
  const { email, password } = newPerson();
  const steps = await openSteps(pages, configOf(choosing));
  const { next, confirmed, session } = await steps.signUp({ username: email, password, attributes: { email }, autoSignIn: true });
  assert.deepEqual([next.kind, confirmed, session], ['confirmSignUp', false, undefined]);
  await steps.reload();
  const code = await target.readCode(email);
  assert.equal((await steps.respond({ code: wrong(code) })).error.code, 'code_mismatch');
  const done = await steps.respond({ code });
  assert.deepEqual([done.kind, done.user.email], ['done', email]);
  assert.equal(await steps.run((auth) => auth.state.status), 'signedIn');
});

test('somebody signs up without a password where codes let people in, and nowhere else', async () => {
  const { email } = newPerson();
  const steps = await openSteps(pages, configOf(choosing));
  const { next, error } = await steps.signUp({ username: email, attributes: { email }, autoSignIn: true });
  assert.equal(next?.kind, 'confirmSignUp', JSON.stringify(error));
  assert.equal((await steps.respond({ code: await target.readCode(email) })).kind, 'done');
  await steps.run((auth) => auth.signOut());
  const asked = await steps.signIn({ username: email, flow: 'userAuth', preferred: 'email' });
  assert.deepEqual([asked.kind, asked.purpose], ['code', 'firstFactor']);
  assert.equal((await steps.respond({ code: await target.readCode(email, { count: 2 }) })).kind, 'done');

  const elsewhere = await openSteps(pages, configOf(required));
  const refused = await elsewhere.signUp({ username: newPerson().email });
  assert.equal(refused.error.code, 'invalid_parameter');
});

test('an input as Amplify has it is refused, not half taken', async () => {
  const steps = await openSteps(pages, configOf(choosing));
  const { email, password } = newPerson();
  const { error } = await steps.signUp({ username: email, password, options: { userAttributes: { email } } });
  assert.deepEqual([error.code, error.outcome], ['invalid_parameter', 'notSent']);
  assert.match(error.message, /options/);
  const signIn = await steps.signIn({ username: email, password, options: { authFlowType: 'USER_PASSWORD_AUTH' } });
  assert.equal(signIn.error.code, 'invalid_parameter');
});

test('where the client does not sign in after a sign-up, the password does', async () => {
  const steps = await openSteps(pages, { userPoolId: target.poolId, clientId: await srpClientOfDemo(), endpoint: recorder.url, issuer: target.issuer });
  const { email, password } = newPerson();
  await steps.signUp({ username: email, password, attributes: { email }, autoSignIn: true });
  assert.equal((await steps.respond({ code: await target.readCode(email) })).kind, 'password');
  assert.equal((await steps.respond({ password })).kind, 'done');
});

test('a pool\'s own challenge is asked until it is answered, alone and after the password', async (t) => {
  const backend = await startBackend({ args: ['--config', CUSTOM] });
  t.after(() => backend.stop());
  const config = { userPoolId: 'local_custom', clientId: 'customweb', endpoint: backend.url, issuer: `${backend.url}/local_custom` };
  const steps = await openSteps(pages, config);
  const { email, password } = newPerson();
  const signUp = { username: email, password, attributes: { email } };
  assert.equal((await steps.signUp(signUp)).error.code, 'trigger_failed', 'it wants an invitation');
  await steps.signUp({ ...signUp, validationData: { invitation: 'golden' } });
  await steps.run((auth, given) => auth.confirmSignUp(given), { username: email, code: await codeTo(backend.url, email) });

  const asked = await steps.signIn({ username: email, flow: 'custom' });
  assert.deepEqual([asked.kind, asked.parameters.tries], ['custom', '0']);
  const again = await steps.respond({ answer: 'no number' });
  assert.deepEqual([again.kind, again.parameters.tries], ['custom', '1'], 'a wrong answer leads to the next challenge');
  const resumed = await steps.reload();
  assert.equal(resumed.parameters.question, again.parameters.question);
  assert.equal((await steps.respond({ answer: sum(resumed) })).kind, 'done');

  const after = await steps.signIn({ username: email, password, flow: 'custom' });
  assert.deepEqual([after.kind, after.parameters.tries], ['custom', '2'], 'SRP_A and PASSWORD_VERIFIER went before');
  assert.equal((await steps.respond({ answer: sum(after) })).kind, 'done');
  assert.equal((await steps.signIn({ username: email, password: 'Wrong-Horse9!', flow: 'custom' })).error.code, 'incorrect_credentials');

  await steps.signIn({ username: email, flow: 'custom' });
  await steps.respond({ answer: 'x' });
  await steps.respond({ answer: 'x' });
  assert.equal((await steps.respond({ answer: 'x' })).error.code, 'incorrect_credentials', 'the triggers have had enough');
});

test('two sign-ins at once do not meet', async () => {
  const people = [];
  for (let i = 0; i < 2; i += 1) {
    const number = newNumber();
    const person = await personIn(target, optional, { phone_number: number });
    await prefer(person, { SMSMfaSettings: ON });
    people.push({ ...person, number });
  }
  const steps = await openSteps(pages, configOf(optional));
  const ids = await steps.run(async (auth, given) => {
    globalThis.both = await Promise.all(given.map(({ username, password }) => auth.signIn({ username, password })));
    return globalThis.both.map(({ id }) => id);
  }, people.map(({ username, password }) => ({ username, password })));
  assert.notEqual(ids[0], ids[1]);
  const codes = await Promise.all(people.map(({ number }) => target.readCode(number)));
  if (codes[0] !== codes[1]) {
    const crossed = await steps.run((auth, code) => globalThis.both[0].respond({ code }), codes[1]);
    assert.equal(crossed.error.code, 'code_mismatch');
  }
  const names = await steps.run(async (auth, [first, second]) => {
    const one = await globalThis.both[0].respond({ code: first });
    const two = await globalThis.both[1].respond({ code: second });
    return [one.user.username, two.user.username, auth.state.user.username];
  }, codes);
  const [one, two] = people.map(({ username }) => username);
  assert.deepEqual(names, [one, two, two], 'the one that ended last is signed in');
});

test('a step of another tab, client or pool, and one that was changed, is not taken up', async () => {
  const steps = await openSteps(pages, configOf(optional));
  const person = await personIn(target, optional, { phone_number: newNumber() });
  await prefer(person, { SMSMfaSettings: ON });
  await steps.signIn({ username: person.username, password: person.password });
  const kept = await steps.sealed();
  assert.ok(!kept.includes(person.username) && !kept.includes('{'), 'it is sealed');

  const elsewhere = await openSteps(pages, configOf(optional));
  assert.equal((await elsewhere.resume(kept)).error.code, 'challenge_expired', 'another tab');
  for (const other of [{ ...configOf(optional), clientId: 'another' }, configOf(required)]) {
    await pages.reload(steps.page);
    assert.equal((await stepsOf(pages, steps.page, other).resume(kept)).error.code, 'challenge_expired');
  }
  await pages.reload(steps.page);
  const changed = kept.slice(0, -2) + (kept.at(-2) === 'A' ? 'B' : 'A') + kept.at(-1);
  assert.equal((await steps.resume(changed)).error.code, 'challenge_expired');
  assert.equal((await steps.resume('')).error.code, 'challenge_expired');
  assert.equal((await steps.resume(kept)).kind, 'code', 'where it belongs it is');
});

test('a flow that there is not is refused, and no other is taken', async () => {
  const steps = await openSteps(pages, configOf(optional));
  const from = recorder.exchanges.length;
  for (const input of [{ flow: 'USER_SRP_AUTH' }, { flow: '' }, { preferred: 'email' }, { flow: 'userAuth', preferred: 'totp' }]) {
    const { error } = await steps.signIn({ username: 'ana', password: 'Secret-Horse9!', ...input });
    assert.equal(error.code, 'invalid_parameter');
    assert.ok(!error.message.includes('Secret-Horse9!'));
  }
  assert.deepEqual(recorder.exchanges.slice(from), []);
});

test('without a password the first step asks for it, and nothing is sent before', async () => {
  const person = await personIn(target, optional);
  const steps = await openSteps(pages, configOf(optional));
  const from = recorder.exchanges.length;
  assert.equal((await steps.signIn({ username: person.username })).kind, 'password');
  assert.deepEqual(recorder.exchanges.slice(from), []);
  assert.equal((await steps.respond({ password: person.password })).kind, 'done');
});

/** Somebody who has signed up in the pool with a choice. */
async function signedUp() {
  const person = newPerson();
  const steps = await openSteps(pages, configOf(choosing));
  await steps.signUp({ username: person.email, password: person.password, attributes: { email: person.email } });
  await steps.run((auth, given) => auth.confirmSignUp(given), { username: person.email, code: await target.readCode(person.email) });
  await steps.page.close();
  return person;
}

/** A client of the demo pool that only knows SRP. */
async function srpClientOfDemo() {
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: target.poolId,
    ClientName: 'srp only',
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  return UserPoolClient.ClientId;
}

function sum({ parameters }) {
  const [a, b] = parameters.question.split(' + ');
  return String(Number(a) + Number(b));
}
