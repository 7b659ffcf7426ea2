// Devices as raw answers: the exact members that clients take apart, and the words of refusals that they match.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminClient } from '../support/target.mjs';
import { startBackend } from '../support/backend.mjs';
import { poolWithDevices } from '../support/device-pool.mjs';
import { personIn } from '../support/mfa-pool.mjs';
import { begin, claimTimestamp, passwordClaim, verifierOf } from '../support/srp-client.mjs';
import { Api } from '../support/user-pools-api.mjs';

const UNKNOWN = { __type: 'ResourceNotFoundException', message: 'Device does not exist.' };
const PASSWORD = 'dsATBFxWFR3n6jEEuPcF3gPf9ACfqftLEsEwSDT5eJMMSsCTh57Gkw==';

let backend;
let target;

before(async () => {
  backend = await startBackend();
  target = { endpoint: backend.url, admin: adminClient(backend.url) };
});
after(() => backend?.stop());

async function signedIn(settings) {
  const pool = await poolWithDevices(target, settings);
  const person = await personIn(target, pool);
  const api = new Api({ ...backend, ...pool, url: backend.url });
  const initiate = (more = {}) => api.call('InitiateAuth', {
    ClientId: pool.clientId, AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: person.username, PASSWORD: person.password, ...more },
  });
  const { AuthenticationResult } = (await initiate()).body;
  return { api, pool, person, initiate, tokens: AuthenticationResult };
}

/** Confirms the device of a sign-in as a client does, with 16 bytes of salt of which the first bit is set. */
async function confirmed({ api, tokens }) {
  const { DeviceKey, DeviceGroupKey } = tokens.NewDeviceMetadata;
  const salt = 'e76837b8f3060fd80475a84a16dbcc7c';
  const verifier = verifierOf({ poolName: DeviceGroupKey, userId: DeviceKey, password: PASSWORD, salt });
  const base64 = (hex) => Buffer.from(hex, 'hex').toString('base64');
  const answer = await api.ok('ConfirmDevice', {
    AccessToken: tokens.AccessToken, DeviceKey, DeviceName: 'A browser',
    DeviceSecretVerifierConfig: { Salt: base64(`00${salt}`), PasswordVerifier: base64(verifier) },
  });
  return { answer, DeviceKey, DeviceGroupKey, salt };
}

test('NewDeviceMetadata comes with the tokens, and its key is a claim of the access token', async () => {
  const { tokens } = await signedIn();
  assert.deepEqual(Object.keys(tokens).sort(),
    ['AccessToken', 'ExpiresIn', 'IdToken', 'NewDeviceMetadata', 'RefreshToken', 'TokenType']);
  assert.deepEqual(Object.keys(tokens.NewDeviceMetadata).sort(), ['DeviceGroupKey', 'DeviceKey']);
  assert.match(tokens.NewDeviceMetadata.DeviceKey, /^[\w-]+_[0-9a-f-]{36}$/);
  assert.match(tokens.NewDeviceMetadata.DeviceGroupKey, /^-\w{8}$/);
  const payload = JSON.parse(Buffer.from(tokens.AccessToken.split('.')[1], 'base64url').toString());
  assert.equal(payload.device_key, tokens.NewDeviceMetadata.DeviceKey);
});

test('a device is confirmed, proves itself and is described with the members of the model', async () => {
  const signed = await signedIn();
  const { api, pool, person, initiate, tokens } = signed;
  const { answer, DeviceKey, DeviceGroupKey, salt } = await confirmed(signed);
  assert.deepEqual(answer, { UserConfirmationNecessary: false });

  const asked = (await initiate({ DEVICE_KEY: DeviceKey })).body;
  assert.deepEqual(Object.keys(asked).sort(), ['ChallengeName', 'ChallengeParameters', 'Session']);
  assert.equal(asked.ChallengeName, 'DEVICE_SRP_AUTH');
  assert.deepEqual(asked.ChallengeParameters, {});
  const respond = (ChallengeName, Session, responses) => api.ok('RespondToAuthChallenge', {
    ClientId: pool.clientId, ChallengeName, Session, ChallengeResponses: { USERNAME: person.username, DEVICE_KEY: DeviceKey, ...responses },
  });
  const client = begin();
  const next = await respond('DEVICE_SRP_AUTH', asked.Session, { SRP_A: client.A.toString(16) });
  assert.equal(next.ChallengeName, 'DEVICE_PASSWORD_VERIFIER');
  const { SALT, SRP_B, SECRET_BLOCK, ...named } = next.ChallengeParameters;
  assert.deepEqual(named, { DEVICE_KEY: DeviceKey, USERNAME: person.username });
  assert.equal(BigInt(`0x${SALT}`), BigInt(`0x${salt}`));
  const timestamp = claimTimestamp();
  const claim = passwordClaim({
    ...client, poolName: DeviceGroupKey, userId: DeviceKey, password: PASSWORD, salt: SALT, B: SRP_B, secretBlock: SECRET_BLOCK, timestamp,
  });
  const done = await respond('DEVICE_PASSWORD_VERIFIER', next.Session, {
    PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK, TIMESTAMP: timestamp, PASSWORD_CLAIM_SIGNATURE: claim.signature,
  });
  assert.deepEqual(Object.keys(done.AuthenticationResult).sort(), ['AccessToken', 'ExpiresIn', 'IdToken', 'RefreshToken', 'TokenType']);

  const { Device } = await api.ok('GetDevice', { AccessToken: tokens.AccessToken, DeviceKey });
  assert.deepEqual(Object.keys(Device).sort(), [
    'DeviceAttributes', 'DeviceCreateDate', 'DeviceKey', 'DeviceLastAuthenticatedDate', 'DeviceLastModifiedDate',
  ]);
  assert.equal(typeof Device.DeviceCreateDate, 'number');
  const list = await api.ok('ListDevices', { AccessToken: tokens.AccessToken });
  assert.deepEqual(list, { Devices: [Device] });
});

test('the words of an unknown device are those that clients match, for names that nobody has, too', async () => {
  const { api, pool, person, initiate, tokens } = await signedIn();
  const DeviceKey = 'local_11111111-2222-4333-8444-555555555555';
  const answers = [
    await initiate({ DEVICE_KEY: DeviceKey }),
    await initiate({ DEVICE_KEY: DeviceKey, PASSWORD: 'Wrong-Horse-9' }),
    await initiate({ DEVICE_KEY: DeviceKey, USERNAME: 'nobody' }),
    await api.call('RespondToAuthChallenge', {
      ClientId: pool.clientId, ChallengeName: 'SMS_MFA', Session: 'A'.repeat(43),
      ChallengeResponses: { USERNAME: person.username, SMS_MFA_CODE: '123456', DEVICE_KEY: DeviceKey },
    }),
    await api.call('GetDevice', { AccessToken: tokens.AccessToken, DeviceKey }),
    await api.call('ForgetDevice', { AccessToken: tokens.AccessToken, DeviceKey }),
    await api.call('UpdateDeviceStatus', { AccessToken: tokens.AccessToken, DeviceKey, DeviceRememberedStatus: 'remembered' }),
  ];
  for (const answer of answers) assert.deepEqual([answer.status, answer.body], [400, UNKNOWN]);
});
