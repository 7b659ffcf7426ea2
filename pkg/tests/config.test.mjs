// What a configuration is refused for before anything is started.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './compile.mjs';

const { workerConfig } = await load('config.ts');

const ids = { userPoolId: 'eu-central-1_Ab1Cd2Ef3', clientId: 'client' };

test('api is a list of objects that name an origin', () => {
  for (const api of [{ origin: 'https://api.example.com' }, ['https://api.example.com'], [null], 'https://api.example.com', [{}]]) {
    assert.throws(() => workerConfig({ ...ids, api }), { code: 'invalid_configuration', message: /api must be a list such as/ });
  }
  assert.deepEqual(workerConfig({ ...ids, api: [{ origin: 'https://api.example.com' }] }).api, [{ origin: 'https://api.example.com' }]);
});

test('an option that this version does not have is refused by name', () => {
  assert.throws(() => workerConfig({ ...ids, vaultUrl: 'https://vault.example' }), { code: 'invalid_configuration', message: /vaultUrl/ });
  assert.throws(() => workerConfig({ ...ids, clientSecret: 'x' }), { code: 'invalid_configuration', message: /cannot keep a client secret/ });
});

test('a persistence, a namespace or an exposure that is none is refused', () => {
  const refused = (more) => assert.throws(() => workerConfig({ ...ids, ...more }), { code: 'invalid_configuration' });
  for (const persistence of ['local', 'DEVICE', 1]) refused({ persistence });
  for (const namespace of ['a|b', 'ü', 'x'.repeat(65), 7]) refused({ namespace });
  for (const exposeAccessToken of ['true', 1]) refused({ exposeAccessToken });
  assert.equal(workerConfig(ids).persistence, 'session');
  assert.equal(workerConfig({ ...ids, persistence: 'device', namespace: 'work' }).namespace, 'work');
});
