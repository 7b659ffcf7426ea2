// An authenticator in software for clients without a browser: one passkey, ES256, attestation `none`, in the JSON forms of WebAuthn Level 3.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

/** A device that has no passkey yet; `origin` is the page that asks it. */
export function newAuthenticator(origin) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);
  let userHandle;

  const clientData = (type, challenge) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const authenticatorData = (relyingParty, flags) =>
    Buffer.concat([sha256(relyingParty), Buffer.from([USER_PRESENT | USER_VERIFIED | flags]), Buffer.alloc(4)]);
  const credential = (response) => ({
    id: text(id), rawId: text(id), type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {}, response,
  });

  return {
    id: text(id),

    /** `navigator.credentials.create` with the options of StartWebAuthnRegistration. */
    create(options) {
      userHandle = options.user.id;
      const { x, y } = publicKey.export({ format: 'jwk' });
      const key = Buffer.concat([
        Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]), Buffer.from(x, 'base64url'),
        Buffer.from([0x22, 0x58, 0x20]), Buffer.from(y, 'base64url'),
      ]);
      const data = Buffer.concat([
        authenticatorData(options.rp.id, ATTESTED), Buffer.alloc(16), Buffer.from([0, id.length]), id, key,
      ]);
      const attestation = Buffer.concat([
        Buffer.from([0xa3, 0x63]), Buffer.from('fmt'), Buffer.from([0x64]), Buffer.from('none'),
        Buffer.from([0x67]), Buffer.from('attStmt'), Buffer.from([0xa0]),
        Buffer.from([0x68]), Buffer.from('authData'), Buffer.from([0x58, data.length]), data,
      ]);
      return credential({
        clientDataJSON: text(clientData('webauthn.create', options.challenge)),
        attestationObject: text(attestation),
        transports: ['internal'],
      });
    },

    /** `navigator.credentials.get` with CREDENTIAL_REQUEST_OPTIONS, read. */
    get(options) {
      const json = clientData('webauthn.get', options.challenge);
      const data = authenticatorData(options.rpId, 0);
      return credential({
        clientDataJSON: text(json),
        authenticatorData: text(data),
        signature: text(sign('sha256', Buffer.concat([data, sha256(json)]), privateKey)),
        userHandle,
      });
    },
  };
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

function text(bytes) {
  return bytes.toString('base64url');
}
