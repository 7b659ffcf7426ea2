// Credentials from an STS: the backend's token buys them at ministack, which nobody here wrote, and the AWS SDK puts and gets objects with them.
//
// ministack reads the issuer of a web identity token and asks the role's trust policy about it, `aud` and `amr`; it does not verify the token's
// signature (`backend/tests/identity` and `jose` below do). Its policies have no variables: each person has a role with a literal prefix.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { startBackend } from '../support/backend.mjs';
import { launchChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.mjs';
import { pythonWithBoto3, startMinistack } from '../support/ministack.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { adminClient } from '../support/target.mjs';

const IDENTITY_POOL = 'local:11111111-2222-4333-8444-555555555555';
const PROVIDER = 'cognito-idp.local.amazonaws.com/local_files';
const BUCKET = 'files';
const PEOPLE = ['ada', 'bob'];

let stack;
let backend;
let sts;
let folder;
let identity;
let site;

before(async () => {
  site = await servePage();
  stack = await startMinistack();
  sts = await startRecorder(stack.endpoint);
  folder = await mkdtemp(join(tmpdir(), 'cognate-identity-'));
  const file = join(folder, 'cognate.toml');
  await writeFile(file, configuration(sts.url));
  const port = await freePort();
  backend = await startBackend({ args: ['--config', file], port });
  backend.clientId = 'files';
  const federated = `arn:aws:iam::000000000000:oidc-provider/localhost:${port}/identity`;
  const roles = PEOPLE.map((name) => ({ name, trust: trust(federated, `localhost:${port}/identity`, 'authenticated'), policy: allows(`arn:aws:s3:::${BUCKET}/${name}/*`) }));
  roles.push({ name: 'guest', trust: trust(federated, `localhost:${port}/identity`, 'unauthenticated'), policy: allows(`arn:aws:s3:::${BUCKET}/public/*`) });
  roles.push({ name: 'closed', trust: trust(`${federated}/other`, `localhost:${port}/identity`, 'authenticated'), policy: allows('*') });
  execFileSync(pythonWithBoto3(), [fileURLToPath(new URL('python/roles.py', import.meta.url)), stack.endpoint, JSON.stringify({ bucket: BUCKET, origins: [site.url], roles })]);
  identity = new CognitoIdentityClient({ endpoint: backend.url, region: 'us-east-1', credentials: undefined, maxAttempts: 1 });
});
after(async () => {
  identity?.destroy();
  site?.server.close();
  await backend?.stop();
  await sts?.close();
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true });
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
  assert.equal(form.get('RoleArn'), 'arn:aws:iam::000000000000:role/guest');
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

function trust(federated, issuer, amr) {
  return {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Principal: { Federated: federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:aud`]: IDENTITY_POOL }, 'ForAnyValue:StringLike': { [`${issuer}:amr`]: amr } },
    }],
  };
}

function allows(resource) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: resource }] };
}

function configuration(endpoint) {
  const rule = (name, role) => `{ Claim = "nickname", MatchType = "Equals", Value = "${name}", RoleARN = "arn:aws:iam::000000000000:role/${role}" }`;
  return `
[[pools]]
id = "local_files"
settings = { UsernameAttributes = ["email"], AutoVerifiedAttributes = ["email"] }

[[pools.clients]]
id = "files"
settings = { ExplicitAuthFlows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }

[identity.sts]
endpoint = "${endpoint}/"

[[identity_pools]]
id = "${IDENTITY_POOL}"
name = "files"
settings.AllowUnauthenticatedIdentities = true
settings.CognitoIdentityProviders = [{ ProviderName = "${PROVIDER}", ClientId = "files", ServerSideTokenCheck = true }]
roles.Roles = { unauthenticated = "arn:aws:iam::000000000000:role/guest" }

[identity_pools.roles.RoleMappings."${PROVIDER}:files"]
Type = "Rules"
AmbiguousRoleResolution = "Deny"
RulesConfiguration = { Rules = [${rule('ada', 'ada')}, ${rule('bob', 'bob')}, ${rule('eve', 'closed')}] }
`;
}
