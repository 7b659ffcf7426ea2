// Second factors, addresses and passkeys of somebody who is signed in, through the npm package in Chromium, against the real
// backend: an authenticator app that nobody here wrote, and Chromium's own virtual authenticator.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateUserPoolClientCommand, CreateUserPoolCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { code } from '../support/inbox.mjs';
import { authenticatorApp, newNumber, personIn, poolWithMfa, wrong } from '../support/mfa-pool.mjs';
import { startPackagePages, withAuth } from '../support/package-page.mjs';
import { startTarget } from '../support/target.mjs';

let target;
let pages;
let withMfa;
let withPasskeys;

before(async () => {
  target = await startTarget();
  pages = await startPackagePages();
  withMfa = await poolWithMfa(target, 'OPTIONAL');
  withPasskeys = await poolWithPasskeys();
});

after(async () => {
  await pages?.stop();
  await target?.stop();
});

/** A pool whose people may sign in with passkeys of `localhost`. */
async function poolWithPasskeys() {
  const Policies = { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } };
  const { UserPool } = await target.admin.send(new CreateUserPoolCommand({ PoolName: 'passkeys', Policies }));
  await target.admin.send(new SetUserPoolMfaConfigCommand({ UserPoolId: UserPool.Id, WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'preferred' } }));
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: UserPool.Id,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  return { poolId: UserPool.Id, clientId: UserPoolClient.ClientId };
}

/** A tab in which somebody of the pool is signed in. `run` runs a task on the client. */
async function signedIn(pool, attributes = {}) {
  const person = await personIn(target, pool, attributes);
  const config = { userPoolId: pool.poolId, clientId: pool.clientId, endpoint: target.endpoint, issuer: `${target.endpoint}/${pool.poolId}` };
  const page = await pages.newPage();
  const run = (task, input) => withAuth(page, config, task, input);
  const { result, error } = await run((auth, { username, password }) => auth.signIn({ username, password }), person);
  assert.equal(result?.kind, 'done', JSON.stringify(error));
  return { page, person, run, close: () => page.context().close() };
}

/** An authenticator that says yes, in this tab. */
async function authenticator(page, options = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...options },
  });
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    remove: () => session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
  };
}

