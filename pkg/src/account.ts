/**
 * The account of the person who is signed in: attributes, factors, devices, passkeys. With a session that began by redirect all
 * of it needs the scope `aws.cognito.signin.user.admin`; without it every call rejects with `missing_scope`.
 */
import { askAuthenticator } from './authenticator.ts';
import type { CallOptions, CodeDelivery } from './calls.ts';
import type { Operation } from './messages.ts';
import type { Factor } from './steps.ts';
import { totpKey, type TotpKey } from './totp.ts';

/** What of the account is beside `getUser`, `updateAttributes`, `changePassword` and `deleteUser`. */
export interface Account {
  /** Deletes attributes, by their names. */
  deleteAttributes(names: string[], options?: CallOptions): Promise<void>;
  /** Sends a code to an address that is not verified: the attribute `email` or `phone_number`. */
  sendAttributeCode(input: { attribute: string }, options?: CallOptions): Promise<CodeDelivery>;
  /** Verifies the address by that code. */
  confirmAttribute(input: { attribute: string; code: string }, options?: CallOptions): Promise<void>;
  /** What the person can sign in with. */
  getAuthFactors(options?: CallOptions): Promise<Factor[]>;
  /** Second factors. */
  readonly mfa: Mfa;
  /** The devices that the service knows. */
  readonly devices: Devices;
  /** Passkeys. */
  readonly passkeys: Passkeys;
}

/** A second factor. */
export type MfaFactor = 'sms' | 'totp' | 'email';

export interface Mfa {
  /** Which second factors are on, and which of them is asked for without a choice. */
  preference(options?: CallOptions): Promise<{ enabled: MfaFactor[]; preferred?: MfaFactor }>;
  /** Changes them; a factor that is not named stays as it is. One at most is `preferred`. */
  setPreference(input: Partial<Record<MfaFactor, 'off' | 'on' | 'preferred'>>, options?: CallOptions): Promise<void>;
  /**
   * Begins to set up an authenticator app, in place of one that there is. `issuer` and `accountName` are what the app will
   * show; default: the page's host and the person's e-mail address or name. To be asked for it when signing in, turn it on
   * with `setPreference` after `confirm`.
   */
  setUpTotp(input?: { issuer?: string; accountName?: string }, options?: CallOptions): Promise<TotpSetUp>;
}

export interface TotpSetUp extends TotpKey {
  /** Proves the app by a code of it. `deviceName`: what the person calls it. */
  confirm(input: { code: string; deviceName?: string }, options?: CallOptions): Promise<void>;
}

/** Part of a list: `limit` entries at most, from where `cursor` of the part before it says. */
export interface PageInput {
  limit?: number;
  cursor?: string;
}

/** A device that the service knows. Times are milliseconds since the epoch. */
export interface Device {
  key: string;
  name?: string;
  /** What else the service knows, such as `last_ip_used`. */
  attributes: Record<string, string>;
  createdAt?: number;
  changedAt?: number;
  /** When somebody signed in with it. */
  usedAt?: number;
}

export interface Devices {
  /** Up to 60 at a time. A `cursor` in the result says that there are more. */
  list(input?: PageInput, options?: CallOptions): Promise<{ devices: Device[]; cursor?: string }>;
  /**
   * Has the device that this is remembered, which the sign-in has confirmed: from now on it may stand in for a second factor.
   *
   * @throws {AuthError} `unsupported` where the pool has offered no device for this session, or the browser could not keep it
   */
  remember(options?: CallOptions): Promise<void>;
  /** Says whether a device counts as a second factor. */
  update(input: { key: string; remembered: boolean }, options?: CallOptions): Promise<void>;
  /**
   * Makes the service forget a device: without a key this one, of which nothing is kept here then either. Sessions of a device that
   * is forgotten end, as soon as they are to be refreshed.
   *
   * @throws {AuthError} `unsupported` without a key where `remember` does
   */
  forget(key?: string, options?: CallOptions): Promise<void>;
}

/** A passkey as the service knows it. */
export interface Passkey {
  id: string;
  name: string;
  /** The domain that it is for. */
  relyingParty: string;
  attachment?: string;
  transports: string[];
  /** Milliseconds since the epoch. */
  createdAt?: number;
}

export interface Passkeys {
  /**
   * Creates a passkey for the person on this device, or on one that they choose.
   *
   * @throws {AuthError} `passkey_cancelled`, `passkey_unsupported`, `passkey_already_registered`, `passkey_relying_party_mismatch`
   */
  create(options?: CallOptions): Promise<void>;
  /** Up to 20 at a time. A `cursor` in the result says that there are more. */
  list(input?: PageInput, options?: CallOptions): Promise<{ passkeys: Passkey[]; cursor?: string }>;
  /** Deletes a passkey at the service. What is left of it on the device opens nothing any more. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

/** Runs an operation in the worker. */
type Call = (op: Operation, args?: object, options?: CallOptions) => Promise<never>;

/** The account, by calls to the worker. `name`: what the person is called where nothing else is said. */
export function accountOf(call: Call, name: () => string): Account {
  return {
    deleteAttributes: (names, options) => call('deleteAttributes', { names }, options),
    sendAttributeCode: (input, options) => call('sendAttributeCode', input, options),
    confirmAttribute: (input, options) => call('confirmAttribute', input, options),
    getAuthFactors: (options) => call('getAuthFactors', {}, options),
    mfa: {
      preference: (options) => call('mfaPreference', {}, options),
      setPreference: (input, options) => call('setMfaPreference', input, options),
      setUpTotp: async ({ issuer, accountName = name() } = {}, options) => {
        const { secret } = (await call('associateTotp', {}, options)) as { secret: string };
        return {
          ...totpKey(secret, accountName, issuer),
          confirm: (input, more) => call('verifyTotp', input, more),
        };
      },
    },
    devices: {
      list: (input, options) => call('listDevices', input, options),
      remember: (options) => call('updateDevice', { remembered: true }, options),
      // Without a key this device would be meant.
      update: (input, options) => call('updateDevice', { ...input, key: input.key ?? null }, options),
      forget: (key, options) => call('forgetDevice', key === undefined ? {} : { key }, options),
    },
    passkeys: {
      create: async (options = {}) => {
        const { options: creation } = (await call('startPasskey', {}, options)) as { options: string };
        const credential = await askAuthenticator((browser) => browser.create(creation, options.signal));
        return call('completePasskey', { credential }, options);
      },
      list: (input, options) => call('listPasskeys', input, options),
      delete: (id, options) => call('deletePasskey', { id }, options),
    },
  };
}
