// Devices with clients that nobody here wrote: amazon-cognito-identity-js, AWS Amplify, and boto3 with pycognito's arithmetic.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AdminForgetDeviceCommand, AdminListDevicesCommand, DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchAuthSession, fetchDevices, forgetDevice, rememberDevice, signIn, signOut } from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { IdentityJsApp } from './identity-js.mjs';
import { poolWithDevices } from '../support/device-pool.mjs';
import { newNumber, personIn } from '../support/mfa-pool.mjs';
import { pythonWithBoto3 } from '../support/ministack.mjs';
import { isMinistack, startTarget } from '../support/target.mjs';

const options = { skip: isMinistack && 'it has no devices' };
const ON = { Enabled: true, PreferredMfa: true };

// Amplify describes the device by what a browser calls itself; Node has had such a name since version 21 only.
globalThis.navigator ??= { userAgent: 'a browser of this test' };

let target;

before(async () => {
  if (!isMinistack) target = await startTarget();
});
after(() => target?.stop());

/** Somebody who gets a text message as a second factor. */
async function personWithNumber(pool) {
  const number = newNumber();
  const person = await personIn(target, pool, { phone_number: number });
  const app = new IdentityJsApp(pool);
  const { user } = await app.signIn(person.username, person.password);
  await app.preferMfa(user, ON, null);
  return { ...person, number };
}

test('DescribeUserPool repeats the device configuration', options, async () => {
  const pool = await poolWithDevices(target, { asks: true });
  const { UserPool } = await target.admin.send(new DescribeUserPoolCommand({ UserPoolId: pool.poolId }));
  assert.deepEqual(UserPool.DeviceConfiguration, { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true });
});

for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
  test(`identity-js remembers the device, which replaces the second factor afterwards (${flow})`, options, async () => {
    const pool = await poolWithDevices(target, { mfa: 'OPTIONAL' });
    const { username, password, number, names } = await personWithNumber(pool);
    const app = new IdentityJsApp(pool);
    const first = await app.signIn(username, password, flow);
    assert.equal(first.challenge.name, 'SMS_MFA');
    await app.sendMfaCode(first.user, await target.readCode(number));
    const { Device } = await app.device(first.user);

    const second = await app.signIn(username, password, flow);
    assert.equal(second.session.isValid(), true);
    assert.equal(second.session.getAccessToken().payload.device_key, Device.DeviceKey);
    const refreshed = await app.refresh(second.user, second.session.getRefreshToken());
    assert.equal(refreshed.getAccessToken().payload.device_key, Device.DeviceKey);
    const { Devices } = await target.admin.send(new AdminListDevicesCommand(names));
    assert.ok(Devices.some((device) => device.DeviceKey === Device.DeviceKey));

    // Another browser is asked.
    assert.equal((await new IdentityJsApp(pool).signIn(username, password, flow)).challenge.name, 'SMS_MFA');
  });
}

test('identity-js proves the device after the second factor where that is not replaced', options, async () => {
  const pool = await poolWithDevices(target, { challenges: false, mfa: 'OPTIONAL' });
  const { username, password, number } = await personWithNumber(pool);
  const app = new IdentityJsApp(pool);
  const first = await app.signIn(username, password);
  await app.sendMfaCode(first.user, await target.readCode(number));
  const { Device } = await app.device(first.user);
  const second = await app.signIn(username, password);
  assert.equal(second.challenge.name, 'SMS_MFA');
  const session = await app.sendMfaCode(second.user, await target.readCode(number, { count: 2 }));
  assert.equal(session.getAccessToken().payload.device_key, Device.DeviceKey);
});

test('identity-js forgets a device that the service forgot, and is given a new one in the same sign-in', options, async () => {
  const pool = await poolWithDevices(target);
  const { username, password, names } = await personIn(target, pool);
  const app = new IdentityJsApp(pool);
  const { user } = await app.signIn(username, password);
  const { Device } = await app.device(user);
  await target.admin.send(new AdminForgetDeviceCommand({ ...names, DeviceKey: Device.DeviceKey }));
  const again = await app.signIn(username, password);
  assert.equal(again.session.isValid(), true);
  const { Device: renewed } = await app.device(again.user);
  assert.notEqual(renewed.DeviceKey, Device.DeviceKey);
});

