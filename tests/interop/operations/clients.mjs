// The two clients that go through all operations: each call by the name of the operation, signed where the operation asks for it.

import * as sdk from '@aws-sdk/client-cognito-identity-provider';
import { adminClient } from '../../support/target.mjs';
import { startBoto3 } from '../boto3.mjs';

/** boto3. `isSigned` tells of an operation whether administrators call it. */
export async function boto3Client(endpoint, isSigned) {
  const boto3 = await startBoto3(endpoint);
  const known = new Set(await boto3.operations());
  return {
    knows: (operation) => known.has(operation),
    call: (operation, parameters) => (isSigned(operation) ? boto3.admin : boto3.call)(operation, parameters),
    stop: boto3.stop,
  };
}

/** The AWS SDK for JavaScript. */
export async function javascriptClient(endpoint, isSigned) {
  const signing = adminClient(endpoint);
  // Without credentials: public operations must not need any.
  const open = new sdk.CognitoIdentityProviderClient({ endpoint, region: 'us-east-1', maxAttempts: 1, credentials: undefined });
  return {
    knows: (operation) => `${operation}Command` in sdk,
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
