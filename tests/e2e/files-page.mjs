// The AWS SDK in a page, as an app has it: one client, which is kept, over whatever credentials it is given.

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** `put` and `get` resolve to what became of it: the text that was read, or the name of the error. */
globalThis.openFiles = ({ endpoint, bucket }, credentials) => {
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 });
  const outcome = (work) => work.catch((error) => error.code ?? error.name);
  return {
    put: (key, body) => outcome(client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body })).then(() => 'stored')),
    get: (key) => outcome(client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).then(({ Body }) => Body.transformToString())),
  };
};
