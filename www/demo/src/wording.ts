import { isAuthError, type AuthErrorCode } from 'cognate-auth';

/** A failure in words a person can act on, and the field it is about, if it is about one. */
export interface Wording {
  text: string;
  field?: 'email' | 'password' | 'newPassword' | 'currentPassword' | 'code';
}

const AGAIN = 'Please try again in a moment.';

// Every code of the closed union has its words: a new code does not compile without them.
const WORDS: Record<AuthErrorCode, Wording> = {
  invalid_configuration: { text: 'This app is not set up correctly. Its owner has to look at its configuration.' },
  invalid_parameter: { text: 'Something in the form is not in the form we expected. Please check what you typed.' },
  aborted: { text: 'That was stopped before it finished.' },
  timeout: { text: `The sign-in service took too long to answer. ${AGAIN}` },
  offline: { text: 'You seem to be offline. Connect to the internet and try again.' },
  network: { text: 'The sign-in service cannot be reached. Check that it is running, then try again.' },
  incorrect_credentials: { text: 'The e-mail address or the password is not right.', field: 'password' },
  not_authorized: { text: 'The sign-in service refused this. Please sign in again.' },
  user_not_found: { text: 'There is no account with this e-mail address.', field: 'email' },
  user_not_confirmed: { text: 'This e-mail address has not been confirmed yet.', field: 'email' },
  password_reset_required: { text: 'This account needs a new password before you can sign in.' },
  username_exists: { text: 'There is already an account with this e-mail address. Sign in instead, or use another address.', field: 'email' },
  alias_exists: { text: 'This e-mail address already belongs to another account.', field: 'email' },
  invalid_password: { text: 'This password does not meet the rules.', field: 'newPassword' },
  password_history: { text: 'You have used this password before. Please choose another.', field: 'newPassword' },
  code_mismatch: { text: 'This is not the right code. Check it: an authenticator app has another one every half minute.', field: 'code' },
  code_expired: { text: 'This code is no longer valid. Ask for a new one.', field: 'code' },
  code_delivery_failed: { text: 'We could not send the code. Please check the address, or try again later.' },
  attempts_exceeded: { text: 'Too many attempts. Please wait a few minutes before you try again.' },
  rate_limited: { text: 'The sign-in service is busy. Please wait a moment and try again.' },
  challenge_expired: { text: 'That took too long, so the sign-in has ended. Please start again.' },
  login_required: { text: 'You have to sign in once more.' },
  access_denied: { text: 'The sign-in was cancelled.' },
  redirect_unknown: { text: 'That sign-in was not begun in this tab, or is over already. Please start again.' },
  redirect_rejected: { text: 'The answer did not come from the sign-in service of this app, so you were not signed in.' },
  session_lost: { text: 'Your session has ended. Please sign in again.' },
  signed_out: { text: 'You are signed out. Please sign in.' },
  missing_scope: { text: 'This session is not allowed to change the account. Please sign in here.' },
  passkey_cancelled: { text: 'The passkey was not used. You can try again, or sign in another way.' },
  passkey_unsupported: { text: 'This browser or device cannot use passkeys here.' },
  passkey_already_registered: { text: 'This device already has a passkey of your account.' },
  passkey_relying_party_mismatch: { text: 'The passkeys of this service are for another address than this page.' },
  trigger_failed: { text: 'A rule of this service turned the request down.' },
  service_unavailable: { text: `The sign-in service has a problem. ${AGAIN}` },
  invalid_response: { text: `The sign-in service gave an answer that makes no sense. ${AGAIN}` },
  token_rejected: { text: 'The sign-in service gave tokens that did not pass our checks, so you were not signed in.' },
  server_untrusted: { text: 'The server could not prove that it knows your account, so you were not signed in.' },
  unsupported: { text: 'This account needs a kind of sign-in that this app does not offer.' },
  unknown_operation: { text: 'The sign-in service does not know how to do this.' },
  storage_blocked: { text: 'Your browser does not let this page store anything, so it cannot keep you signed in.' },
  wasm_blocked: { text: 'WebAssembly is blocked here, by the browser or by the security policy of this page. Signing in needs it.' },
  worker_blocked: { text: 'The background script that keeps your session safe could not be started, so nobody can sign in here.' },
  internal: { text: `Something went wrong on our side. ${AGAIN}` },
};

/** Words that fit one form better than the general ones. */
export type OwnWords = Partial<Record<AuthErrorCode, Wording>>;

/** The words for whatever was thrown. */
export function wordingOf(error: unknown, own: OwnWords = {}): Wording {
  if (!isAuthError(error)) return WORDS.internal;
  const wording = own[error.code] ?? WORDS[error.code] ?? WORDS.internal;
  if (error.retryAfterMs === undefined) return wording;
  return { ...wording, text: `${wording.text} (Wait about ${Math.max(1, Math.ceil(error.retryAfterMs / 1000))} seconds.)` };
}
