// Web Crypto, which only secure contexts (https, or this machine) have: elsewhere these functions reject.

const AES = { name: 'AES-GCM', length: 256 };
const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const IV_BYTES = 12;

export function hasWebCrypto() {
  return Boolean(globalThis.crypto?.subtle);
}

/** Fills the bytes; the API takes at most 65,536 at a time. */
export function fill(into) {
  for (let at = 0; at < into.length; at += 65_536) crypto.getRandomValues(into.subarray(at, at + 65_536));
}

/** Whether the RSA key made the signature. What cannot be imported is not a key that could have signed anything. */
export async function verify(n, e, message, signature) {
  // Copies: the wasm's memory may move while the key is imported.
  [message, signature] = [message.slice(), signature.slice()];
  const key = await crypto.subtle.importKey('jwk', { kty: 'RSA', alg: 'RS256', n, e }, RS256, false, ['verify']);
  return crypto.subtle.verify(RS256.name, key, signature, message);
}

/** A fresh base key, fit for nothing but deriving others. */
export async function baseKey() {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const importing = crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey']);
  raw.fill(0); // Web Crypto has its own copy.
  return importing;
}

export async function ephemeralKey() {
  return crypto.subtle.generateKey(AES, false, ['encrypt', 'decrypt']);
}

export async function tabKey(base, salt, info) {
  return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt, info }, base, AES, false, ['encrypt', 'decrypt']);
}

/** IV, ciphertext and tag. */
export async function encrypt(key, additionalData, text) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: AES.name, iv, additionalData }, key, text));
  const all = new Uint8Array(IV_BYTES + sealed.length);
  all.set(iv);
  all.set(sealed, IV_BYTES);
  return all;
}

/** Rejects what `encrypt` did not give. */
export async function decrypt(key, additionalData, all) {
  const algorithm = { name: AES.name, iv: all.subarray(0, IV_BYTES), additionalData };
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, all.subarray(IV_BYTES)));
}
