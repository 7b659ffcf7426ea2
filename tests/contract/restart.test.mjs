// What was answered is kept: sign-ups, tokens, keys and sessions survive a restart, and a kill.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { code } from '../support/inbox.mjs';
import { Api, send } from '../support/user-pools-api.mjs';

const folders = [];
after(async () => { for (const folder of folders) await rm(folder, { recursive: true, force: true }); });

async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-kept-'));
  folders.push(folder);
  return folder;
}

const jwks = async ({ url, poolId }) => (await send(url, { method: 'GET', path: `/${poolId}/.well-known/jwks.json` })).body;

test('keys, people and sessions survive a restart', async () => {
  const options = { dataDir: await newFolder(), port: await freePort() };
  const first = await startBackend(options);
  const api = new Api(first);
  const person = await api.confirmedPerson();
  const tokens = await api.tokens(person);
  const keys = await jwks(first);
  await first.stop();

  const second = await startBackend(options);
  try {
    assert.deepEqual(await jwks(second), keys);
    const again = new Api(second);
    assert.equal((await again.call('GetUser', { AccessToken: tokens.AccessToken })).status, 200, 'the access token still counts');
    assert.ok((await again.ok('GetTokensFromRefreshToken', { ClientId: again.clientId, RefreshToken: tokens.RefreshToken })).AuthenticationResult);
    assert.equal((await again.srpSignIn(person.email, person.password)).status, 200);
  } finally {
    await second.stop();
  }
});

test('what was answered survives a kill: a sign-up, its confirmation, a revocation', async () => {
  const options = { dataDir: await newFolder(), port: await freePort() };
  const first = await startBackend(options);
  const api = new Api(first);
  const unconfirmed = await api.signedUpPerson();
  const confirmed = await api.confirmedPerson();
  const { RefreshToken } = await api.tokens(confirmed);
  await api.ok('RevokeToken', { ClientId: api.clientId, Token: RefreshToken });
  process.kill(first.pid, 'SIGKILL');
  await first.exited;

  const second = await startBackend(options);
  try {
    const again = new Api(second);
    assert.equal((await again.srpSignIn(unconfirmed.email, unconfirmed.password)).body.__type, 'UserNotConfirmedException');
    assert.equal((await again.srpSignIn(confirmed.email, confirmed.password)).status, 200);
    assert.equal((await again.call('GetTokensFromRefreshToken', { ClientId: again.clientId, RefreshToken })).body.__type, 'NotAuthorizedException');
  } finally {
    await second.stop();
  }
});

test('a challenge outlives a restart within its time, and a spent one stays spent', async () => {
  const options = { dataDir: await newFolder(), port: await freePort() };
  const first = await startBackend(options);
  const api = new Api(first);
  const person = await api.confirmedPerson();
  const open = await api.srpStart(person.email);
  const spent = api.srpClaim(await api.srpStart(person.email), person.password);
  assert.equal((await api.srpAnswer(spent)).status, 200);
  await first.stop();

  const second = await startBackend(options);
  try {
    const again = new Api(second);
    assert.equal((await again.srpAnswer(again.srpClaim(open, person.password))).status, 200, 'the block is the state: nothing is kept in memory');
    assert.equal((await again.srpAnswer(spent)).status, 400, 'spent ids are kept in the database');
  } finally {
    await second.stop();
  }
});

test('codes outlive a restart', async () => {
  const options = { dataDir: await newFolder(), port: await freePort() };
  const first = await startBackend(options);
  const api = new Api(first);
  const person = await api.signedUpPerson();
  const ConfirmationCode = await code(first.url, person.email);
  await first.stop();
  const second = await startBackend(options);
  try {
    const again = new Api(second);
    await again.ok('ConfirmSignUp', { ClientId: again.clientId, Username: person.email, ConfirmationCode });
  } finally {
    await second.stop();
  }
});
