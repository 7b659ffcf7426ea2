// The native yardstick: the three exponentiations of a client (g^a, g^x, (B - k g^x)^(a + u x)) by OpenSSL's constant-time modular
// exponentiation, reached through Node's Diffie-Hellman with the same prime. No hashing, no parsing: what no client can beat by much.

import { createDiffieHellman, randomBytes } from 'node:crypto';
import { N } from '../../support/srp-client.mjs';
import { challenge } from './challenge.mjs';

/** @returns a function that performs the three exponentiations once and answers its milliseconds. */
export function opensslExponentiations() {
  const dh = createDiffieHellman(N.toString(16), 'hex', 2);
  const g = Buffer.from([2]);
  const base = Buffer.from(challenge.B, 'hex');
  return () => {
    const exponents = [[g, randomBytes(32)], [g, randomBytes(32)], [base, randomBytes(64)]];
    const begun = performance.now();
    for (const [number, exponent] of exponents) {
      dh.setPrivateKey(exponent);
      dh.computeSecret(number);
    }
    return performance.now() - begun;
  };
}
