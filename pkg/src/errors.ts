/**
 * Every way a call can fail, as a closed union. What each means, and what to do about it, is in the README.
 * The same list is `ErrorCode` in `sdk/core`; a test compares the two.
 */
export type AuthErrorCode =
  | 'invalid_configuration'
  | 'invalid_parameter'
  | 'aborted'
  | 'timeout'
  | 'offline'
  | 'network'
  | 'incorrect_credentials'
  | 'not_authorized'
  | 'user_not_found'
  | 'user_not_confirmed'
  | 'password_reset_required'
  | 'username_exists'
  | 'alias_exists'
  | 'invalid_password'
  | 'password_history'
  | 'code_mismatch'
  | 'code_expired'
  | 'code_delivery_failed'
  | 'attempts_exceeded'
  | 'rate_limited'
  | 'challenge_expired'
  | 'session_lost'
  | 'login_required'
  | 'access_denied'
  | 'redirect_unknown'
  | 'redirect_rejected'
  | 'passkey_cancelled'
  | 'passkey_unsupported'
  | 'passkey_already_registered'
  | 'passkey_relying_party_mismatch'
  | 'signed_out'
  | 'missing_scope'
  | 'trigger_failed'
  | 'service_unavailable'
  | 'invalid_response'
  | 'token_rejected'
  | 'server_untrusted'
  | 'unsupported'
  | 'unknown_operation'
  | 'storage_blocked'
  | 'wasm_blocked'
  | 'worker_blocked'
  | 'internal';

/** What an error knows besides its message. The form in which it crosses from the worker. */
export interface AuthErrorDetails {
  code: AuthErrorCode;
  message: string;
  /** May the request have had an effect? `unknown`: it may have arrived, and no answer came back. */
  outcome?: 'notSent' | 'unknown' | 'answered';
  /** The same call may succeed later without a change. */
  retryable?: boolean;
  /** When the service said how long to wait: milliseconds. */
  retryAfterMs?: number;
  userAction?: 'none' | 'retry' | 'signIn' | 'stepUp';
  httpStatus?: number;
  /** The service's own id of the request, for its support. */
  requestId?: string;
  /** The service's own name of the error, such as `NotAuthorizedException`. */
  serviceType?: string;
}

/** The only error this package throws or rejects with. Switch over `code`; show `message` to developers, not to people. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;
  readonly outcome: 'notSent' | 'unknown' | 'answered';
  readonly retryable: boolean;
  readonly userAction: 'none' | 'retry' | 'signIn' | 'stepUp';
  declare readonly retryAfterMs?: number;
  declare readonly httpStatus?: number;
  declare readonly requestId?: string;
  declare readonly serviceType?: string;

  constructor(details: AuthErrorDetails, cause?: unknown) {
    super(details.message, cause === undefined ? undefined : { cause });
    this.code = details.code;
    this.outcome = details.outcome ?? 'notSent';
    this.retryable = details.retryable ?? false;
    this.userAction = details.userAction ?? 'none';
    for (const key of ['retryAfterMs', 'httpStatus', 'requestId', 'serviceType'] as const) {
      if (details[key] !== undefined) Object.assign(this, { [key]: details[key] });
    }
  }
}

/** True for an `AuthError`, also for one that another copy of this package made. */
export function isAuthError(error: unknown): error is AuthError {
  return error instanceof Error && error.name === 'AuthError' && 'code' in error && 'outcome' in error;
}

export function aborted(outcome: 'notSent' | 'unknown'): AuthError {
  return new AuthError({ code: 'aborted', message: 'The call was aborted', outcome });
}
