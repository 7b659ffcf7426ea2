// What clients of the AWS SDK take for credentials. Compiling this file is the test.
import { S3Client } from '@aws-sdk/client-s3';
import type { Auth } from 'cognate-auth';

export function clients(auth: Auth): S3Client[] {
  const role = 'arn:aws:iam::123456789012:role/x';
  return [auth.credentials, auth.credentialsFor({ role })].map((credentials) => new S3Client({ region: 'eu-central-1', credentials }));
}
