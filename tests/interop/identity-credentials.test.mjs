// Credentials from an STS: the backend's token buys them at ministack, which nobody here wrote, and the AWS SDK puts and gets objects with them.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
} from '@aws-sdk/client-cognito-identity';
import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { launchChromium } from '../support/chromium.mjs';
import { BUCKET, IDENTITY_POOL, PROVIDER, roleOf, startFiles } from '../support/files-pool.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { adminClient } from '../support/target.mjs';

let files;
let stack;
let backend;
let sts;
let identity;
let site;

before(async () => {
  site = await servePage();
  files = await startFiles([site.url]);
  ({ stack, backend, sts } = files);
  identity = new CognitoIdentityClient({ endpoint: backend.url, region: 'us-east-1', credentials: undefined, maxAttempts: 1 });
});
after(async () => {
  identity?.destroy();
  site?.server.close();
  await files?.stop();
});

test('somebody puts and gets objects with the credentials of the own role, and is refused those of another', async () => {
  const ada = s3(await credentialsOf('ada'));
  await ada.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'ada/notes.txt', Body: 'mine' }));
  const read = await ada.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'ada/notes.txt' }));
  assert.equal(await read.Body.transformToString(), 'mine');
  await assert.rejects(ada.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'bob/notes.txt', Body: 'yours' })), { name: 'AccessDenied' });
  const bob = s3(await credentialsOf('bob'));
  await assert.rejects(bob.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'ada/notes.txt' })), { name: 'AccessDenied' });
  for (const client of [ada, bob]) client.destroy();
});

test('a browser stores and reads an object with the credentials it got, and not those of another', async () => {
  const browser = await launchChromium();
  // The emulator's refusals have no CORS headers, so the page cannot read them: what is in between does.
  const storage = await startRecorder(stack.endpoint, { keepsHost: true });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const done = await page.evaluate((wanted) => globalThis.store(wanted), {
      identity: backend.url,
      storage: storage.url,
      pool: IDENTITY_POOL,
      logins: { [PROVIDER]: await idTokenOf('bob') },
      bucket: BUCKET,
      key: 'bob/page.txt',
      foreign: 'ada/notes.txt',
    });
    assert.equal(done.read, 'from a browser');
    assert.notEqual(done.refused, 'given');
    const foreign = storage.exchanges.filter(({ method, path }) => method === 'GET' && path.startsWith(`/${BUCKET}/ada/notes.txt`));
    assert.deepEqual(foreign.map(({ status }) => status), [403]);
    assert.match(foreign[0].response, /AccessDenied/);
  } finally {
    await browser.close();
    await storage.close();
  }
});

test('the token that buys them says pool, identity and how one signed in, and verifies by the published keys', async () => {
  await credentialsOf('ada');
  const form = new URLSearchParams(sts.exchanges.at(-1).request);
  assert.equal(form.get('Action'), 'AssumeRoleWithWebIdentity');
  assert.equal(form.get('DurationSeconds'), '3600');
  assert.equal(form.get('Policy'), null);
  const keys = createRemoteJWKSet(new URL(`${backend.url}/identity/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(form.get('WebIdentityToken'), keys, { issuer: `${backend.url}/identity`, audience: IDENTITY_POOL });
  assert.equal(protectedHeader.alg, 'RS512');
  assert.deepEqual(payload.amr.slice(0, 2), ['authenticated', PROVIDER]);
});

test('a guest gets the role of guests, narrowed by the policy for guests', async () => {
  const { IdentityId } = await identity.send(new GetIdCommand({ IdentityPoolId: IDENTITY_POOL }));
  const { Credentials } = await identity.send(new GetCredentialsForIdentityCommand({ IdentityId }));
  const form = new URLSearchParams(sts.exchanges.at(-1).request);
  assert.equal(form.get('RoleArn'), roleOf('guest'));
  const [statement] = JSON.parse(form.get('Policy')).Statement;
  assert.ok(statement.Action.includes('polly:*') && !statement.Action.some((action) => action.startsWith('s3')));
  assert.ok(Credentials.SessionToken && Credentials.Expiration > new Date());
});

test('a role whose trust policy names somebody else is a mistake of the pool, and says so', async () => {
  await assert.rejects(credentialsOf('eve'), {
    name: 'InvalidIdentityPoolConfigurationException',
    message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
  });
});

test('an STS that does not answer is an external failure', async () => {
  sts.behaviour.refuse = () => true;
  try {
    await assert.rejects(credentialsOf('ada'), { name: 'ExternalServiceException' });
  } finally {
    sts.behaviour.refuse = undefined;
  }
});

test('the classic flow is refused where the pool does not allow it', async () => {
  const { IdentityId } = await identity.send(new GetIdCommand({ IdentityPoolId: IDENTITY_POOL }));
  await assert.rejects(identity.send(new GetOpenIdTokenCommand({ IdentityId })), {
    name: 'InvalidParameterException',
    message: 'Basic (classic) flow is not enabled, please use enhanced flow.',
  });
});

const signedIn = new Map();

/** Credentials of somebody whose `nickname` the rules of the pool go by. */
async function credentialsOf(name) {
  const Logins = { [PROVIDER]: await idTokenOf(name) };
  const { IdentityId } = await identity.send(new GetIdCommand({ IdentityPoolId: IDENTITY_POOL, Logins }));
  const { Credentials } = await identity.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
  return { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretKey, sessionToken: Credentials.SessionToken };
}

async function idTokenOf(name) {
  if (!signedIn.has(name)) {
    const { email, password } = await confirmedPerson(backend, undefined, [{ Name: 'nickname', Value: name }]);
    const client = adminClient(backend.url);
    const answer = await client.send(new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: backend.clientId,
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }));
    client.destroy();
    signedIn.set(name, answer.AuthenticationResult.IdToken);
  }
  return signedIn.get(name);
}

async function servePage() {
  const entry = fileURLToPath(new URL('identity-page.mjs', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, logLevel: 'error' });
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? outputFiles[0].text : '<!doctype html><title>files</title><script type="module" src="/page.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://localhost:${server.address().port}` };
}

function s3(credentials) {
  return new S3Client({ endpoint: stack.endpoint, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 });
}
