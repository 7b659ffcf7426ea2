// Devices through the npm package in Chromium, against the real backend: a remembered one is not asked for the second factor, by
// whatever name somebody signs in; every other browser is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminForgetDeviceCommand, AdminListDevicesCommand, AdminSetUserMFAPreferenceCommand } from '@aws-sdk/client-cognito-identity-provider';
import { poolWithDevices } from '../support/device-pool.mjs';
import { newNumber, personIn } from '../support/mfa-pool.mjs';
import { startPackagePages } from '../support/package-page.mjs';
import { openSteps, stepsOf } from '../support/step-page.mjs';
import { newPerson, startTarget } from '../support/target.mjs';

let target;
let pages;

before(async () => {
  target = await startTarget();
  pages = await startPackagePages();
});
after(async () => {
  await pages?.stop();
  await target?.stop();
});

/** Somebody with codes by text message, in a pool of their own. */
async function personWithCodes(settings = {}) {
  const pool = await poolWithDevices(target, { mfa: 'OPTIONAL', ...settings });
  const number = newNumber();
  const { email } = newPerson();
  const person = await personIn(target, pool, { phone_number: number, email, email_verified: 'true' });
  await target.admin.send(new AdminSetUserMFAPreferenceCommand({ ...person.names, SMSMfaSettings: { Enabled: true, PreferredMfa: true } }));
  const config = {
    userPoolId: pool.poolId, clientId: pool.clientId, endpoint: target.endpoint, issuer: target.issuer.replace(target.poolId, pool.poolId),
  };
  let codes = 0;
  const code = () => target.readCode(number, { count: (codes += 1) });
  const keys = async () => (await target.admin.send(new AdminListDevicesCommand(person.names))).Devices.map((device) => device.DeviceKey);
  return { ...person, email, config, code, keys, given: { username: person.username, password: person.password } };
}

const signOut = (steps) => steps.run((auth) => auth.signOut());

/** Signs in with a code, from a device that is new. */
async function signInWithCode(steps, person, given = person.given, answer = {}) {
  const asked = await steps.signIn(given);
  assert.equal(asked.kind, 'code', JSON.stringify(asked));
  const done = await steps.respond({ code: await person.code(), ...answer });
  assert.equal(done.kind, 'done', JSON.stringify(done));
}

test('the second sign-in from a device is not asked for a code, in a new tab neither; another browser is', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, person.config);
  await signInWithCode(steps, person);
  const [key, ...others] = await person.keys();
  assert.deepEqual(others, []);
  await signOut(steps);
  for (const flow of ['srp', 'password']) {
    assert.equal((await steps.signIn({ ...person.given, flow })).kind, 'done', flow);
    await signOut(steps);
  }
  const tab = stepsOf(pages, await pages.newPage(steps.page.context()), person.config);
  assert.equal((await tab.signIn(person.given)).kind, 'done');
  assert.deepEqual(await person.keys(), [key], 'it is the same device all the time');

  const elsewhere = await openSteps(pages, person.config);
  assert.equal((await elsewhere.signIn(person.given)).kind, 'code');
});

test('the session of a device is refreshed, also after a reload', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, { ...person.config, persistence: 'device' });
  await signInWithCode(steps, person);
  const refresh = () => steps.run((auth) => auth.refresh());
  assert.equal((await refresh())?.error, undefined);
  await pages.reload(steps.page);
  assert.equal((await refresh())?.error, undefined);
});

test('the device is known by every name that its person signs in with', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, person.config);
  await signInWithCode(steps, person);
  await signOut(steps);
  assert.equal((await steps.signIn({ ...person.given, username: person.email })).kind, 'done', 'an address that it has not seen');
  await signOut(steps);

  const other = await personWithCodes();
  const byAddress = await openSteps(pages, other.config);
  const given = { ...other.given, username: other.email };
  await signInWithCode(byAddress, other, given);
  await signOut(byAddress);
  for (const one of [{ ...given, flow: 'password' }, given, other.given]) {
    assert.equal((await byAddress.signIn(one)).kind, 'done', JSON.stringify(one));
    await signOut(byAddress);
  }
});

test('a device that the service forgot is asked again, and is a new one from then on', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, person.config);
  await signInWithCode(steps, person);
  const [key] = await person.keys();
  await signOut(steps);
  await target.admin.send(new AdminForgetDeviceCommand({ ...person.names, DeviceKey: key }));
  await signInWithCode(steps, person);
  const [renewed, ...others] = await person.keys();
  assert.notEqual(renewed, key);
  assert.deepEqual(others, []);
  await signOut(steps);
  assert.equal((await steps.signIn(person.given)).kind, 'done');
});

