// Tokens for programs, pushed requests, tokens bound to a key (DPoP) and to a resource server, rotated keys: the other side is jose and the AWS SDK.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  CreateResourceServerCommand, CreateUserPoolClientCommand, DeleteResourceServerCommand, DescribeResourceServerCommand, ListResourceServersCommand,
  UpdateResourceServerCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { SignJWT, calculateJwkThumbprint, createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { backendBinary, startBackend } from '../support/backend.mjs';
import { LoginDomain, form } from '../support/login-domain.mjs';
import { adminClient } from '../support/target.mjs';
import { Api, send } from '../support/user-pools-api.mjs';

const SHOP = 'https://shop.example/api';
let backend;
let admin;
let person;

before(async () => {
  backend = await startBackend();
  admin = adminClient(backend.url);
  const Scopes = ['read', 'write'].map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName }));
  await admin.send(new CreateResourceServerCommand({ UserPoolId: backend.poolId, Identifier: SHOP, Name: 'Shop', Scopes }));
  person = await new Api(backend).confirmedPerson();
});
after(() => backend?.stop());

test('the AWS SDK makes, changes, lists and deletes resource servers', async () => {
  const name = { UserPoolId: backend.poolId, Identifier: 'other' };
  await admin.send(new CreateResourceServerCommand({ ...name, Name: 'Other' }));
  const Scopes = [{ ScopeName: 'x', ScopeDescription: 'y' }];
  const { ResourceServer } = await admin.send(new UpdateResourceServerCommand({ ...name, Name: 'Another', Scopes }));
  assert.deepEqual(ResourceServer, { ...name, Name: 'Another', Scopes });
  assert.deepEqual((await admin.send(new DescribeResourceServerCommand(name))).ResourceServer, ResourceServer);
  const { ResourceServers } = await admin.send(new ListResourceServersCommand({ UserPoolId: backend.poolId, MaxResults: 50 }));
  assert.deepEqual(ResourceServers.map((server) => server.Identifier).sort(), [SHOP, 'other'].sort());
  await admin.send(new DeleteResourceServerCommand(name));
  await assert.rejects(admin.send(new DescribeResourceServerCommand(name)), { name: 'ResourceNotFoundException' });
});

test('a program that the AWS SDK made a client for gets a token that jose accepts for its resource server', async () => {
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: backend.poolId, ClientName: 'program', GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'], AllowedOAuthScopes: [`${SHOP}/read`, `${SHOP}/write`],
  }));
  const authorization = `Basic ${Buffer.from(`${client.ClientId}:${client.ClientSecret}`).toString('base64')}`;
  const answer = await token({ grant_type: 'client_credentials', scope: `${SHOP}/read`, resource: SHOP }, { authorization });
  assert.equal(answer.status, 200, answer.text);
  const { payload } = await jwtVerify(answer.body.access_token, keys(), { issuer: backend.issuer, audience: SHOP });
  assert.equal(payload.sub, client.ClientId);
  assert.equal(payload.scope, `${SHOP}/read`);
  assert.equal(answer.body.refresh_token, undefined);
  const wrong = await token({ grant_type: 'client_credentials' }, { authorization: `Basic ${Buffer.from(`${client.ClientId}:wrong`).toString('base64')}` });
  assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
});

