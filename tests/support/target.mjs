// The backend that the foreign clients of the tests talk to: ours, unless INTEROP_TARGET=ministack asks for one that nobody here wrote.
// The second is how a test is shown to be right: what fails only against ours is our fault, what fails against both is the test's.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { startBackend } from './backend.mjs';
import { code } from './inbox.mjs';
import { startMinistack } from './ministack.mjs';

/** True where the target is the foreign emulator: a few rules hold only in ours (single-use codes of the inbox, limits, bound sessions). */
export const isMinistack = process.env.INTEROP_TARGET === 'ministack';

/**
 * Starts the target.
 *
 * @returns `endpoint`, `issuer`, `poolId`, `clientId` (public, SRP, password and refresh flows), `admin` (a signing client),
 *   `readCode(address, { count, purpose })` (the code of the newest of `count` messages; purpose `confirmation` or `recovery`) and `stop`.
 */
export async function startTarget() {
  if (isMinistack) {
    const peer = await startMinistack();
    return { ...peer, readCode: async (_address, { purpose = 'confirmation' } = {}) => peer.codes[purpose] };
  }
  const backend = await startBackend();
  return {
    endpoint: backend.url,
    issuer: backend.issuer,
    poolId: backend.poolId,
    clientId: backend.clientId,
    admin: adminClient(backend.url),
    readCode: (address, options) => code(backend.url, address, options),
    stop: backend.stop,
  };
}

/** A client of the AWS SDK that signs with the demo keys unless told otherwise, and never retries: a test wants the first answer. */
export function adminClient(endpoint, credentials = { accessKeyId: 'test', secretAccessKey: 'test' }) {
  return new CognitoIdentityProviderClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

let people = 0;

/** A person nobody else in this run is: an e-mail address and a password that the default policy accepts. */
export function newPerson() {
  people += 1;
  return { email: `person-${people}-${process.pid}-${Date.now().toString(36)}@example.com`, password: 'Correct-Horse9!' };
}
