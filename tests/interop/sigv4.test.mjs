// What the AWS SDK signs is what counts: the administrative operations open with the right key and a fresh, whole signature, and with
// nothing else. Unsigned requests and the loopback rules in detail are in tests/security.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminCreateUserCommand, CognitoIdentityProviderClient, ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { adminClient, isMinistack, startTarget } from '../support/target.mjs';

let target;

before(async () => { target = await startTarget(); });
after(() => target?.stop());

const list = () => new ListUserPoolsCommand({ MaxResults: 10 });

test('the right key opens, whatever region the caller signs for', async () => {
  assert.ok((await adminClient(target.endpoint).send(list())).UserPools.length >= 1);
  const elsewhere = new CognitoIdentityProviderClient({
    endpoint: target.endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1,
  });
  assert.ok((await elsewhere.send(list())).UserPools);
});

test('a wrong secret is refused', async () => {
  const client = adminClient(target.endpoint, { accessKeyId: 'test', secretAccessKey: 'tesT' });
  await assert.rejects(client.send(list()), refused(/InvalidSignatureException|SignatureDoesNotMatch/));
});

test('an unknown key is refused', async () => {
  const client = adminClient(target.endpoint, { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'test' });
  await assert.rejects(client.send(list()), refused(/UnrecognizedClientException|InvalidClientTokenId/));
});

test('a signature of yesterday is refused', async () => {
  const client = new CognitoIdentityProviderClient({
    endpoint: target.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1,
    systemClockOffset: -24 * 3600 * 1000,
  });
  await assert.rejects(client.send(list()), refused(/InvalidSignatureException|RequestExpired|SignatureDoesNotMatch|RequestTimeTooSkewed/));
});

test('a body changed after signing is refused', async () => {
  const client = adminClient(target.endpoint);
  // finalizeRequest with low priority runs after the signer: what is sent is not what was signed.
  client.middlewareStack.add((next) => (call) => {
    call.request.body = call.request.body.replace('drawer-of-ada', 'drawer-of-eve');
    return next(call);
  }, { step: 'finalizeRequest', priority: 'low' });
  const command = new AdminCreateUserCommand({ UserPoolId: target.poolId, Username: 'drawer-of-ada@example.com', MessageAction: 'SUPPRESS' });
  await assert.rejects(client.send(command), refused(/InvalidSignatureException|SignatureDoesNotMatch/));
});

test('the operation cannot be exchanged under the signature', async () => {
  const client = adminClient(target.endpoint);
  client.middlewareStack.add((next) => (call) => {
    call.request.headers['x-amz-target'] = 'AWSCognitoIdentityProviderService.DeleteUserPool';
    return next(call);
  }, { step: 'finalizeRequest', priority: 'low' });
  await assert.rejects(client.send(list()), refused(/InvalidSignatureException|SignatureDoesNotMatch/));
});

// The demo keys are for programs on this machine. A page that a browser shows always has an Origin; a page whose name was rebound to
// 127.0.0.1 has a foreign Host. Both are signed correctly here: the key is right and still must not open.
for (const [what, headers] of [
  ['with an Origin', { origin: 'http://localhost:4200' }],
  ['with a foreign Host', { host: 'rebound.example' }],
  ['through a proxy', { 'x-forwarded-for': '203.0.113.9' }],
]) {
  test(`a correctly signed request ${what} is refused`, { skip: isMinistack && 'a rule of ours' }, async () => {
    const client = adminClient(target.endpoint);
    client.middlewareStack.add((next) => (call) => {
      Object.assign(call.request.headers, headers);
      return next(call);
    }, { step: 'build', priority: 'low' });
    await assert.rejects(client.send(list()), (error) => {
      assert.ok(error.$metadata.httpStatusCode >= 400 && error.$metadata.httpStatusCode < 500, String(error));
      assert.equal(error.UserPools, undefined);
      return true;
    });
  });
}

function refused(names) {
  return (error) => {
    assert.match(error.name, names);
    assert.ok([400, 403].includes(error.$metadata.httpStatusCode), `status ${error.$metadata.httpStatusCode}`);
    return true;
  };
}
