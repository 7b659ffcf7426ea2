// A recorded challenge that both clients answer, each with a secret of its own, and the server's check of what they answered: a fast
// wrong answer must not win.

import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { N, modPow, pad, poolNameOf } from '../../support/srp-client.mjs';

const vectors = JSON.parse(readFileSync(new URL('../../../sdk/core/tests/vectors/srp.json', import.meta.url), 'utf8'));
const vector = vectors.user_vectors.find(({ label }) => label === 'basic');

/** What the client is given; `epochSeconds` is 2026-09-01T02:03:04Z, the time of the recorded claim. */
export const challenge = {
  poolName: poolNameOf(vector.inputs.userPoolId),
  userId: vector.inputs.userIdForSrp,
  password: vector.inputs.password,
  salt: vector.inputs.salt_hex_as_sent,
  B: vector.B_hex_wire_SRP_B,
  secretBlock: vector.inputs.secretBlock_base64,
  timestamp: vector.inputs.timestamp,
  epochSeconds: Date.UTC(2026, 8, 1, 2, 3, 4) / 1000,
};

/** Throws unless `{ A, signature }` proves the password to the server of the vector: S = (A * v^u)^b. */
export function check({ A, signature }) {
  const u = BigInt(`0x${sha256(Buffer.concat([pad(BigInt(`0x${A}`)), pad(BigInt(`0x${challenge.B}`))])).toString('hex')}`);
  const v = BigInt(`0x${vector.verifier_hex}`);
  const S = modPow((BigInt(`0x${A}`) * modPow(v, u)) % N, BigInt(`0x${vector.inputs.b_hex}`));
  const key = hmac(hmac(pad(u), pad(S)), Buffer.concat([Buffer.from('Caldera Derived Key'), Buffer.from([1])])).subarray(0, 16);
  const message = Buffer.concat([
    Buffer.from(challenge.poolName + challenge.userId), Buffer.from(challenge.secretBlock, 'base64'), Buffer.from(challenge.timestamp),
  ]);
  if (hmac(key, message).toString('base64') !== signature) throw new Error('a client under measurement computed a wrong claim');
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

function hmac(key, bytes) {
  return createHmac('sha256', key).update(bytes).digest();
}
