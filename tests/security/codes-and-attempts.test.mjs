// Guessing is limited: codes have few tries, passwords too, per person and address together, so that nobody is locked out from far away.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Api } from '../support/user-pools-api.mjs';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';

let backend;
let api;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
});
after(() => backend?.stop());

const LIMITS = ['LimitExceededException', 'TooManyFailedAttemptsException', 'TooManyRequestsException'];

test('a confirmation code cannot be guessed: after at most 15 tries the right one is refused, too', async () => {
  const { email } = await api.signedUpPerson();
  const right = await code(backend.url, email);
  const refused = await guess((ConfirmationCode) => api.call('ConfirmSignUp', { ClientId: api.clientId, Username: email, ConfirmationCode }), right, 16);
  assert.ok(LIMITS.includes(refused.body.__type), refused.text);
});

test('a recovery code cannot be guessed: after at most 20 tries the right one is refused, too', async () => {
  const { email, password } = await api.confirmedPerson();
  await api.ok('ForgotPassword', { ClientId: api.clientId, Username: email });
  const right = await code(backend.url, email, { count: 2 });
  const answer = (ConfirmationCode) => api.call('ConfirmForgotPassword', { ClientId: api.clientId, Username: email, ConfirmationCode, Password: 'Stolen-Horse1!' });
  const refused = await guess(answer, right, 21);
  assert.ok(LIMITS.includes(refused.body.__type), refused.text);
  assert.ok((await api.tokens({ email, password })).AccessToken, 'the old password still holds');
});

test('an unknown person\'s codes run into the same limit', async () => {
  const { email } = api.newPerson();
  const refused = await guess((ConfirmationCode) => api.call('ConfirmSignUp', { ClientId: api.clientId, Username: email, ConfirmationCode }), undefined, 16);
  assert.ok(LIMITS.includes(refused.body.__type), refused.text);
});

test('codes are sent a few times an hour only', async () => {
  const { email } = await api.signedUpPerson();
  let limited;
  for (let i = 0; i < 8 && !limited; i += 1) {
    const answer = await api.call('ResendConfirmationCode', { ClientId: api.clientId, Username: email });
    if (answer.status !== 200) limited = answer;
  }
  assert.equal(limited?.body.__type, 'LimitExceededException');
});

test('a code works once, for its person and its purpose only', async () => {
  const ada = await api.signedUpPerson();
  const eve = await api.signedUpPerson();
  const forAda = await code(backend.url, ada.email);
  const forEve = await code(backend.url, eve.email);
  const confirm = (Username, ConfirmationCode) => api.call('ConfirmSignUp', { ClientId: api.clientId, Username, ConfirmationCode });
  if (forAda !== forEve) assert.equal((await confirm(ada.email, forEve)).body.__type, 'CodeMismatchException');
  assert.equal((await confirm(ada.email, forAda)).status, 200);
  assert.notEqual((await confirm(ada.email, forAda)).status, 200);
  const reset = await api.call('ConfirmForgotPassword', { ClientId: api.clientId, Username: eve.email, ConfirmationCode: forEve, Password: 'Stolen-Horse1!' });
  assert.equal(reset.status, 400, 'a sign-up code resets no password');
});

test('of many confirmations with one recovery code that arrive together one wins', async () => {
  const { email } = await api.confirmedPerson();
  await api.ok('ForgotPassword', { ClientId: api.clientId, Username: email });
  const ConfirmationCode = await code(backend.url, email, { count: 2 });
  const answers = await Promise.all(Array.from({ length: 4 }, (_, i) => api.call('ConfirmForgotPassword', {
    ClientId: api.clientId, Username: email, ConfirmationCode, Password: `Fresh-Horse1${i}!`,
  })));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(({ text }) => text).join(' '));
});

for (const [flow, attempt] of [
  ['USER_PASSWORD_AUTH', (from, email) => from('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: api.clientId, AuthParameters: { USERNAME: email, PASSWORD: 'Wrong-Horse9!' } })],
  ['USER_SRP_AUTH', async (from, email) => {
    const started = await api.srpStart(email);
    return started.parameters ? api.srpAnswer(api.srpClaim(started, 'Wrong-Horse9!')) : started.answer;
  }],
]) {
  test(`guessing passwords by ${flow} is stopped, for known and unknown people after the same number of tries`, async () => {
    const triesUntilStopped = async (email) => {
      for (let tries = 1; tries <= 40; tries += 1) {
        const answer = await attempt((operation, body) => api.call(operation, body), email);
        assert.equal(answer.body.__type, 'NotAuthorizedException', answer.text);
        if (answer.body.message === 'Password attempts exceeded') return tries;
      }
      return Infinity;
    };
    const person = await api.confirmedPerson();
    const known = await triesUntilStopped(person.email);
    assert.ok(known <= 20, `still guessing after ${known} tries`);
    // At once: the first wait is a second.
    const right = await api.call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: api.clientId, AuthParameters: { USERNAME: person.email, PASSWORD: person.password } });
    assert.equal(right.body.message, 'Password attempts exceeded', 'the right password does not open while the limit holds');
    assert.equal(await triesUntilStopped(api.newPerson().email), known);

    const elsewhere = await fromAddress('127.0.0.9', person);
    assert.equal(elsewhere.status, 200, `the person signs in from another address: ${elsewhere.text}`);
  });
}

// Tries wrong codes, then the right one, which must not be accepted any more; answers that last refusal.
async function guess(answer, right, tries) {
  for (let i = 0; i < tries; i += 1) {
    const wrong = String(100_000 + i * 37);
    if (wrong !== right) await answer(wrong);
  }
  const last = await answer(right ?? '999999');
  assert.equal(last.status, 400, last.text);
  return last;
}

// Linux lets a client choose any address of 127.0.0.0/8 to come from.
function fromAddress(localAddress, { email, password }) {
  const body = JSON.stringify({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: api.clientId, AuthParameters: { USERNAME: email, PASSWORD: password } });
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1', port: backend.port, method: 'POST', localAddress, agent: false,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
    }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).once('end', () => resolve({ status: response.statusCode, text }));
    });
    request.once('error', reject);
    request.end(body);
  });
}
