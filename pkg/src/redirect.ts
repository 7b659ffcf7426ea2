/**
 * Signing in at the login domain, the page's half: it leaves or opens a window, and it takes the answer out of the address. The verifier, and
 * what state and nonce are compared with, are the worker's. Loaded where the configuration has `oauth`; it depends on nothing,
 * so what it throws are details of an error.
 */
import type { CallOptions } from './calls.ts';
import type { AuthConfig, OAuthConfig } from './config.ts';
import type { AuthError, AuthErrorDetails } from './errors.ts';
import type { Operation, RedirectRecord } from './messages.ts';
import { onReturn } from './tab.ts';
import type { User } from './steps.ts';

/** What the login domain is told, and what is noted here. */
export interface RedirectInput {
  /** The name of an identity provider to go to at once. Default: the login page. */
  provider?: string;
  /** One of a provider's identifiers instead of its name, such as `example.com`. */
  idpIdentifier?: string;
  /**
   * The person's e-mail address: its domain is the identifier of the provider to go to, and it is the user name to fill in,
   * where these are not given. Rejects with `invalid_parameter` where it has no domain.
   */
  email?: string;
  /** The user name to fill in. */
  loginHint?: string;
  /** `none`: ask nothing, and fail with `login_required` where that does not do. `login`: sign in again in any case. */
  prompt?: 'none' | 'login' | 'select_account' | 'consent';
  /** The language of the pages, such as `de`. */
  lang?: string;
  /** A note for when the person is back, such as the page to show: anything that JSON can hold. It does not leave the browser. */
  appState?: unknown;
}

/** How a sign-in by redirect has ended, with the note that it began with. */
export type RedirectResult = { appState?: unknown } & ({ user: User; error?: never } | { user?: never; error: AuthError });

/** How a sign-in in a window of its own has ended well, with the note that it began with. */
export interface PopupResult {
  user: User;
  appState?: unknown;
}

/**
 * Takes the answer to a sign-in of this client out of the address, if there is one. Parameters of the app's own stay. `href`: the
 * address when the client was asked for; the app may show another one since. An answer is taken once.
 */
export function takeAnswer({ clientId, oauth }: AuthConfig, href: string): string | undefined {
  if (!oauth || !URL.canParse(oauth.redirectUri)) return;
  const url = new URL(href);
  const { origin, pathname } = new URL(oauth.redirectUri);
  const answer = url.search.slice(1);
  const state = url.searchParams.get('state');
  if (url.origin !== origin || url.pathname !== pathname || !state?.startsWith(`${clientId}.`) || taken.has(state)) return;
  taken.add(state);
  const shown = new URL(location.href);
  if (shown.searchParams.get('state') === state) {
    shown.search = shown.search.slice(1).split('&').filter((parameter) => !ANSWER.test(parameter)).join('&');
    history.replaceState(history.state, '', shown);
  }
  return answer;
}

const taken = new Set<string>();

/**
 * What the worker is asked for. Refuses a sign-in by redirect that this page could not complete, or that was asked for in words
 * that nothing reads.
 */
export function asked(input: RedirectInput, { redirectUri }: OAuthConfig): Omit<RedirectInput, 'email'> {
  if (URL.canParse(redirectUri) && new URL(redirectUri).origin !== location.origin) {
    throw { code: 'invalid_configuration', message: `oauth.redirectUri must be a page of ${location.origin}: what this sign-in must remember stays here` } satisfies AuthErrorDetails;
  }
  const unknown = Object.keys(input).find((name) => !INPUT.includes(name));
  if (unknown !== undefined) throw { code: 'invalid_parameter', message: `sign-in at the login domain does not know ${unknown}` } satisfies AuthErrorDetails;
  const named = WAYS.filter((way) => input[way] !== undefined);
  if (named.length > 1) throw { code: 'invalid_parameter', message: `${named.join(' and ')} do not go together: each says which provider is meant` } satisfies AuthErrorDetails;
  const { email, ...rest } = input;
  if (email === undefined) return rest;
  const domain = /^[^@\s]+@([^@\s]+)$/.exec(email)?.[1];
  if (!domain) throw { code: 'invalid_parameter', message: 'email must be an address such as ana@example.com' } satisfies AuthErrorDetails;
  return { idpIdentifier: domain.toLowerCase(), loginHint: email, ...rest };
}

/** Leaves the page. Rejects with details of `aborted` when the browser shows the page again as it was left. */
export function leave(url: string): Promise<never> {
  location.assign(url);
  return new Promise((_, reject) => onReturn(() => reject(LEFT)));
}