for (const alg of ['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256']) {
  test(`tokens are bound to a key of jose's that signs with ${alg}`, async () => {
    const key = await newKey(alg);
    const browser = new LoginDomain(backend);
    const { code, verifier, parameters } = await browser.code(person);
    const members = {
      grant_type: 'authorization_code', client_id: backend.clientId, code, redirect_uri: parameters.redirect_uri, code_verifier: verifier,
    };
    const { body: tokens, text } = await token(members, { dpop: await proof(key, 'POST', '/oauth2/token') });
    assert.equal(tokens.token_type, 'DPoP', text);
    assert.equal(decodeJwt(tokens.access_token).cnf.jkt, await calculateJwkThumbprint(key.publicJwk));
    const told = await userInfo(tokens.access_token, await proof(key, 'GET', '/oauth2/userInfo', tokens.access_token));
    assert.deepEqual([told.status, told.body.email], [200, person.email]);
    const refreshing = { grant_type: 'refresh_token', client_id: backend.clientId, refresh_token: tokens.refresh_token };
    assert.equal((await token(refreshing)).body.error, 'invalid_grant');
    const refreshed = await token(refreshing, { dpop: await proof(key, 'POST', '/oauth2/token') });
    assert.equal(refreshed.body.token_type, 'DPoP', refreshed.text);
    const api = new Api(backend);
    const byApi = await api.call('GetTokensFromRefreshToken', { ClientId: backend.clientId, RefreshToken: tokens.refresh_token });
    assert.equal(byApi.body.__type, 'NotAuthorizedException');
  });
}

test('discovery names the endpoint for pushed requests, and what is pushed there leads to a code', async () => {
  const discovery = await (await fetch(`${backend.issuer}/.well-known/openid-configuration`)).json();
  assert.ok(discovery.dpop_signing_alg_values_supported.includes('ES256'));
  const browser = new LoginDomain(backend);
  const { parameters, verifier } = await browser.authorize();
  const pushed = await fetch(discovery.pushed_authorization_request_endpoint, { method: 'POST', body: new URLSearchParams(parameters) });
  assert.equal(pushed.status, 201);
  const { request_uri } = await pushed.json();
  const opened = await browser.visit(`/oauth2/authorize?${form({ client_id: backend.clientId, request_uri })}`);
  browser.transaction = new URL(opened.headers.location, backend.url).searchParams.get('txn');
  const location = await browser.complete(person);
  assert.equal(location.searchParams.get('state'), parameters.state);
  const redeemed = await browser.redeem({ code: location.searchParams.get('code'), verifier, parameters });
  assert.equal(decodeJwt(redeemed.body.id_token).nonce, parameters.nonce);
});

test('keys that a command rotates beside the backend are published while older tokens still verify', async () => {
  const api = new Api(backend);
  const { AccessToken } = await api.tokens(person);
  const folder = ['--data', backend.dataDir];
  const { stdout } = await promisify(execFile)(backendBinary(), ['keys', 'rotate', '--pool', backend.poolId, ...folder]);
  assert.match(stdout, /sign in 1(19|20) minutes/);
  let published = [];
  for (let tries = 0; published.length < 4 && tries < 60; tries += 1) {
    await sleep(250);
    ({ keys: published } = await (await fetch(`${backend.issuer}/.well-known/jwks.json`)).json());
  }
  assert.equal(published.length, 4);
  await jwtVerify(AccessToken, keys(), { issuer: backend.issuer });
  await jwtVerify((await api.tokens(person)).AccessToken, keys(), { issuer: backend.issuer });
  await assert.rejects(promisify(execFile)(backendBinary(), ['keys', 'rotate', '--pool', 'local_nowhere', ...folder]), /no signing keys/);
});

function keys() {
  return createRemoteJWKSet(new URL(`${backend.issuer}/.well-known/jwks.json`));
}

async function newKey(alg) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, publicJwk: await exportJWK(publicKey) };
}

function proof({ alg, privateKey, publicJwk }, htm, path, accessToken) {
  const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url');
  return new SignJWT({ htm, htu: `${backend.url}${path}`, jti: randomUUID(), ...(ath && { ath }) })
    .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicJwk })
    .setIssuedAt()
    .sign(privateKey);
}

function token(members, headers = {}) {
  return send(backend.url, { path: '/oauth2/token', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: form(members) });
}

function userInfo(accessToken, dpop) {
  return send(backend.url, { method: 'GET', path: '/oauth2/userInfo', headers: { authorization: `DPoP ${accessToken}`, dpop } });
}
