// Attacks on the SRP sign-in (security rule 4): degenerate public values, replayed, altered and exchanged secret blocks, stale claims.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from '../support/user-pools-api.mjs';
import { N, begin, claimTimestamp } from '../support/srp-client.mjs';
import { startBackend } from '../support/backend.mjs';

let backend;
let api;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
});
after(() => backend?.stop());

const REFUSED = { __type: 'NotAuthorizedException', message: 'Incorrect username or password.' };

// With A a multiple of N the server's S is 0 whatever the password: the classic way around SRP.
for (const [what, SRP_A] of [
  ['0', '0'],
  ['many zeros', '0'.repeat(768)],
  ['N', N.toString(16)],
  ['2 N', (2n * N).toString(16)],
  ['above N', (N + 2n).toString(16)],
  ['far too long', 'f'.repeat(4096)],
  ['not hexadecimal', 'xyz'],
  ['negative', '-5'],
  ['empty', ''],
]) {
  test(`SRP_A that is ${what} is refused before a challenge is made, for known and unknown people alike`, async () => {
    const person = await api.confirmedPerson();
    const known = (await api.srpStart(person.email, { SRP_A })).answer;
    assert.equal(known.status, 400, known.text);
    assert.ok(['InvalidParameterException', 'NotAuthorizedException'].includes(known.body.__type), known.text);
    assert.equal(known.body.ChallengeParameters, undefined);
    const unknown = (await api.srpStart(api.newPerson().email, { SRP_A })).answer;
    assert.deepEqual(unknown.body, known.body);
  });
}

test('a claim that was accepted is not accepted again', async () => {
  const person = await api.confirmedPerson();
  const responses = api.srpClaim(await api.srpStart(person.email), person.password);
  assert.equal((await api.srpAnswer(responses)).status, 200);
  const again = await api.srpAnswer(responses);
  assert.equal(again.status, 400);
  assert.equal(again.body.__type, 'NotAuthorizedException');
  assert.equal(again.body.AuthenticationResult, undefined);
});

test('one secret block allows one guess: after a wrong claim the right one is refused', async () => {
  const person = await api.confirmedPerson();
  const started = await api.srpStart(person.email);
  assert.deepEqual((await api.srpAnswer(api.srpClaim(started, 'Wrong-Horse9!'))).body, REFUSED);
  assert.equal((await api.srpAnswer(api.srpClaim(started, person.password))).status, 400);
});

test('of two claims with one block that arrive together at most one is accepted', async () => {
  const person = await api.confirmedPerson();
  for (let round = 0; round < 5; round += 1) {
    const responses = api.srpClaim(await api.srpStart(person.email), person.password);
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.srpAnswer(responses)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  }
});

test('a secret block with any changed byte is refused', async () => {
  const person = await api.confirmedPerson();
  const started = await api.srpStart(person.email);
  const block = Buffer.from(started.parameters.SECRET_BLOCK, 'base64');
  for (let at = 0; at < block.length; at += Math.max(1, Math.floor(block.length / 24))) {
    const changed = Buffer.from(block);
    changed[at] ^= 1;
    const answer = await api.srpAnswer(api.srpClaim(started, person.password, { PASSWORD_CLAIM_SECRET_BLOCK: changed.toString('base64') }));
    assert.equal(answer.status, 400, `byte ${at}`);
    assert.equal(answer.body.__type, 'NotAuthorizedException', `byte ${at}`);
  }
});

for (const [what, block] of [['empty', ''], ['not base64', '%%%'], ['short', 'AAAA'], ['of zeros', Buffer.alloc(160).toString('base64')], ['huge', 'A'.repeat(60_000)]]) {
  test(`a secret block that is ${what} is refused without a failure`, async () => {
    const person = await api.confirmedPerson();
    const responses = api.srpClaim(await api.srpStart(person.email), person.password);
    const answer = await api.srpAnswer({ ...responses, PASSWORD_CLAIM_SECRET_BLOCK: block });
    assert.equal(answer.status, 400, answer.text);
  });
}

test('a block belongs to its person: Eve\'s block does not sign Ada in', async () => {
  const ada = await api.confirmedPerson();
  const eve = await api.confirmedPerson();
  const forEve = await api.srpStart(eve.email);
  const responses = api.srpClaim(forEve, eve.password);
  const answer = await api.srpAnswer({ ...responses, USERNAME: ada.sub });
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.__type, 'NotAuthorizedException');
});

test('a block belongs to its A: a claim computed with another A is refused', async () => {
  const person = await api.confirmedPerson();
  const started = await api.srpStart(person.email);
  const answer = await api.srpAnswer(api.srpClaim({ ...started, client: begin() }, person.password));
  assert.deepEqual(answer.body, REFUSED);
});

for (const [what, minutes] of [['six minutes old', -6], ['six minutes early', 6], ['a day old', -1440]]) {
  test(`a TIMESTAMP that is ${what} is refused though the signature covers it`, async () => {
    const person = await api.confirmedPerson();
    const started = await api.srpStart(person.email);
    const timestamp = claimTimestamp(new Date(Date.now() + minutes * 60_000));
    const answer = await api.srpAnswer(api.srpClaim(started, person.password, { timestamp }));
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.__type, 'NotAuthorizedException');
  });
}

for (const timestamp of ['', 'now', '2026-09-01T02:03:04Z', 'Tue Foo 99 99:99:99 UTC 2026', `Tue Sep 1 02:03:04 UTC ${'9'.repeat(400)}`]) {
  test(`a TIMESTAMP like "${timestamp.slice(0, 32)}" is refused without a failure`, async () => {
    const person = await api.confirmedPerson();
    const answer = await api.srpAnswer(api.srpClaim(await api.srpStart(person.email), person.password, { timestamp }));
    assert.equal(answer.status, 400, answer.text);
  });
}

for (const [what, change] of [
  ['empty', { PASSWORD_CLAIM_SIGNATURE: '' }],
  ['missing', { PASSWORD_CLAIM_SIGNATURE: undefined }],
  ['short', { PASSWORD_CLAIM_SIGNATURE: 'AAAA' }],
  ['all zero', { PASSWORD_CLAIM_SIGNATURE: Buffer.alloc(32).toString('base64') }],
  ['not base64', { PASSWORD_CLAIM_SIGNATURE: '*'.repeat(44) }],
]) {
  test(`a claim whose signature is ${what} is refused`, async () => {
    const person = await api.confirmedPerson();
    const answer = await api.srpAnswer(api.srpClaim(await api.srpStart(person.email), person.password, change));
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.AuthenticationResult, undefined);
  });
}

test('every challenge has a fresh B and a fresh block', async () => {
  const person = await api.confirmedPerson();
  const client = begin();
  const first = await api.srpStart(person.email, { client });
  const second = await api.srpStart(person.email, { client });
  assert.equal(first.parameters.SALT, second.parameters.SALT);
  assert.notEqual(first.parameters.SRP_B, second.parameters.SRP_B);
  assert.notEqual(first.parameters.SECRET_BLOCK, second.parameters.SECRET_BLOCK);
});