test('identity-js is told that the person must say so, says so, and takes it back', options, async () => {
  const pool = await poolWithDevices(target, { asks: true });
  const { username, password } = await personIn(target, pool);
  const app = new IdentityJsApp(pool);
  const { user, mustRemember } = await app.signIn(username, password);
  assert.equal(mustRemember, true);
  const status = async () => (await app.device(user)).Device.DeviceAttributes
    .find(({ Name }) => Name === 'dev:device_remembered_status').Value;
  assert.equal(await status(), 'not_remembered');
  assert.equal(await app.rememberDevice(user), 'SUCCESS');
  assert.equal(await status(), 'remembered');
  assert.equal(await app.rememberDevice(user, false), 'SUCCESS');
  assert.equal(await status(), 'not_remembered');
});

test('identity-js pages through the devices and forgets one of them', options, async () => {
  const pool = await poolWithDevices(target);
  const { username, password } = await personIn(target, pool);
  const apps = [1, 2, 3].map(() => new IdentityJsApp(pool));
  const users = [];
  for (const app of apps) users.push((await app.signIn(username, password)).user);
  const one = await apps[0].devices(users[0], 2);
  assert.equal(one.Devices.length, 2);
  const two = await apps[0].devices(users[0], 2, one.PaginationToken);
  assert.equal(two.Devices.length, 1);
  assert.equal(two.PaginationToken, undefined);
  const other = (await apps[1].device(users[1])).Device.DeviceKey;
  assert.equal(await apps[0].forgetDevice(users[0], other), 'SUCCESS');
  const left = (await apps[0].devices(users[0], 60)).Devices.map((device) => device.DeviceKey);
  assert.equal(left.length, 2);
  assert.ok(!left.includes(other));
});

test('Amplify confirms, lists, remembers and forgets its device, which replaces the second factor', options, async () => {
  const pool = await poolWithDevices(target, { asks: true, mfa: 'OPTIONAL' });
  const { username, password, number } = await personWithNumber(pool);
  configureAmplify(pool);
  const asked = await signIn({ username, password });
  assert.equal(asked.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
  await confirmSignIn({ challengeResponse: await target.readCode(number) });
  await rememberDevice();
  const key = (await fetchAuthSession()).tokens.accessToken.payload.device_key;
  assert.ok((await fetchDevices()).some((device) => device.id === key));
  await fetchAuthSession({ forceRefresh: true });
  await signOut();

  assert.equal((await signIn({ username, password })).isSignedIn, true);
  assert.equal((await fetchAuthSession()).tokens.accessToken.payload.device_key, key);
  await forgetDevice();
  assert.ok(!(await fetchDevices()).some((device) => device.id === key));
  await signOut();
  const forgotten = await signIn({ username, password });
  assert.equal(forgotten.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
});

test('Amplify heals a sign-in with a device that the service forgot', options, async () => {
  const pool = await poolWithDevices(target);
  const { username, password, names } = await personIn(target, pool);
  configureAmplify(pool);
  await signIn({ username, password });
  const key = (await fetchAuthSession()).tokens.accessToken.payload.device_key;
  await signOut();
  await target.admin.send(new AdminForgetDeviceCommand({ ...names, DeviceKey: key }));
  assert.equal((await signIn({ username, password })).isSignedIn, true);
  const renewed = (await fetchAuthSession()).tokens.accessToken.payload.device_key;
  assert.match(renewed, /^local_[0-9a-f-]{36}$/);
  assert.notEqual(renewed, key);
});

test('boto3 confirms a device, proves it with the arithmetic of pycognito, lists it in pages and forgets it', options, async () => {
  const pool = await poolWithDevices(target);
  const { username, password } = await personIn(target, pool);
  const script = fileURLToPath(new URL('./python/devices.py', import.meta.url));
  const given = { endpoint: pool.endpoint, pool: pool.poolId, client: pool.clientId, username, password };
  const { code, output } = await run(pythonWithBoto3(), [script, JSON.stringify(given)]);
  assert.equal(code, 0, output);
  assert.match(output, /all right$/m);
});

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}

/** A browser profile of its own for each test, because Amplify keeps one signed-in person. Configuring comes first: it sets the storage, too. */
function configureAmplify(pool) {
  Amplify.configure({ Auth: { Cognito: { userPoolId: pool.poolId, userPoolClientId: pool.clientId, userPoolEndpoint: pool.endpoint } } });
  const items = new Map();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => { items.set(key, value); },
    getItem: async (key) => items.get(key) ?? null,
    removeItem: async (key) => { items.delete(key); },
    clear: async () => { items.clear(); },
  });
}
