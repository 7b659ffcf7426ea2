/**
 * The messages between page and worker. Everything that is not in this file does not cross: no token, and no password on
 * the way back.
 */
import type { AuthErrorDetails } from './errors.ts';
import type { Persistence, WorkerConfig } from './config.ts';
import type { AuthEvent, AuthState } from './state.ts';
import type { User } from './steps.ts';

/** The tab's half of the key to its stored session. Both base64url; the secret has 256 bits. */
export interface TabSecret {
  id: string;
  secret: string;
}

/** The first message to a worker. Answered by `loaded` at once and by the result of call 0 when the client runs. */
export interface StartMessage {
  start: WorkerConfig;
  wasm: string;
  /** Where the account operations are, for when one is called. */
  accountWasm: string;
  /** Where identity pools are, for when credentials are asked for. */
  identityWasm: string;
  /** Where the script is for what is not signing in. */
  signedInScript: string;
  tab?: TabSecret;
  /** The query with which the browser came back from the login domain. */
  answer?: string;
}

/** How the client has started: what call 0 resolves to. */
export interface Started {
  state: AuthState;
  persistence: Persistence;
  redirect?: RedirectRecord;
}

/** How a sign-in by redirect has ended, as it crosses. */
export type RedirectRecord = { appState?: unknown } & ({ user: User; error?: never } | { user?: never; error: AuthErrorDetails });

/** What the worker runs. The closed set: anything else is refused there. */
export type Operation =
  | 'signUp'
  | 'confirmSignUp'
  | 'resendSignUpCode'
  | 'signIn'
  | 'beginRedirect'
  | 'completeRedirect'
  | 'reread'
  | 'respond'
  | 'resume'
  | 'forgotPassword'
  | 'confirmForgotPassword'
  | 'changePassword'
  | 'getUser'
  | 'updateAttributes'
  | 'refresh'
  | 'takeOver'
  | 'fetch'
  | 'getTokens'
  | 'signOut'
  | 'deleteUser'
  | 'deleteAttributes'
  | 'sendAttributeCode'
  | 'confirmAttribute'
  | 'getAuthFactors'
  | 'mfaPreference'
  | 'setMfaPreference'
  | 'associateTotp'
  | 'verifyTotp'
  | 'listDevices'
  | 'updateDevice'
  | 'forgetDevice'
  | 'startPasskey'
  | 'completePasskey'
  | 'listPasskeys'
  | 'deletePasskey'
  | 'credentials'
  | 'identityId'
  | 'forgetCredentials';

export interface CallMessage {
  id: number;
  op: Operation;
  args: unknown;
  timeoutMs: number;
  /** Whom the page shows as it calls. */
  sub?: string | undefined;
  clientMetadata?: Record<string, string>;
}

export interface AbortMessage {
  abort: number;
}

/**
 * What clients of one stored session tell each other: what kind of change to look for in the store. Nothing else, since every
 * script of the origin can listen, and speak.
 */
export type Heard = 'signedIn' | 'signedOut' | 'refreshed' | 'expired';

export type ToWorker = StartMessage | CallMessage | AbortMessage;

export type FromWorker =
  | { loaded: true }
  | { id: number; value: unknown }
  | { id: number; error: AuthErrorDetails }
  | { event: AuthEvent }
  | { fatal: string };

/** A request for `auth.fetch`, as far as it can be cloned. */
export interface FetchRequest {
  url: string;
  method: string;
  headers: [string, string][];
  body?: ArrayBuffer;
}

export interface FetchResponse {
  url: string;
  status: number;
  statusText: string;
  headers: [string, string][];
  body: ArrayBuffer;
}
