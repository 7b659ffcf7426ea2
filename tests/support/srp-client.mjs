// Cognito's SRP-6a from its formulas, in JavaScript big integers: a third implementation beside ours and the AWS library's, whose every
// value a test may set. Not constant-time, for tests only. The letters are those of sdk/core/src/srp.

import { createHash, createHmac, randomBytes } from 'node:crypto';

/** RFC 3526's 3,072-bit prime and the generator. */
export const N = BigInt(`0x${[
  'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD',
  'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED',
  'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F',
  '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B',
  'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510',
  '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7',
  'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C',
  'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
].join('')}`);
const g = 2n;
const k = integer(sha256(Buffer.concat([pad(N), pad(g)])));

/** Bytes of a non-negative integer as Java's BigInteger.toByteArray gives them: no leading zeros but one where the sign bit would be set. */
export function pad(value) {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  if (/^[89a-f]/.test(hex)) hex = `00${hex}`;
  return Buffer.from(hex, 'hex');
}

export function modPow(base, exponent, modulus = N) {
  let result = 1n;
  let square = ((base % modulus) + modulus) % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** A client's secret `a` (random unless given) and its public `A`. */
export function begin(a = integer(randomBytes(32))) {
  return { a, A: modPow(g, a) };
}

/** Every value of the computation by name, so that a test can point at the step that is wrong. */
export function passwordClaim({ a, A, poolName, userId, password, salt, B, secretBlock, timestamp }) {
  const saltInteger = BigInt(`0x${salt}`);
  const serverB = BigInt(`0x${B}`);
  const u = integer(sha256(Buffer.concat([pad(A), pad(serverB)])));
  const inner = sha256(Buffer.from(`${poolName}${userId}:${password}`, 'utf8'));
  const x = integer(sha256(Buffer.concat([pad(saltInteger), inner])));
  const S = modPow((((serverB - k * modPow(g, x)) % N) + N) % N, a + u * x);
  const prk = hmac(pad(u), pad(S));
  const key = hmac(prk, Buffer.concat([Buffer.from('Caldera Derived Key'), Buffer.from([1])])).subarray(0, 16);
  const message = Buffer.concat([Buffer.from(poolName + userId, 'utf8'), Buffer.from(secretBlock, 'base64'), Buffer.from(timestamp, 'utf8')]);
  return { u, inner, x, S, prk, key, signature: hmac(key, message).toString('base64') };
}

/** The verifier of a password, hexadecimal with an even number of digits; `poolName` and `userId` of a device are its group key and its key. */
export function verifierOf({ poolName, userId, password, salt }) {
  const inner = sha256(Buffer.from(`${poolName}${userId}:${password}`, 'utf8'));
  const x = integer(sha256(Buffer.concat([pad(BigInt(`0x${salt}`)), inner])));
  return pad(modPow(g, x)).toString('hex');
}

/** The TIMESTAMP of the claim: English names, UTC, the day without a leading zero. */
export function claimTimestamp(date = new Date()) {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

/** The part of a pool id that goes into the hashes. */
export function poolNameOf(poolId) {
  return poolId.split('_')[1];
}

function integer(bytes) {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

function hmac(key, bytes) {
  return createHmac('sha256', key).update(bytes).digest();
}
