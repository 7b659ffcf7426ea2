// Amplify in Chromium makes a passkey and signs in with it, on the browser's own virtual authenticator (CDP domain WebAuthn).

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { build } from 'esbuild';
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { code } from '../support/inbox.mjs';
import { adminClient, isMinistack, newPerson } from '../support/target.mjs';

const PAGE = fileURLToPath(new URL('amplify-page.mjs', import.meta.url));
const skip = isMinistack && 'it has no passkeys';

let backend;
let site;
let browser;

before(async () => {
  if (isMinistack) return;
  backend = await startBackend();
  site = await serve(await bundled());
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  site?.server.close();
  await backend?.stop();
});

test('a passkey is made, listed, used and deleted', { skip }, async (t) => {
  const { page } = await open(t);
  const person = await signedIn(page);
  await call(page, 'associateWebAuthnCredential');
  const { credentials } = await call(page, 'listWebAuthnCredentials');
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].relyingPartyId, 'localhost');
  assert.equal(credentials[0].authenticatorAttachment, 'platform');
  await call(page, 'signOut');

  const preferred = { username: person.email, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'WEB_AUTHN' } };
  assert.deepEqual(await call(page, 'signIn', preferred), { isSignedIn: true, nextStep: { signInStep: 'DONE' } });
  await call(page, 'signOut');

  const choice = await call(page, 'signIn', { username: person.email, options: { authFlowType: 'USER_AUTH' } });
  assert.ok(choice.nextStep.availableChallenges.includes('WEB_AUTHN'));
  assert.equal((await call(page, 'confirmSignIn', { challengeResponse: 'WEB_AUTHN' })).isSignedIn, true);

  await call(page, 'deleteWebAuthnCredential', { credentialId: credentials[0].credentialId });
  assert.deepEqual((await call(page, 'listWebAuthnCredentials')).credentials, []);
});

test('a second passkey on the same device is refused by the browser', { skip }, async (t) => {
  const { page } = await open(t);
  await signedIn(page);
  await call(page, 'associateWebAuthnCredential');
  await assert.rejects(call(page, 'associateWebAuthnCredential'), /PasskeyAlreadyExists/);
});

test('a device that does not know the person is enough where user verification is preferred', { skip }, async (t) => {
  await preferUserVerification();
  const { page, authenticator } = await open(t, { hasUserVerification: false, isUserVerified: false });
  const person = await signedIn(page);
  await call(page, 'associateWebAuthnCredential');
  await call(page, 'signOut');
  const preferred = { username: person.email, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'WEB_AUTHN' } };
  assert.equal((await call(page, 'signIn', preferred)).isSignedIn, true);
  const { credentials } = await authenticator.credentials();
  assert.equal(credentials.length, 1);
  assert.ok(credentials[0].signCount > 1, 'it has a counter');
});

test('nobody signs in with the passkey of somebody else', { skip }, async (t) => {
  const { page } = await open(t);
  await signedIn(page);
  await call(page, 'associateWebAuthnCredential');
  await call(page, 'signOut');
  const { page: other, authenticator } = await open(t);
  const victim = await signedIn(other);
  await call(other, 'associateWebAuthnCredential');
  await call(other, 'signOut');
  await authenticator.clear();
  const preferred = { username: victim.email, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'WEB_AUTHN' } };
  await assert.rejects(call(page, 'signIn', preferred), /PasskeyAuthenticationCanceled/);
  await assert.rejects(call(other, 'signIn', preferred), /PasskeyAuthenticationCanceled/);
});

/** The demo pool wants it; a passkey is then a first factor only. */
function preferUserVerification() {
  return adminClient(backend.url).send(new SetUserPoolMfaConfigCommand({
    UserPoolId: backend.poolId, WebAuthnConfiguration: { UserVerification: 'preferred', FactorConfiguration: 'SINGLE_FACTOR' },
  }));
}

/** A page of its own with an authenticator of its own. */
async function open(t, options = {}) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(site.url);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true, ...options,
    },
  });
  const authenticator = {
    credentials: () => cdp.send('WebAuthn.getCredentials', { authenticatorId }),
    clear: () => cdp.send('WebAuthn.clearCredentials', { authenticatorId }),
  };
  await page.evaluate((cognito) => globalThis.configure(cognito), {
    userPoolId: backend.poolId, userPoolClientId: backend.clientId, userPoolEndpoint: backend.url,
  });
  return { page, authenticator };
}

async function signedIn(page) {
  const { email, password } = newPerson();
  await call(page, 'signUp', { username: email, password, options: { userAttributes: { email } } });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await code(backend.url, email) });
  assert.equal((await call(page, 'signIn', { username: email, password })).isSignedIn, true);
  return { email, password };
}

/** Calls one of Amplify's functions in the page; what it throws is thrown with its name. */
async function call(page, name, argument) {
  const { result, error } = await page.evaluate(async ([name, argument]) => {
    try {
      return { result: await globalThis.auth[name](argument) };
    } catch (error) {
      return { error: `${error.name}: ${error.message}` };
    }
  }, [name, argument]);
  if (error) throw new Error(error);
  return result;
}

async function bundled() {
  const { outputFiles } = await build({ entryPoints: [PAGE], bundle: true, format: 'esm', write: false, logLevel: 'error' });
  return outputFiles[0].text;
}

/** On `localhost`, which is a secure context and the demo pool's relying party. */
async function serve(script) {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>Amplify</title><script type="module" src="/page.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://localhost:${server.address().port}/` };
}