test('where the pool asks the person, the answer to the code decides', async () => {
  const person = await personWithCodes({ asks: true });
  const steps = await openSteps(pages, person.config);
  await signInWithCode(steps, person);
  await signOut(steps);
  await signInWithCode(steps, person, person.given, { rememberDevice: true });
  assert.equal((await person.keys()).length, 1, 'a device that is not remembered is known all the same');
  await signOut(steps);
  assert.equal((await steps.signIn(person.given)).kind, 'done');
});

test('devices.remember and devices.forget mean the device that this is', async () => {
  const person = await personWithCodes({ asks: true });
  const steps = await openSteps(pages, person.config);
  await signInWithCode(steps, person);
  const [key] = await person.keys();
  await signOut(steps);
  assert.equal((await steps.signIn(person.given)).kind, 'code', 'it is not remembered yet');
  assert.equal((await steps.respond({ code: await person.code() })).kind, 'done');
  assert.equal((await steps.run((auth) => auth.devices.remember()))?.error, undefined);
  await signOut(steps);
  assert.equal((await steps.signIn(person.given)).kind, 'done', 'it stands in for the code');

  assert.equal((await steps.run((auth) => auth.devices.forget()))?.error, undefined);
  assert.deepEqual(await person.keys(), []);
  const names = await steps.page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('cognate-auth', 1);
      request.onsuccess = () => resolve(request.result);
    });
    return new Promise((resolve) => {
      const request = database.transaction('sessions').objectStore('sessions').getAllKeys();
      request.onsuccess = () => resolve(request.result);
    });
  });
  assert.deepEqual(names.filter((name) => name.includes('remembered')), [], 'and nothing of it is kept');
  await signOut(steps);
  await signInWithCode(steps, person);
  assert.notDeepEqual(await person.keys(), [key]);
});

test('where there is no device to remember, that is said', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, { ...person.config, persistence: 'memory' });
  await signInWithCode(steps, person);
  for (const task of [(auth) => auth.devices.remember(), (auth) => auth.devices.forget()]) {
    assert.equal((await steps.run(task)).error.code, 'unsupported');
  }
  const { error } = await steps.run((auth) => auth.devices.update({ remembered: true }));
  assert.equal(error.code, 'invalid_parameter', 'update names the device');
});

test('a new device that cannot be confirmed keeps nobody out', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, person.config);
  for (const path of ['/signed-in.js', '/cognate-account.wasm']) {
    pages.missing.add(path);
    await signInWithCode(steps, person);
    assert.deepEqual(await person.keys(), [], path);
    pages.missing.delete(path);
    // What could not be loaded then is loaded now.
    assert.equal((await steps.run((auth) => auth.devices.remember()))?.error, undefined);
    assert.equal((await person.keys()).length, 1, path);
    assert.equal((await steps.run((auth) => auth.refresh()))?.error, undefined);
    assert.equal((await steps.run((auth) => auth.devices.forget()))?.error, undefined);
    await signOut(steps);
    await pages.reload(steps.page);
  }
});

test('with persistence memory nothing is kept, and no device confirmed', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, { ...person.config, persistence: 'memory' });
  await signInWithCode(steps, person);
  assert.deepEqual(await person.keys(), []);
  await signOut(steps);
  assert.equal((await steps.signIn(person.given)).kind, 'code');
});

test('what is kept of a device is sealed, and under no name that could be read', async () => {
  const person = await personWithCodes();
  const steps = await openSteps(pages, person.config);
  await signInWithCode(steps, person);
  const [key] = await person.keys();
  const stored = await steps.page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('cognate-auth', 1);
      request.onsuccess = () => resolve(request.result);
    });
    const all = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const sessions = database.transaction('sessions').objectStore('sessions');
    const [names, records] = [await all(sessions.getAllKeys()), await all(sessions.getAll())];
    const text = ({ sealed }) => (typeof sealed === 'string' ? sealed : new TextDecoder('latin1').decode(sealed));
    return names.map((name, at) => [name, text(records[at])]);
  });
  const devices = stored.filter(([name]) => name.includes('remembered'));
  assert.equal(devices.length, 1, JSON.stringify(stored.map(([name]) => name)));
  for (const [name, sealed] of devices) {
    assert.ok(!name.includes(person.username) && !sealed.includes(key) && !sealed.includes('password'), name);
  }
});
