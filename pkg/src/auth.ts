import { accountOf, type Account } from './account.ts';
import type { CallOptions, CodeDelivery } from './calls.ts';
import { workerConfig, type AuthConfig, type OAuthConfig, type Persistence, type WorkerConfig } from './config.ts';
import { AuthError, type AuthErrorDetails } from './errors.ts';
import { packRequest, unpackResponse } from './fetch.ts';
import type { CredentialProvider, CredentialsInput, Identities, credentialsOf } from './identity.ts';
import type { LeftoverPlace } from './leftover.ts';
import { Link } from './link.ts';
import type { FetchResponse, Operation, Started, StartMessage } from './messages.ts';
import { Presence } from './presence.ts';
import type { PopupResult, RedirectInput, RedirectResult } from './redirect.ts';
import type { AuthEvent, AuthState } from './state.ts';
import { stepFrom, type Attributes, type Factor, type SignInStep, type StepRecord, type User } from './steps.ts';
import { onReturn, tabSecret } from './tab.ts';

/** What `getTokens` gives: only what an API needs. Refresh and ID token stay in the worker. */
export interface Tokens {
  accessToken: string;
  /** When it ends, in milliseconds by the clock of this device. */
  expiresAt: number;
}

export interface SignUpResult {
  /** True where the pool confirms people itself: they can sign in at once. */
  confirmed: boolean;
  sub: string;
  /** Where the confirmation code went. */
  delivery?: CodeDelivery;
  /**
   * With `autoSignIn`: `confirmSignUp`, or where the user is confirmed already, what comes after that. A pool that allows it
   * signs in without the password then; others ask for it once more.
   */
  next?: SignInStep;
}

export interface SignOutResult {
  /** The service has revoked the refresh token. False when it could not be told: `error` says why. */
  revoked: boolean;
  /** Every session of the user has been ended. */
  everywhere: boolean;
  error?: { code: string; message: string };
}

/** A new account. */
export interface SignUpInput {
  username: string;
  /** Not needed where the pool lets people sign in by something else, such as a code by e-mail. */
  password?: string;
  attributes?: Attributes;
  validationData?: Record<string, string>;
  autoSignIn?: boolean;
}

/** The user's profile as the service has it now. */
export interface Profile {
  username: string;
  attributes: Attributes;
}

/** A client for one pool and one signed-in person. Several can live side by side. */
export interface Auth extends Account, Identities {
  /** What is known now, without asking anybody. */
  readonly state: AuthState;
  /** What was chosen, or `memory` where the browser denies storage or is full: the person is not remembered then. */
  readonly persistence: Persistence;
  /**
   * How a sign-in by redirect has ended, where the browser has just come back from one. An `error` changes nothing: a
   * session that there was stands. `redirect_unknown` is an address that was opened again, or somebody else's link.
   */
  readonly redirectResult?: RedirectResult;
  /** Called on every change of the state. Returns the function that ends it. */
  on(listener: (event: AuthEvent) => void): () => void;

  /**
   * `validationData` goes to the pool's triggers, and is not kept. `autoSignIn`: the result has `next`, a sign-in that begins
   * with the confirmation.
   */
  signUp(input: SignUpInput, options?: CallOptions): Promise<SignUpResult>;
  confirmSignUp(input: { username: string; code: string }, options?: CallOptions): Promise<void>;
  resendSignUpCode(input: { username: string }, options?: CallOptions): Promise<CodeDelivery>;

  readonly signIn: SignIn;
  /** Takes up a step that `toJSON` gave, for example after a reload. */
  resume(json: string): Promise<SignInStep>;

  forgotPassword(input: { username: string }, options?: CallOptions): Promise<CodeDelivery>;
  confirmForgotPassword(input: { username: string; code: string; password: string }, options?: CallOptions): Promise<void>;
  /** Without `currentPassword` for somebody who has none. */
  changePassword(input: { currentPassword?: string; newPassword: string }, options?: CallOptions): Promise<void>;

