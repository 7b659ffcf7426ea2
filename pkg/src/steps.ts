import type { CallOptions } from './calls.ts';
import { askAuthenticator } from './authenticator.ts';
import { totpKey, type TotpKey } from './totp.ts';

/** Attribute names and values: `email`, `name`, `custom:team`. */
export type Attributes = Record<string, string>;

/** Who is signed in: the verified claims of the ID token. */
export interface User {
  /** The user's id in the pool: never changes. */
  sub: string;
  /** The pool's user name; where people sign in with e-mail or phone, a generated one. */
  username: string;
  email?: string;
  emailVerified?: boolean;
  phoneNumber?: string;
  phoneNumberVerified?: boolean;
  groups: string[];
  /** All claims of the ID token. */
  claims: Record<string, unknown>;
}

interface StepBase<K extends string, A> {
  kind: K;
  id: string;
  /** When the service forgets this step: milliseconds since the epoch. */
  expiresAt: number;
  /** An opaque, sealed string for `auth.resume`. Contains no password. Readable only in this tab; with persistence `device` in every tab of the origin. */
  toJSON(): string;
  /** Answers the step. A wrong answer rejects, and the step can be answered again. */
  respond(answer: A, options?: CallOptions): Promise<SignInStep>;
}

/**
 * What proves who somebody is: the password, a code by text message, by e-mail or of an authenticator app, or a passkey.
 * A password is proved by SRP where the service offers that.
 */
export type Factor = 'password' | 'sms' | 'email' | 'totp' | 'passkey';

type Step<K extends string, A, X = unknown> = X & StepBase<K, A>;

/** Where a sign-in stands. Loop until `done`. */
export type SignInStep =
  | { kind: 'done'; user: User }
  /**
   * A one-time code, of as many digits as the service likes. `destination`: where it went, masked; of an authenticator app,
   * the name that it was given. No other code can be sent: the sign-in starts again. `rememberDevice`: where the pool leaves
   * it to the person whether this device is to be remembered.
   */
  | Step<'code', { code: string; rememberDevice?: boolean }, { factor: 'sms' | 'email' | 'totp'; purpose: 'mfa' | 'firstFactor'; destination?: string }>
  /** A choice: how to sign in, with which second factor, or which one to set up. */
  | Step<'selectFactor', { factor: Factor }, { stage: 'first' | 'mfa' | 'setUp'; options: Factor[] }>
  /**
   * An authenticator app is to be set up: show `qrCode()` as an image and `secret` as text, and ask for the first code. Neither
   * is in `toJSON`: whoever resumes the step gets new ones.
   */
  | Step<'setUpTotp', { code: string; deviceName?: string }, TotpKey>
  /** An e-mail address is to be set up as the second factor. A code goes there. */
  | Step<'setUpEmail', { email: string }>
  /**
   * A passkey: `respond({})` opens the browser's window for it, from a click or a key. With `conditional` the browser offers passkeys
   * in the autofill of a field with `autocomplete="username webauthn"`, and the answer waits until one is chosen there, or
   * `signal` aborts it.
   */
  | Step<'passkey', { mediation?: 'conditional' }>
  /** A question of the pool's own triggers. After a wrong answer they ask again, or refuse. */
  | Step<'custom', { answer: string }, { parameters: Record<string, string> }>
  /** The password was set by an administrator: choose another. `missing`: attributes the pool also wants. */
  | Step<'newPassword', { password: string; attributes?: Attributes }, { missing: string[] }>
  /** The password: chosen as the factor, or once more, because nothing that proves it is remembered. */
  | Step<'password', { password: string }>
  /** The address has not been confirmed: the code that was sent on sign-up. */
  | Step<'confirmSignUp', { code: string }>
  /** An administrator asks for a new password: ask for a code with `auth.forgotPassword` first. */
  | Step<'resetPassword', { code: string; password: string }>
  /** A challenge this version does not know, as the service gave it. */
  | Step<'unknown', { responses: Record<string, string> }, { name: string; parameters: Record<string, string> }>;

/** How a step crosses from the worker. */
export type StepRecord =
  | { kind: 'done'; user: User }
  | { kind: string; id: string; expiresAt: number; username: string; sealed: string; [detail: string]: unknown };

/** Sends an answer to a sealed step. */
export type Respond = (sealed: string, answer: unknown, options?: CallOptions) => Promise<StepRecord>;

/** Gives a step from the worker its two methods. */
export function stepFrom(record: StepRecord, respond: Respond): SignInStep {
  if (!('sealed' in record)) return record as SignInStep;
  const { sealed, username, ...details } = record;
  // What the browser is asked is no choice for the app.
  const request = record.kind === 'passkey' && details['options'];
  if (request) delete details['options'];
  return {
    ...details,
    ...(record.kind === 'setUpTotp' && totpKey(record['secret'] as string, username)),
    toJSON: () => sealed,
    respond: async (answer: unknown, options: CallOptions = {}) => {
      const { mediation } = (answer ?? {}) as { mediation?: 'conditional' };
      const { signal } = options;
      const ask = { ...(mediation && { mediation }), ...(signal && { signal }) };
      const given = request ? { credential: await askAuthenticator((browser) => browser.get(request as string, ask)) } : answer;
      return stepFrom(await respond(sealed as string, given, options), respond);
    },
  } as SignInStep;
}
