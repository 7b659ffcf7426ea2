// A page with the AWS SDK: it gets credentials for a login, and puts and gets an object with them.

import { CognitoIdentityClient, GetCredentialsForIdentityCommand, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** What was written and read, and the name of the error for a key of somebody else. */
globalThis.store = async ({ identity, storage, pool, logins, bucket, key, foreign }) => {
  const region = 'us-east-1';
  const cognito = new CognitoIdentityClient({ endpoint: identity, region, maxAttempts: 1 });
  const { IdentityId } = await cognito.send(new GetIdCommand({ IdentityPoolId: pool, Logins: logins }));
  const { Credentials } = await cognito.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins: logins }));
  const credentials = { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretKey, sessionToken: Credentials.SessionToken };
  const s3 = new S3Client({ endpoint: storage, region, forcePathStyle: true, credentials, maxAttempts: 1 });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'from a browser' }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const refused = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: foreign })).then(() => 'given', (error) => error.name);
  return { read: await Body.transformToString(), refused };
};
