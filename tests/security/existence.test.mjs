// Who has an account stays untold (security rule 6): each public question about an unknown person gets the answer that a known one gets.
// Time is compared by `npm run bench`, since a test of time fails on busy machines.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api } from '../support/user-pools-api.mjs';
import { startBackend } from '../support/backend.mjs';
import { code, messages } from '../support/inbox.mjs';

let backend;
let api;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
});
after(() => backend?.stop());

test('an unknown person\'s challenge has the members, lengths and forms of a known one', async () => {
  const known = (await api.srpStart((await api.confirmedPerson()).email)).answer;
  const unknown = (await api.srpStart(api.newPerson().email)).answer;
  assert.equal(unknown.status, 200);
  assert.deepEqual(headerNames(unknown), headerNames(known));
  const form = ({ ChallengeName, ChallengeParameters: p, ...rest }) => ({
    ChallengeName, rest, names: Object.keys(p).sort(), block: p.SECRET_BLOCK.length,
    id: p.USER_ID_FOR_SRP.replace(/[0-9a-f]/g, 'h'), version: p.USER_ID_FOR_SRP[14], same: p.USERNAME === p.USER_ID_FOR_SRP,
  });
  assert.deepEqual(form(unknown.body), form(known.body));
  for (const { ChallengeParameters: p } of [known.body, unknown.body]) {
    assert.match(p.SALT, /^[0-9a-f]{28,32}$/);
    assert.match(p.SRP_B, /^[0-9a-f]{750,768}$/);
  }
});

test('an unknown person keeps the same salt and id, with a fresh B each time', async () => {
  const { email } = api.newPerson();
  const first = (await api.srpStart(email)).parameters;
  const second = (await api.srpStart(email)).parameters;
  assert.equal(second.SALT, first.SALT);
  assert.equal(second.USER_ID_FOR_SRP, first.USER_ID_FOR_SRP);
  assert.notEqual(second.SRP_B, first.SRP_B);
  const other = (await api.srpStart(api.newPerson().email)).parameters;
  assert.notEqual(other.SALT, first.SALT);
  assert.notEqual(other.USER_ID_FOR_SRP, first.USER_ID_FOR_SRP);
});

test('an unknown person keeps them across a restart, as a known one does', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cognate-restart-'));
  try {
    const seen = [];
    const { email } = api.newPerson();
    for (let start = 0; start < 2; start += 1) {
      const own = await startBackend({ dataDir });
      seen.push((await new Api(own).srpStart(email)).parameters);
      await own.stop();
    }
    assert.equal(seen[1].SALT, seen[0].SALT);
    assert.equal(seen[1].USER_ID_FOR_SRP, seen[0].USER_ID_FOR_SRP);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('upper case in the address changes nothing for either', async () => {
  const { email } = await api.confirmedPerson();
  const stranger = api.newPerson().email;
  for (const address of [email, stranger]) {
    const plain = (await api.srpStart(address)).parameters;
    const shouted = (await api.srpStart(address.toUpperCase())).parameters;
    assert.equal(shouted.USER_ID_FOR_SRP, plain.USER_ID_FOR_SRP, address);
    assert.equal(shouted.SALT, plain.SALT, address);
  }
});

test('the end of an SRP sign-in is the same for a wrong password, an unknown and an unconfirmed person', async () => {
  const answers = [];
  for (const email of [(await api.confirmedPerson()).email, api.newPerson().email, (await api.signedUpPerson()).email]) {
    answers.push(await api.srpSignIn(email, 'Wrong-Horse9!'));
  }
  const [known, ...others] = answers;
  for (const other of others) {
    assert.equal(other.status, known.status);
    assert.deepEqual(other.body, known.body);
    assert.deepEqual(headerNames(other), headerNames(known));
  }
});

test('the id of a challenge can be used as user name no matter whether it is real', async () => {
  const { sub } = await api.confirmedPerson();
  const decoy = (await api.srpStart(api.newPerson().email)).parameters.USER_ID_FOR_SRP;
  const real = (await api.srpStart(sub)).answer;
  const fake = (await api.srpStart(decoy)).answer;
  assert.equal(real.status, fake.status);
  assert.equal(fake.body.ChallengeParameters.USER_ID_FOR_SRP.length, real.body.ChallengeParameters.USER_ID_FOR_SRP.length);
});

for (const operation of ['ForgotPassword', 'ResendConfirmationCode']) {
  test(`${operation} answers an unknown person as a known one, and nothing is sent`, async () => {
    const person = operation === 'ForgotPassword' ? await api.confirmedPerson() : await api.signedUpPerson();
    const stranger = api.newPerson().email;
    const ask = (Username) => api.call(operation, { ClientId: api.clientId, Username });
    const known = await ask(person.email);
    const unknown = await ask(stranger);
    assert.equal(known.status, 200, known.text);
    assert.equal(unknown.status, 200, unknown.text);
    assert.deepEqual(unknown.body, known.body, 'both addresses mask to the same text');
    assert.deepEqual(headerNames(unknown), headerNames(known));
    assert.deepEqual(await messages(backend.url, stranger), []);
  });
}

test('a wrong recovery code is refused alike for known and unknown people', async () => {
  const { email } = await api.confirmedPerson();
  const stranger = api.newPerson().email;
  for (const Username of [email, stranger]) await api.ok('ForgotPassword', { ClientId: api.clientId, Username });
  const right = await code(backend.url, email, { count: 2 });
  const ConfirmationCode = right === '123456' ? '654321' : '123456';
  const answer = (Username) => api.call('ConfirmForgotPassword', { ClientId: api.clientId, Username, ConfirmationCode, Password: 'Fresh-Horse11!' });
  const known = await answer(email);
  const unknown = await answer(stranger);
  assert.equal(known.body.__type, 'CodeMismatchException');
  assert.deepEqual(unknown.body, known.body);
});

test('a wrong confirmation code is refused alike for unconfirmed and unknown people', async () => {
  const { email } = await api.signedUpPerson();
  const right = await code(backend.url, email);
  const ConfirmationCode = right === '123456' ? '654321' : '123456';
  const answer = (Username) => api.call('ConfirmSignUp', { ClientId: api.clientId, Username, ConfirmationCode });
  const known = await answer(email);
  const unknown = await answer(api.newPerson().email);
  assert.equal(known.body.__type, 'CodeMismatchException');
  assert.deepEqual(unknown.body, known.body);
});

function headerNames({ headers }) {
  return Object.keys(headers).sort();
}
