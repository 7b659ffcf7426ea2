import type { CallOptions } from './calls.ts';

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
  /** An opaque, sealed string for `auth.resume`. Contains no password. Readable only in this tab. */
  toJSON(): string;
  /** Answers the step. A wrong answer rejects, and the step can be answered again. */
  respond(answer: A, options?: CallOptions): Promise<SignInStep>;
}

type Step<K extends string, A, X = unknown> = X & StepBase<K, A>;

/** Where a sign-in stands. Loop until `done`. */
export type SignInStep =
  | { kind: 'done'; user: User }
  /** The password was set by an administrator: choose another. `missing`: attributes the pool also wants. */
  | Step<'newPassword', { password: string; attributes?: Attributes }, { missing: string[] }>
  /** The account is confirmed or has a new password: the password is asked for once more. */
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
  | { kind: string; id: string; expiresAt: number; sealed: string; [detail: string]: unknown };

/** Sends an answer to a sealed step. */
export type Respond = (sealed: string, answer: unknown, options?: CallOptions) => Promise<StepRecord>;

/** Gives a step from the worker its two methods. */
export function stepFrom(record: StepRecord, respond: Respond): SignInStep {
  if (!('sealed' in record)) return record as SignInStep;
  const { sealed, ...details } = record;
  return {
    ...details,
    toJSON: () => sealed,
    respond: async (answer: unknown, options?: CallOptions) => stepFrom(await respond(sealed as string, answer, options), respond),
  } as SignInStep;
}