test('an authenticator app is set up with its code, turned on, and asked for at the next sign-in', async () => {
  const { page, person, run, close } = await signedIn(withMfa, { email: 'totp@example.com', email_verified: 'true' });
  const { result: setUp } = await run(async (auth) => {
    globalThis.setUp = await auth.mfa.setUpTotp({ issuer: 'My App & more' });
    return { ...globalThis.setUp, svg: await globalThis.setUp.qrCode() };
  });
  const uri = new URL(setUp.uri);
  assert.equal(uri.searchParams.get('secret'), setUp.secret);
  assert.equal(uri.searchParams.get('issuer'), 'My App & more');
  assert.ok(setUp.uri.startsWith('otpauth://totp/My%20App%20%26%20more:totp%40example.com?'), setUp.uri);
  assert.match(setUp.svg, /^<svg [^>]*viewBox="0 0 \d+ \d+".*<path d="M/);
  const app = authenticatorApp(setUp.secret);
  const first = app.next();
  const { error: refused } = await run((_, bad) => globalThis.setUp.confirm({ code: bad }), wrong(first));
  assert.equal(refused.code, 'code_mismatch');
  const confirmed = await run((_, good) => globalThis.setUp.confirm({ code: good, deviceName: 'Phone' }), first);
  assert.equal(confirmed.error, undefined, JSON.stringify(confirmed.error));
  await run((auth) => auth.mfa.setPreference({ totp: 'preferred' }));
  const { result: preference } = await run((auth) => auth.mfa.preference());
  assert.deepEqual(preference, { enabled: ['totp'], preferred: 'totp' });

  const { result: step } = await run(async (auth, { username, password }) => {
    await auth.signOut();
    globalThis.step = await auth.signIn({ username, password });
    const { kind, factor, purpose } = globalThis.step;
    return { kind, factor, purpose };
  }, person);
  assert.deepEqual(step, { kind: 'code', factor: 'totp', purpose: 'mfa' });
  const { result: done } = await run((_, next) => globalThis.step.respond({ code: next }), app.next());
  assert.equal(done.kind, 'done');
  assert.ok(pages.served.includes('/qr.js'));
  assert.equal(await page.evaluate((secret) => document.documentElement.outerHTML.includes(secret), setUp.secret), false);
  await close();
});

test('second factors are turned on and off one by one, and one that is not there is refused', async () => {
  const { run, close } = await signedIn(withMfa, { email: `f-${process.pid}@example.com`, email_verified: 'true', phone_number: newNumber(), phone_number_verified: 'true' });
  await run((auth) => auth.mfa.setPreference({ sms: 'on', email: 'preferred' }));
  const { result } = await run((auth) => auth.mfa.preference());
  assert.deepEqual({ ...result, enabled: result.enabled.toSorted() }, { enabled: ['email', 'sms'], preferred: 'email' });
  await run((auth) => auth.mfa.setPreference({ email: 'off' }));
  const { result: less } = await run((auth) => auth.mfa.preference());
  assert.deepEqual(less.enabled, ['sms']);
  const { error } = await run((auth) => auth.mfa.setPreference({ totp: 'on' }));
  assert.equal(error.code, 'invalid_parameter');
  const { error: misspelt } = await run((auth) => auth.mfa.setPreference({ sms: 'enabled' }));
  assert.deepEqual([misspelt.code, misspelt.outcome], ['invalid_parameter', 'notSent']);
  await close();
});

test('an address is verified by the code that was sent there, and an attribute deleted', async () => {
  const { run, close } = await signedIn(withMfa);
  const address = `verify-${process.pid}@example.com`;
  await run((auth, email) => auth.updateAttributes({ email, name: 'Ana' }), address);
  const { result: delivery } = await run((auth) => auth.sendAttributeCode({ attribute: 'email' }));
  assert.equal(delivery.attribute, 'email');
  const sent = await code(target.endpoint, address);
  const { error: refused } = await run((auth, bad) => auth.confirmAttribute({ attribute: 'email', code: bad }), wrong(sent));
  assert.equal(refused.code, 'code_mismatch');
  const { error } = await run((auth, good) => auth.confirmAttribute({ attribute: 'email', code: good }), sent);
  assert.equal(error, undefined);
  await run((auth) => auth.deleteAttributes(['name']));
  const { result: profile } = await run((auth) => auth.getUser());
  assert.equal(profile.attributes.email_verified, 'true');
  assert.equal('name' in profile.attributes, false);
  const { error: nowhere } = await run((auth) => auth.sendAttributeCode({ attribute: 'phone_number' }));
  assert.equal(nowhere.code, 'invalid_parameter');
  await close();
});

test('a passkey is created, listed, signs in, and is deleted', async () => {
  const { page, person, run, close } = await signedIn(withPasskeys);
  const device = await authenticator(page);
  const created = await run((auth) => auth.passkeys.create());
  assert.equal(created.error, undefined, JSON.stringify(created.error));
  assert.equal((await device.credentials()).length, 1);
  const { result: list } = await run((auth) => auth.passkeys.list());
  const [passkey] = list.passkeys;
  assert.equal(list.passkeys.length, 1);
  assert.equal(passkey.relyingParty, 'localhost');
  assert.ok(Math.abs(passkey.createdAt - Date.now()) < 60_000, `${passkey.createdAt}`);
  assert.deepEqual((await run((auth) => auth.getAuthFactors())).result.toSorted(), ['passkey', 'password']);

  const { result: again, error } = await run(async (auth, username) => {
    await auth.signOut();
    const step = await auth.signIn({ username, flow: 'userAuth', preferred: 'passkey' });
    const hidden = JSON.stringify(step);
    return { kind: step.kind, hidden, next: await step.respond({}) };
  }, person.username);
  assert.equal(error, undefined, JSON.stringify(error));
  assert.deepEqual([again.kind, again.next.kind], ['passkey', 'done']);
  assert.equal(again.hidden.includes('challenge'), false);

  await run((auth, id) => auth.passkeys.delete(id), passkey.id);
  assert.deepEqual((await run((auth) => auth.passkeys.list())).result.passkeys, []);
  const { error: gone } = await run((auth, id) => auth.passkeys.delete(id), passkey.id);
  assert.ok(gone, 'what is not there cannot be deleted');
  await close();
});

test('a browser that neither reads nor writes the JSON of passkeys creates one and signs in with it all the same', async () => {
  const { page, person, run, close } = await signedIn(withPasskeys);
  await authenticator(page);
  await page.evaluate(() => {
    delete PublicKeyCredential.parseCreationOptionsFromJSON;
    delete PublicKeyCredential.parseRequestOptionsFromJSON;
    delete PublicKeyCredential.prototype.toJSON;
  });
  const created = await run((auth) => auth.passkeys.create());
  assert.equal(created.error, undefined, JSON.stringify(created.error));
  assert.equal((await run((auth) => auth.passkeys.create())).error.code, 'passkey_already_registered', 'the list of what is excluded is read too');
  const { result, error } = await run(async (auth, username) => {
    await auth.signOut();
    const step = await auth.signIn({ username, flow: 'userAuth', preferred: 'passkey' });
    return step.respond({});
  }, person.username);
  assert.equal(result?.kind, 'done', JSON.stringify(error));
  await close();
});

test('a passkey is chosen in the autofill of a field; a browser without that says so', async () => {
  const { page, person, run, close } = await signedIn(withPasskeys);
  await authenticator(page);
  await run((auth) => auth.passkeys.create());
  // Chromium's authenticator chooses for the person at once.
  const { result, error } = await run(async (auth, username) => {
    await auth.signOut();
    document.body.innerHTML = '<input autocomplete="username webauthn">';
    const signIn = () => auth.signIn({ username, flow: 'userAuth', preferred: 'passkey' });
    const done = await (await signIn()).respond({ mediation: 'conditional' });
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    const step = await signIn();
    return [done.kind, await step.respond({ mediation: 'conditional' }).then(() => 'done', ({ code }) => code), (await step.respond({})).kind];
  }, person.username);
  assert.deepEqual(result, ['done', 'passkey_unsupported', 'done'], JSON.stringify(error));
  await close();
});

test('who has no passkey here, or says no, is told so, and may try again', async () => {
  const { page, person, run, close } = await signedIn(withPasskeys);
  const device = await authenticator(page);
  await run((auth) => auth.passkeys.create());
  await device.remove();
  await authenticator(page);
  const { result } = await run(async (auth, username) => {
    await auth.signOut();
    const step = await auth.signIn({ username, flow: 'userAuth', preferred: 'passkey' });
    return step.respond({}).then(() => 'done', ({ code, userAction }) => [code, userAction]);
  }, person.username);
  assert.deepEqual(result, ['passkey_cancelled', 'retry']);
  await close();
});

test('what a person or a browser refuses about passkeys has a code of its own', async () => {
  const { page, run, close } = await signedIn(withPasskeys);
  const device = await authenticator(page);
  await run((auth) => auth.passkeys.create());
  assert.equal((await run((auth) => auth.passkeys.create())).error.code, 'passkey_already_registered');
  await device.remove();
  const refusing = await authenticator(page, { automaticPresenceSimulation: false });
  const { error: aborted } = await run((auth) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    return auth.passkeys.create({ signal: controller.signal });
  });
  assert.equal(aborted.code, 'aborted');
  await refusing.remove();
  const { error: unsupported } = await run((auth) => {
    delete globalThis.PublicKeyCredential;
    return auth.passkeys.create();
  });
  assert.equal(unsupported.code, 'passkey_unsupported');
  assert.equal(unsupported.isAuthError, true);
  await close();
});

test("a page of another host than the pool's relying party is told so", async () => {
  const elsewhere = await poolWithPasskeys();
  await target.admin.send(new SetUserPoolMfaConfigCommand({ UserPoolId: elsewhere.poolId, WebAuthnConfiguration: { RelyingPartyId: 'example.com', UserVerification: 'preferred' } }));
  const { page, run, close } = await signedIn(elsewhere);
  await authenticator(page);
  const { error } = await run((auth) => auth.passkeys.create());
  assert.equal(error.code, 'passkey_relying_party_mismatch');
  await close();
});
