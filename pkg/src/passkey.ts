/**
 * The browser's half of passkeys ([WebAuthn](https://www.w3.org/TR/webauthn-3/)): options and credentials as the JSON that the
 * service speaks, and what a browser reports as an exception in words. Loaded when it is first used.
 *
 * Security: only the page can ask the authenticator. What comes back is a signature over the service's challenge and this
 * page's origin; the private key never leaves the authenticator.
 */
import type { AuthErrorDetails } from './errors.ts';

/** Whether the browser can offer passkeys in the autofill of a field with `autocomplete="username webauthn"`. */
export async function isConditionalAvailable(): Promise<boolean> {
  return (await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.()) ?? false;
}

/** Creates a passkey. Gives `RegistrationResponseJSON`; rejects with details of an error and the browser's own as `cause`. */
export async function create(options: string, signal?: AbortSignal): Promise<string> {
  return asked(signal, { InvalidStateError: ALREADY_REGISTERED }, () => {
    const publicKey = creationOptions(JSON.parse(options) as PublicKeyCredentialCreationOptionsJSON);
    return navigator.credentials.create({ publicKey, ...(signal && { signal }) });
  });
}

/** Signs with a passkey. Gives `AuthenticationResponseJSON`; with `conditional` it waits for the person to choose one in a field. */
export async function get(options: string, { mediation, signal }: { mediation?: 'conditional'; signal?: AbortSignal } = {}): Promise<string> {
  if (mediation && !(await isConditionalAvailable())) throw UNSUPPORTED;
  return asked(signal, {}, () => {
    const publicKey = requestOptions(JSON.parse(options) as PublicKeyCredentialRequestOptionsJSON);
    return navigator.credentials.get({ publicKey, ...(mediation && { mediation }), ...(signal && { signal }) });
  });
}

async function asked(signal: AbortSignal | undefined, own: Record<string, AuthErrorDetails>, ask: () => Promise<Credential | null>): Promise<string> {
  if (!globalThis.PublicKeyCredential || !globalThis.navigator?.credentials) throw UNSUPPORTED;
  try {
    return JSON.stringify(toJson((await ask()) as PublicKeyCredential));
  } catch (cause) {
    const name = (cause as Error | undefined)?.name ?? '';
    throw { ...(signal?.aborted ? ABORTED : (own[name] ?? MEANINGS[name] ?? UNSUPPORTED)), cause };
  }
}

/** Older browsers read no JSON: what is bytes is base64url there. */
function creationOptions(json: PublicKeyCredentialCreationOptionsJSON): PublicKeyCredentialCreationOptions {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  const { challenge, user, excludeCredentials } = json;
  return {
    ...(json as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: descriptors(excludeCredentials),
  };
}

function requestOptions(json: PublicKeyCredentialRequestOptionsJSON): PublicKeyCredentialRequestOptions {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  const { challenge, allowCredentials } = json;
  return {
    ...(json as unknown as PublicKeyCredentialRequestOptions),
    challenge: bytes(challenge),
    allowCredentials: descriptors(allowCredentials),
  };
}

function descriptors(list: PublicKeyCredentialDescriptorJSON[] = []): PublicKeyCredentialDescriptor[] {
  return list.map((entry) => ({ ...(entry as unknown as PublicKeyCredentialDescriptor), id: bytes(entry.id) }));
}

function toJson(credential: PublicKeyCredential): unknown {
  // Some password managers have the method, and it throws.
  try {
    if (credential.toJSON) return credential.toJSON();
  } catch {}
  const { id, rawId, type, authenticatorAttachment } = credential;
  const response = credential.response as AuthenticatorAttestationResponse & Partial<AuthenticatorAssertionResponse>;
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = response;
  return {
    id,
    rawId: text(rawId),
    type,
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(clientDataJSON),
      ...(attestationObject && { attestationObject: text(attestationObject), transports: response.getTransports?.() ?? [] }),
      ...(signature && authenticatorData && { authenticatorData: text(authenticatorData), signature: text(signature) }),
      ...(userHandle && { userHandle: text(userHandle) }),
    },
  };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const UNSUPPORTED: AuthErrorDetails = { code: 'passkey_unsupported', message: 'This browser, or the authenticator, cannot do what the pool wants of passkeys' };
const ALREADY_REGISTERED: AuthErrorDetails = { code: 'passkey_already_registered', message: 'This authenticator has a passkey for this person already' };
const ABORTED: AuthErrorDetails = { code: 'aborted', message: 'The call was aborted' };
const CANCELLED: AuthErrorDetails = {
  code: 'passkey_cancelled',
  message: 'The person cancelled, took too long, or has no passkey that fits',
  userAction: 'retry',
};

/** What browsers report; which names, the specification says. */
const MEANINGS: Record<string, AuthErrorDetails> = {
  NotAllowedError: CANCELLED,
  AbortError: CANCELLED,
  SecurityError: {
    code: 'passkey_relying_party_mismatch',
    message: "This page's domain is not the one that the pool's passkeys are for, nor below it",
  },
  TypeError: { code: 'invalid_response', message: 'The options of the service are not those of WebAuthn' },
  SyntaxError: { code: 'invalid_response', message: 'The options of the service are not JSON' },
};