  getUser(options?: CallOptions): Promise<Profile>;
  /** The result names where codes were sent to confirm a new address. */
  updateAttributes(attributes: Attributes, options?: CallOptions): Promise<CodeDelivery[]>;
  /**
   * The access token, for code that cannot use `fetch`: a socket, a client of others. It lives for `minTtl` more seconds (default
   * 60), or is new. Needs `exposeAccessToken: true`: every script of the page can call this, and take the token elsewhere.
   */
  getTokens(input?: { minTtl?: number }, options?: CallOptions): Promise<Tokens>;
  /**
   * Takes over the session that Amplify (6) or amazon-cognito-identity-js left for this client, if nobody is signed in here. The
   * service gives new tokens for it, which are verified; then what was left is removed, from every place. `undefined`: nothing
   * was left, or somebody is signed in. A sign-out on a page that has called this removes what was left as well.
   *
   * `from`: where it may be, default `['localStorage', 'sessionStorage']`. Name `cookies` only where the old client kept its
   * session there, and only if every host below the cookies' domain is yours: any of them can put somebody else's session there.
   *
   * @throws {AuthError} `session_lost` where the service no longer accepts it, and then it is removed; after any other error it stays
   */
  takeOverSession(input?: { from?: LeftoverPlace[] }, options?: CallOptions): Promise<User | undefined>;
  /** New tokens now, with new claims. It is never needed for `fetch`, which refreshes by itself. */
  refresh(options?: CallOptions): Promise<User>;

  /**
   * `fetch` with the access token, from the worker, to what `api` of the configuration allows. Never follows a redirect,
   * sends no cookie, and drops an `Authorization` header of yours. Bodies are buffered.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit & { timeoutMs?: number }): Promise<Response>;

  /**
   * Forgets first, then tells the service; never rejects because the service cannot be reached. A session that began by
   * redirect then ends at the login domain too, for which the page is left for `oauth.signOutUri`, unless `redirect` is false.
   */
  signOut(input?: { everywhere?: boolean; redirect?: boolean }, options?: CallOptions): Promise<SignOutResult>;
  /** Deletes the account at the service and signs out. Cannot be undone. */
  deleteUser(options?: CallOptions): Promise<void>;

  /** Ends the worker. A stored session stays stored. */
  close(): void;
}

/** Who signs in, and how. */
export type SignInInput = { username: string; password?: string } & (
  | { flow?: 'srp' | 'password' | 'custom'; preferred?: never }
  | { flow: 'userAuth'; preferred?: Exclude<Factor, 'totp'> }
);

/** Signs in with the app's own form, or by redirect. */
export interface SignIn {
  /**
   * Default flow `srp`: the password does not leave the worker. `password` sends it to the service, over TLS. `custom`: the
   * pool's triggers ask; a password is proved first, by SRP. `userAuth`: the person chooses among what the pool allows, or
   * begins with what is `preferred` (not `totp`); a password given with it is what is preferred. Where a flow needs a
   * password and there is none, the first step asks for it.
   */
  (input: SignInInput, options?: CallOptions): Promise<SignInStep>;
  /**
   * Leaves the page for the login domain. The next `createAuth` at `oauth.redirectUri` completes the sign-in: see
   * `redirectResult`. Never resolves; rejects when the page cannot be left, and with `aborted` when the browser shows it again.
   */
  redirect(input?: RedirectInput, options?: CallOptions): Promise<never>;
  /**
   * The same in a window of its own: this page stays. Call it from a click or a key, before anything is waited for. `createAuth` at `oauth.redirectUri`, in that
   * window, brings the answer here and closes it. Rejects with what a `redirectResult` has as its error, with `aborted` when the person closes the window, and with `unsupported`
   * where the browser has blocked it.
   */
  popup(input?: RedirectInput, options?: CallOptions): Promise<PopupResult>;
}

/**
 * Starts a client: its worker, its wasm, and the stored session if there is one. Where the browser has come back from
 * a sign-in by redirect it completes that, once, and takes the answer out of the address before it asks anybody.
 *
 * @throws {AuthError} `invalid_configuration`, `worker_blocked`, `wasm_blocked`
 */
export async function createAuth(config: AuthConfig): Promise<Auth> {
  const start = workerConfig(config);
  const { href } = location; // Before anything is waited for: the app may show another address meanwhile.
  const redirects = start.oauth && (await import('./redirect.js'));
  let answer = redirects?.takeAnswer(config, href);
  const relaying = answer && redirects?.relayed(answer, config);
  if (relaying && (await relaying)) answer = undefined;
  const tab = start.persistence === 'session' || start.oauth ? tabSecret(start) : undefined;
  const client = new Client(start, redirects);
  // A second client of this page must find the session that a first one is completing.
  const starting = completing.then(() => client.start(config, { start, ...(tab && { tab }), ...(answer && { answer }) }));
  if (answer) completing = starting.catch(() => {});
  await starting;
  if (start.persistence !== 'memory') client.watch();
  return Object.assign(client, accountOf((op, args = {}, options) => client.call(op, args, options) as Promise<never>, () => client.name()));
}