/**
 * Opens a window for the login domain, and signs in with what it brings back. Must be called from a click or a key, before
 * anything is waited for: browsers block windows else.
 */
export async function inPopup(
  input: RedirectInput,
  oauth: OAuthConfig,
  call: (op: Operation, args: object, options?: CallOptions) => Promise<unknown>,
  signal?: AbortSignal,
): Promise<PopupResult> {
  const args = { ...asked(input, oauth), popup: true };
  const popup = open('', '_blank', `popup,width=${WIDTH},height=${HEIGHT},left=${screenX + (outerWidth - WIDTH) / 2},top=${screenY + (outerHeight - HEIGHT) / 2}`);
  if (!popup) throw BLOCKED;
  let state: string | undefined;
  try {
    const { url } = (await call('beginRedirect', args)) as { url: string };
    state = stateOf(url);
    const answer = answerFrom(popup, channelOf(state), signal);
    // No page that it comes by is to send this one elsewhere.
    popup.opener = null;
    popup.location.replace(url);
    const { error, ...result } = (await call('completeRedirect', { query: await answer })) as RedirectRecord;
    if (error) throw error;
    return result as PopupResult;
  } catch (error) {
    // Nor does the window, if it stays open, sign anybody in by itself: what was asked for is forgotten.
    if (error === LEFT && state) call('completeRedirect', { query: `state=${state}&error=aborted` }, {}).catch(() => {});
    throw error;
  } finally {
    popup.close();
  }
}

/** What the window brings back. */
function answerFrom(popup: Window, channel: BroadcastChannel, signal?: AbortSignal): Promise<string> {
  const listening = new AbortController();
  return new Promise<string>((resolve, reject) => {
    channel.onmessage = ({ data }) => {
      channel.postMessage(TAKEN);
      resolve(data as string);
    };
    const late = setTimeout(() => reject(LATE), LIFETIME_MS);
    listening.signal.addEventListener('abort', () => (clearTimeout(late), channel.close()));
    signal?.addEventListener('abort', () => reject(LEFT), { signal: listening.signal });
    if (signal?.aborted) reject(LEFT);
    // A login domain with an opener policy makes a window look closed that is not. Who has really closed it is back here.
    addEventListener('focus', () => void (popup.closed && setTimeout(() => reject(CLOSED), GRACE_MS)), { signal: listening.signal });
  }).finally(() => listening.abort());
}

/** Hands an answer to the page that waits for it, and closes this window. `undefined` where none is waited for elsewhere; else whether it was taken. */
export function relayed(answer: string, { clientId }: AuthConfig): Promise<boolean> | undefined {
  const state = stateOf(`?${answer}`);
  if (!state.startsWith(`${clientId}.popup.`)) return;
  const channel = channelOf(state);
  return new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }) => data === TAKEN && (close(), resolve(true));
    // Whoever asked has gone, or will not have it any more: it is this page's.
    setTimeout(() => resolve(false), GRACE_MS);
    channel.postMessage(answer);
  }).finally(() => channel.close());
}

/** Between the window and who opened it, for one sign-in. Only pages of this origin hear it, and the code is worth nothing without the verifier. */
function channelOf(state: string): BroadcastChannel {
  return new BroadcastChannel(`cognate-auth|${state}`);
}

function stateOf(url: string): string {
  return new URL(url, location.href).searchParams.get('state') ?? '';
}

const WIDTH = 480;
const HEIGHT = 720;
/** The time for a message between two pages of this browser. */
const GRACE_MS = 2_000;
/** For as long a sign-in may be under way. */
const LIFETIME_MS = 15 * 60_000;
const TAKEN = 'taken';
const BLOCKED: AuthErrorDetails = { code: 'unsupported', message: 'The browser has blocked the window: call signIn.popup from a click, before anything is waited for' };
const CLOSED: AuthErrorDetails = { code: 'aborted', message: 'The window was closed', outcome: 'unknown' };
const LATE: AuthErrorDetails = { code: 'timeout', message: 'Nobody has signed in for 15 minutes', outcome: 'unknown' };
const LEFT: AuthErrorDetails = { code: 'aborted', message: 'The call was aborted', outcome: 'unknown' };
const WAYS = ['provider', 'idpIdentifier', 'email'] as const;
const INPUT: readonly string[] = [...WAYS, 'loginHint', 'prompt', 'lang', 'appState'];
const ANSWER = /^(code|state|iss|error|error_description|error_uri|session_state)=/;
