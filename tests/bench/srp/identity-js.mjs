// The peer of the SRP benchmark: amazon-cognito-identity-js's own helper, called as its CognitoUser.authenticateUser calls it, with the
// claim's HMAC by the library it uses. Amplify's computation is the same code and was measured equally fast.

import AuthenticationHelper from 'amazon-cognito-identity-js/es/AuthenticationHelper.js';
import BigInteger from 'amazon-cognito-identity-js/es/BigInteger.js';
import { Sha256 } from '@aws-crypto/sha256-js';
import { Buffer } from 'buffer';

export async function load() {}

/** The client's whole computation of one sign-in: construction, A, the password key, the claim. */
export function signIn(challenge) {
  const helper = new AuthenticationHelper(challenge.poolName);
  let A;
  helper.getLargeAValue((error, value) => {
    if (error) throw error;
    A = value.toString(16);
  });
  let signature;
  helper.getPasswordAuthenticationKey(
    challenge.userId, challenge.password, new BigInteger(challenge.B, 16), new BigInteger(challenge.salt, 16),
    (error, key) => {
      if (error) throw error;
      const hash = new Sha256(key);
      hash.update(Buffer.concat([
        Buffer.from(challenge.poolName, 'utf8'),
        Buffer.from(challenge.userId, 'utf8'),
        Buffer.from(challenge.secretBlock, 'base64'),
        Buffer.from(challenge.timestamp, 'utf8'),
      ]));
      signature = Buffer.from(hash.digestSync()).toString('base64');
    },
  );
  return { A, signature };
}