let completing: Promise<void> = Promise.resolve();

class Client implements Omit<Auth, keyof Account> {
  state: AuthState = { status: 'signedOut' };
  persistence: Persistence = 'memory';
  redirectResult?: RedirectResult;
  readonly #config: WorkerConfig;
  readonly #presence: Presence;
  readonly #listeners = new Set<(event: AuthEvent) => void>();
  readonly #link = new Link(
    ({ event }) => this.#changed(event as AuthEvent),
    () => (this.state as { user?: User }).user?.sub,
  );
  readonly #closing = new AbortController();
  readonly #redirects: typeof import('./redirect.ts') | undefined;
  #removeLeftovers: (deviceOf?: string) => void = () => {};

  readonly signIn = Object.assign((input: Parameters<Auth['signIn']>[0], options?: CallOptions) => this.#step('signIn', input, options), {
    redirect: (input: RedirectInput = {}, options?: CallOptions): Promise<never> =>
      this.#away(async (redirects, oauth) => {
        const { url } = (await this.#link.call('beginRedirect', redirects.asked(input, oauth), options)) as { url: string };
        return redirects.leave(url);
      }),
    popup: (input: RedirectInput = {}, options?: CallOptions): Promise<PopupResult> =>
      this.#away((redirects, oauth) => redirects.inPopup(input, oauth, (op, args, given = options) => this.#link.call(op, args, given), options?.signal)),
  });

  readonly credentials: CredentialProvider = (options) => this.credentialsFor({})(options);

  constructor(config: WorkerConfig, redirects: typeof import('./redirect.ts') | undefined) {
    this.#config = config;
    this.#presence = new Presence(config);
    this.#redirects = redirects;
  }

  async start(config: AuthConfig, start: Omit<StartMessage, 'wasm' | 'accountWasm' | 'identityWasm' | 'signedInScript'>): Promise<void> {
    const { state, persistence, redirect } = (await this.#link.start(config, start)) as Started;
    this.state = state;
    this.persistence = persistence;
    if (redirect?.user) this.#presence.change();
    if (redirect) this.redirectResult = redirect.error ? { ...redirect, error: new AuthError(redirect.error) } : redirect;
  }

  /** Another page may have signed out, or in, while the browser kept this one aside. Until the store is read nobody is shown. */
  watch(): void {
    const reread = async (): Promise<void> => {
      if (this.#presence.look()) this.#changed({ type: 'signedOut', state: { status: 'signedOut' }, tab: 'other', persistence: this.persistence });
      const state = (await this.#link.call('reread', {})) as AuthState;
      if (state.status !== this.state.status) this.#changed({ type: 'change', state, tab: 'other', persistence: this.persistence });
    };
    onReturn(() => void reread().catch(() => {}), this.#closing.signal);
  }

  call(op: Operation, args: object, options?: CallOptions): Promise<unknown> {
    return this.#link.call(op, args, options);
  }

  /** What the person is called. */
  name(): string {
    const { user } = this.state as { user?: User };
    return user?.email ?? user?.username ?? '';
  }

  on(listener: (event: AuthEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async signUp(input: SignUpInput, options?: CallOptions): Promise<SignUpResult> {
    const { next, ...result } = (await this.#link.call('signUp', input, options)) as SignUpResult & { next?: StepRecord };
    return { ...result, ...(next && { next: this.#stepOf(next) }) };
  }

  confirmSignUp(input: { username: string; code: string }, options?: CallOptions): Promise<void> {
    return this.#link.call('confirmSignUp', input, options) as Promise<void>;
  }

  resendSignUpCode(input: { username: string }, options?: CallOptions): Promise<CodeDelivery> {
    return this.#link.call('resendSignUpCode', input, options) as Promise<CodeDelivery>;
  }

  resume(json: string): Promise<SignInStep> {
    return this.#step('resume', { sealed: json });
  }

  forgotPassword(input: { username: string }, options?: CallOptions): Promise<CodeDelivery> {
    return this.#link.call('forgotPassword', input, options) as Promise<CodeDelivery>;
  }

  confirmForgotPassword(input: Parameters<Auth['confirmForgotPassword']>[0], options?: CallOptions): Promise<void> {
    return this.#link.call('confirmForgotPassword', input, options) as Promise<void>;
  }

  changePassword(input: Parameters<Auth['changePassword']>[0], options?: CallOptions): Promise<void> {
    return this.#link.call('changePassword', input, options) as Promise<void>;
  }

  getUser(options?: CallOptions): Promise<Profile> {
    return this.#link.call('getUser', {}, options) as Promise<Profile>;
  }

  updateAttributes(attributes: Attributes, options?: CallOptions): Promise<CodeDelivery[]> {
    return this.#link.call('updateAttributes', { attributes }, options) as Promise<CodeDelivery[]>;
  }

  getTokens(input: { minTtl?: number } = {}, options?: CallOptions): Promise<Tokens> {
    return this.#link.call('getTokens', input, options) as Promise<Tokens>;
  }

  takeOverSession({ from }: { from?: LeftoverPlace[] } = {}, options?: CallOptions): Promise<User | undefined> {
    return ours(async () => {
      const { removeLeftovers, takeOver } = await import('./leftover.js');
      // Loaded even if it is not needed now: a sign-out must find it without a network.
      this.#removeLeftovers = (deviceOf) => removeLeftovers(this.#config.clientId, deviceOf);
      return takeOver(this, this.#config.clientId, from, options);
    });
  }

  refresh(options?: CallOptions): Promise<User> {
    return this.#link.call('refresh', {}, options) as Promise<User>;
  }

  async fetch(input: RequestInfo | URL, { timeoutMs, ...init }: RequestInit & { timeoutMs?: number } = {}): Promise<Response> {
    const request = await packRequest(input, init);
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
    const options = { ...(signal && { signal }), ...(timeoutMs && { timeoutMs }) };
    const transfer = request.body ? [request.body] : [];
    return unpackResponse((await this.#link.call('fetch', request, options, transfer)) as FetchResponse);
  }

  credentialsFor(input: CredentialsInput): CredentialProvider {
    return (options) => this.#ofPool((pool) => pool.credentials(input, options));
  }

  identityId(options?: CallOptions): Promise<string> {
    return this.#ofPool((pool) => pool.identityId(options));
  }

  async signOut({ redirect = true, ...input }: { everywhere?: boolean; redirect?: boolean } = {}, options?: CallOptions): Promise<SignOutResult> {
    this.#removeLeftovers();
    const { url, ...result } = (await this.#link.call('signOut', input, options)) as SignOutResult & { url?: string };
    if (url && redirect) void this.#redirects?.leave(url).catch(() => {});
    return result;
  }

  deleteUser(options?: CallOptions): Promise<void> {
    return this.#link.call('deleteUser', {}, options).then(() => this.#removeLeftovers());
  }

  close(): void {
    this.#closing.abort();
    this.#link.close();
  }

  /** Signs in at the login domain. Begins at once: a window can be opened only then. */
  #away<T>(work: (redirects: typeof import('./redirect.ts'), oauth: OAuthConfig) => Promise<T>): Promise<T> {
    return ours(async () => {
      const { oauth } = this.#config;
      if (this.#redirects && oauth) return work(this.#redirects, oauth);
      throw { code: 'invalid_configuration', message: 'signIn.redirect and signIn.popup need oauth in the configuration' } satisfies AuthErrorDetails;
    });
  }

  #ofPool<T>(ask: (pool: ReturnType<typeof credentialsOf>) => Promise<T>): Promise<T> {
    return ours(async () => ask((await import('./identity.js')).credentialsOf(this, this.#config)));
  }

  async #step(op: 'signIn' | 'resume', args: unknown, options?: CallOptions): Promise<SignInStep> {
    return this.#stepOf((await this.#link.call(op, args, options)) as StepRecord);
  }

  #stepOf(record: StepRecord): SignInStep {
    return stepFrom(record, (sealed, answer, options) => this.#link.call('respond', { sealed, answer }, options) as Promise<StepRecord>);
  }

  #changed(event: AuthEvent): void {
    if (event.type === 'signedOut' && this.state.status === 'signedOut') return;
    if (event.tab === 'other') this.#presence.look();
    else if (COMING_AND_GOING.includes(event.type)) this.#presence.change();
    this.state = event.state;
    this.persistence = event.persistence;
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // One listener's mistake must neither stop the others nor get lost.
        reportError(error);
      }
    }
  }
}

/** The result of `work`. What a module throws that depends on nothing is details of an error. */
async function ours<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw (error as Partial<AuthErrorDetails>)?.code && !(error instanceof Error) ? new AuthError(error as AuthErrorDetails) : error;
  }
}

const COMING_AND_GOING: AuthEvent['type'][] = ['signedIn', 'signedOut', 'expired'];
