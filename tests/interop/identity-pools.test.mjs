// Every operation of the identity service is called by boto3 and by the AWS SDK for JavaScript, as they come, and each answer is what the
// published shapes say; and Amplify gets credentials for a guest and for somebody who is signed in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn, signOut } from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import * as sdk from '@aws-sdk/client-cognito-identity';
import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { startBackend } from '../support/backend.mjs';
import { confirmedPerson } from '../support/person.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { adminClient } from '../support/target.mjs';
import { startBoto3 } from './boto3.mjs';
import { identityPools } from './operations/identity-pools.mjs';
import { shapesOf } from './operations/shapes.mjs';

/** The identity pool of a backend without a configuration. */
const DEMO = 'local:00000000-0000-4000-8000-000000000001';
const { complaintsAbout, declaresError, isSigned, operations } = shapesOf('identity');
const CLIENTS = { boto3: boto3Client, 'the AWS SDK for JavaScript': javascriptClient };

let backend;
let recorder;

before(async () => {
  backend = await startBackend();
  recorder = await startRecorder(backend.url, { keepsHost: true });
});
after(async () => {
  await recorder?.close();
  await backend?.stop();
});

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`${name} calls every operation of the identity service, and each answer has its shape`, async () => {
    const client = await connect(recorder.url);
    const from = recorder.exchanges.length;
    const login = { provider: `cognito-idp.local.amazonaws.com/${backend.poolId}`, clientId: backend.clientId, token: await idToken() };
    try {
      await identityPools(client.call, login);
    } finally {
      await client.stop();
    }
    const exchanges = recorder.exchanges.slice(from).filter(({ operation }) => operation);
    assert.deepEqual(exchanges.flatMap(complaints), []);
    const answered = exchanges.filter(({ status }) => status === 200).map(({ operation }) => operation);
    assert.deepEqual(operations.filter((operation) => !answered.includes(operation)), []);
  });
}

test('Amplify gets credentials for a guest, who keeps the identity when signing in', async () => {
  const items = new Map();
  const storage = {
    setItem: async (key, value) => { items.set(key, value); },
    getItem: async (key) => items.get(key) ?? null,
    removeItem: async (key) => { items.delete(key); },
    clear: async () => { items.clear(); },
  };
  cognitoUserPoolsTokenProvider.setKeyValueStorage(storage);
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: backend.poolId,
        userPoolClientId: backend.clientId,
        userPoolEndpoint: backend.url,
        identityPoolId: DEMO,
        identityPoolEndpoint: backend.url,
        allowGuestAccess: true,
      },
    },
  });
  const guest = await fetchAuthSession();
  assert.ok(guest.credentials.sessionToken);
  assert.ok(guest.credentials.expiration > new Date(Date.now() + 50 * 60_000));
  const { email, password } = await confirmedPerson(backend);
  await signIn({ username: email, password });
  const person = await fetchAuthSession();
  assert.equal(person.identityId, guest.identityId);
  assert.notEqual(person.credentials.accessKeyId, guest.credentials.accessKeyId);
  await signOut();
});

async function idToken() {
  const { email, password } = await confirmedPerson(backend);
  const client = adminClient(backend.url);
  const answer = await client.send(new InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: backend.clientId,
    AuthParameters: { USERNAME: email, PASSWORD: password },
  }));
  client.destroy();
  return answer.AuthenticationResult.IdToken;
}

async function boto3Client(endpoint) {
  const boto3 = await startBoto3(endpoint, 'cognito-identity');
  return { call: (operation, parameters) => (isSigned(operation) ? boto3.admin : boto3.call)(operation, parameters), stop: boto3.stop };
}

async function javascriptClient(endpoint) {
  const settings = { endpoint, region: 'us-east-1', maxAttempts: 1 };
  const signing = new sdk.CognitoIdentityClient({ ...settings, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const open = new sdk.CognitoIdentityClient({ ...settings, credentials: undefined });
  return {
    async call(operation, parameters) {
      const { $metadata, ...answer } = await (isSigned(operation) ? signing : open).send(new sdk[`${operation}Command`](parameters));
      return answer;
    },
    async stop() {
      signing.destroy();
      open.destroy();
    },
  };
}

function complaints({ operation, status, response }) {
  const body = response === '' ? undefined : JSON.parse(response);
  if (status === 200) return complaintsAbout(operation, body);
  return declaresError(operation, body.__type) ? [] : [`${operation} does not declare ${body.__type}: ${body.message}`];
}
