// A copied database, a log file, a backup: none of them may give away who has an account, a code, a token or a password (security rule 5).

import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoginDomain } from '../support/login-domain.mjs';
import { Api, send } from '../support/user-pools-api.mjs';
import { startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { code } from '../support/inbox.mjs';

let folder;
let backend;
let secrets;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cognate-at-rest-'));
  backend = await startBackend({ dataDir: folder, env: { COGNATE_LOG: 'trace', COGNATE_LOG_FORMAT: 'json' }, keptOutput: Infinity });
  const api = new Api(backend);
  const { email, password } = api.newPerson();
  const UserAttributes = [{ Name: 'email', Value: email }, { Name: 'family_name', Value: 'Byron-Lovelace' }];
  const { UserSub } = await api.ok('SignUp', { ClientId: api.clientId, Username: email, Password: password, UserAttributes });
  const confirmation = await code(backend.url, email);
  await api.ok('ConfirmSignUp', { ClientId: api.clientId, Username: email, ConfirmationCode: confirmation });
  await api.srpSignIn(email, password);
  await api.srpSignIn(email, 'Wrong-Guess-77!');
  await api.ok('ForgotPassword', { ClientId: api.clientId, Username: email });
  const recovery = await code(backend.url, email, { count: 2 });
  const { AccessToken, RefreshToken, IdToken } = await api.tokens({ email, password });
  await api.ok('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'phone_number', Value: '+491700001234' }] });
  await api.ok('GetTokensFromRefreshToken', { ClientId: api.clientId, RefreshToken });
  assert.ok(UserSub);
  const browser = new LoginDomain(backend);
  const flow = await browser.code({ email, password });
  const { body: redeemed } = await browser.redeem(flow);
  await browser.token({ grant_type: 'refresh_token', client_id: api.clientId, refresh_token: redeemed.refresh_token });
  await send(backend.url, { method: 'GET', path: '/oauth2/userInfo', headers: { authorization: `Bearer ${redeemed.access_token}` } });
  secrets = {
    'the e-mail address': email, 'its local part': email.split('@')[0], 'the password': password, 'a wrong password': 'Wrong-Guess-77!',
    'a personal attribute': 'Byron-Lovelace', 'the phone number': '+491700001234', 'the refresh token': RefreshToken,
    'the access token\'s signature': AccessToken.split('.')[2], 'the ID token\'s signature': IdToken.split('.')[2],
    'the authorization code': flow.code, 'the code verifier': flow.verifier, 'the app\'s state': flow.parameters.state, 'the refresh token of the code': redeemed.refresh_token,
    'the session\'s cookie': [...browser.cookies.values()].at(-1), 'the confirmation code': confirmation, 'the recovery code': recovery,
  };
});
after(async () => {
  await backend?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('nothing personal or secret is readable in the data folder', async () => {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length >= 2, 'the database and the master key at least');
  for (const file of files) {
    const content = await readFile(join(file.parentPath ?? file.path, file.name));
    for (const [what, secret] of Object.entries(secrets)) {
      // Six digits come up by chance in a database of numbers: codes are looked for as whole words only.
      const found = /^\d+$/.test(secret) ? new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`).test(content.toString('latin1')) : content.includes(secret);
      assert.ok(!found, `${what} is in ${file.name}`);
    }
  }
});

test('nothing personal or secret is logged, even at the finest level', () => {
  const log = backend.output();
  assert.match(log, /"level":"(TRACE|DEBUG)"/, 'the finest level');
  for (const [what, secret] of Object.entries(secrets)) assert.ok(!log.includes(secret), `${what} is in the log`);
});

test('every request has a line with its id, its operation, its outcome and its time', async () => {
  const api = new Api(backend);
  const { headers } = await api.call('GetUser', { AccessToken: 'no-token' });
  const lines = () => backend.output().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  let line;
  for (let tries = 0; line === undefined && tries < 50; tries += 1) {
    await sleep(20);
    line = lines().find((line) => line.request_id === headers['x-amzn-requestid']);
  }
  assert.equal(line?.operation, 'GetUser');
  assert.equal(line.outcome, 'NotAuthorizedException');
  assert.equal(line.status, 400);
  assert.ok(Number.isInteger(line.micros));
  const operations = new Set(lines().map((line) => line.operation));
  for (const operation of ['SignUp', 'login/RespondToAuthChallenge', '/oauth2/authorize', '/oauth2/token', '/oauth2/userInfo']) assert.ok(operations.has(operation), operation);
});

test('the numbers are on a listener of their own and name nobody', async () => {
  const listen = await freePort();
  const config = join(folder, 'metrics.toml');
  await writeFile(config, `[metrics]\nlisten = "127.0.0.1:${listen}"\n[[pools]]\nid = "local_demo"\n[[pools.clients]]\nid = "demowebclient"\n`);
  const other = await startBackend({ args: ['--config', config] });
  try {
    const api = new Api(other);
    await api.call('InitiateAuth', { ClientId: api.clientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME: 'ada.lovelace', SRP_A: 'ab' } });
    await send(other.url, { method: 'GET', path: '/no/such/ada.lovelace' });
    const text = await (await fetch(`http://127.0.0.1:${listen}/metrics`)).text();
    assert.match(text, /cognate_requests_total\{operation="InitiateAuth",outcome="UserNotFoundException"\} 1/);
    assert.match(text, /cognate_request_duration_seconds_count\{operation="InitiateAuth"\} 1/);
    assert.match(text, /operation="unknown"/);
    assert.ok(!text.includes('ada') && !text.includes(api.clientId) && !text.includes('local_demo'));
    assert.equal((await fetch(`http://127.0.0.1:${listen}/`)).status, 404);
    assert.equal((await send(other.url, { method: 'GET', path: '/metrics' })).status, 404);
  } finally {
    await other.stop();
  }
});

test('files with secrets are for the owner only', async () => {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  for (const file of files) {
    const { mode } = await stat(join(folder, file.name));
    if (/key/.test(file.name)) assert.equal(mode & 0o077, 0, `${file.name} has mode ${(mode & 0o777).toString(8)}`);
  }
  assert.ok(files.some((file) => /key/.test(file.name)), 'the master key is a file of its own');
});

test('a database does not open with another master key', async () => {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && /key/.test(entry.name));
  await backend.stop();
  for (const file of files) await rm(join(folder, file.name));
  await assert.rejects(startBackend({ dataDir: folder }), /ended \(\d+\) before it was ready[\s\S]*key/);
});
