// People who are confirmed and have a password, made by the administrative operations.

import { AdminCreateUserCommand, AdminSetUserPasswordCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

export async function makePeople({ endpoint, poolId }, count, prefix = 'load') {
  const admin = new CognitoIdentityProviderClient({
    endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1,
  });
  const people = [];
  for (let i = 0; i < count; i += 1) {
    const person = { username: `${prefix}-${i}-${Date.now().toString(36)}@example.com`, password: 'Correct-Horse9!' };
    const names = { UserPoolId: poolId, Username: person.username };
    await admin.send(new AdminCreateUserCommand({
      ...names, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: person.username }, { Name: 'email_verified', Value: 'true' }],
    }));
    await admin.send(new AdminSetUserPasswordCommand({ ...names, Password: person.password, Permanent: true }));
    people.push(person);
  }
  admin.destroy();
  return people;
}
