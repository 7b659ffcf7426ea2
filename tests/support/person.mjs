// A person with a confirmed account, made through the public API as any client would.

import { code } from './inbox.mjs';

let counter = 0;

/** Signs somebody up, with `more` attributes than the address, and confirms that with the code from the inbox. */
export async function confirmedPerson(backend, password = 'Correct-Horse-7', more = []) {
  const email = `member${(counter += 1)}-${process.pid}@example.com`;
  const attributes = [{ Name: 'email', Value: email }, ...more];
  await call(backend, 'SignUp', { Username: email, Password: password, UserAttributes: attributes });
  await call(backend, 'ConfirmSignUp', { Username: email, ConfirmationCode: await code(backend.url, email) });
  return { email, password };
}

async function call(backend, operation, input) {
  const response = await fetch(backend.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify({ ClientId: backend.clientId, ...input }),
  });
  if (!response.ok) throw new Error(`${operation} answered ${response.status}: ${await response.text()}`);
}
