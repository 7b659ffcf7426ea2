/**
 * Temporary credentials for AWS from an identity pool, the page's half: it remembers the identity of a guest, and takes back
 * what it has given out when somebody else comes, or nobody is left. Loaded when credentials are first asked for; it depends on nothing,
 * so what it throws are details of an error.
 */
import type { CallOptions } from './calls.ts';
import type { WorkerConfig } from './config.ts';
import type { AuthErrorDetails } from './errors.ts';
import type { Operation } from './messages.ts';
import type { AuthEvent, AuthState } from './state.ts';
import { storageKey } from './tab.ts';

/** Credentials as the AWS SDK for JavaScript (version 3) takes them. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /**
   * When they end, by the clock of this device. When the person signs out, or another one signs in, it moves into the past, so that clients of the
   * SDK that exist ask again with their next request.
   */
  expiration: Date;
  /** Whose they are in the identity pool. */
  identityId: string;
}

/** What `credentials` of a client of the AWS SDK may be. `forceRefresh`: new ones, even if there are some that last. */
export type CredentialProvider = (options?: { forceRefresh?: boolean } & Omit<CallOptions, 'clientMetadata'>) => Promise<AwsCredentials>;

/** Credentials that are not simply those of who is signed in. */
export type CredentialsInput = {
  /**
   * Logins of other providers, beside that of who is signed in: what the identity pool calls the provider (`accounts.google.com`), and its token. A
   * function is asked each time, so that it can give a token that still holds.
   */
  logins?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
  /** The identity that the logins are for, where your own server has said it (developer identities). */
  identityId?: string;
} & (
  | {
      /** Default: the pool chooses the role. */
      flow?: 'enhanced';
      /** The ARN of one of several roles that the pool allows. */
      role?: string;
      sessionName?: never;
      durationSeconds?: never;
    }
  | {
      /** The classic flow: the role is asked for at the STS. The pool must allow it. */
      flow: 'classic';
      /** The ARN of the role. */
      role: string;
      /** What the role's session is called. Default `cognate`. */
      sessionName?: string;
      /** How long the credentials last. Default: an hour. */
      durationSeconds?: number;
    }
);

/** What a client offers of identity pools. */
export interface Identities {
  /**
   * Credentials of who is signed in, of a guest where nobody is: a provider for clients of the AWS SDK, `new S3Client({ region, credentials: auth.credentials })`.
   * They are asked for once however many callers there are, replaced five minutes before they end, and kept until then where nobody can be
   * reached. Needs `identityPoolId`.
   *
   * @throws {AuthError} `not_authorized` for guests where the pool has none, and for a role that is not theirs; `invalid_configuration`; `alias_exists` for
   *   logins of different identities; `signed_out` where somebody else has signed in meanwhile
   */
  readonly credentials: CredentialProvider;
  /** A provider of other credentials: for another role, with logins of other providers, by the classic flow. */
  credentialsFor(input: CredentialsInput): CredentialProvider;
  /** The id in the identity pool of who is signed in, or of the guest. */
  identityId(options?: CallOptions): Promise<string>;
}

/** What this needs of the client whose they are. */
export interface IdentityClient {
  readonly state: AuthState;
  on(listener: (event: AuthEvent) => void): () => void;
  call(op: Operation, args: object, options?: CallOptions): Promise<unknown>;
}

interface Given extends Omit<AwsCredentials, 'expiration'> {
  expiresAt: number;
}

const known = new WeakMap<object, PoolCredentials>();

/** The credentials of one client, always the same. */
export function credentialsOf(client: IdentityClient, config: WorkerConfig): PoolCredentials {
  const credentials = known.get(client) ?? new PoolCredentials(client, config);
  known.set(client, credentials);
  return credentials;
}

class PoolCredentials {
  readonly #client: IdentityClient;
  readonly #guest: Guest;
  /** The ends of what was given out, by access key. */
  readonly #ends = new Map<string, Date>();
  #sub: string | undefined;
  /** How often somebody has come or gone. */
  #changes = 0;

  constructor(client: IdentityClient, config: WorkerConfig) {
    this.#client = client;
    this.#guest = new Guest(config);
    this.#sub = subOf(client.state);
    client.on(({ state }) => this.#changed(subOf(state)));
  }

  async credentials(input: CredentialsInput, { forceRefresh = false, signal, timeoutMs }: Parameters<CredentialProvider>[0] = {}): Promise<AwsCredentials> {
    const stays = this.#watch();
    const args = { ...(await flat(input)), forceRefresh };
    const { expiresAt, ...given } = (await this.#ask('credentials', args, stays, { ...(signal && { signal }), ...(timeoutMs && { timeoutMs }) })) as Given;
    const { accessKeyId } = given;
    // In one go with what follows: of those who leave later the end is known here.
    stays();
    for (const [key, end] of this.#ends) if (end.getTime() <= Date.now()) this.#ends.delete(key);
    const expiration = this.#ends.get(accessKeyId) ?? new Date(expiresAt);
    this.#ends.set(accessKeyId, expiration);
    return { ...given, expiration };
  }

  async identityId(options?: CallOptions): Promise<string> {
    const stays = this.#watch();
    const { identityId } = await this.#ask('identityId', {}, stays, options);
    stays();
    return identityId;
  }

  /** What throws once somebody has come or gone since. */
  #watch(): () => void {
    const changes = this.#changes;
    return () => {
      if (changes !== this.#changes) throw LEFT;
    };
  }

  async #ask(op: Operation, args: { logins?: Record<string, string> }, stays: () => void, options?: CallOptions): Promise<{ identityId: string }> {
    const isGuest = this.#sub === undefined && Object.keys(args.logins ?? {}).length === 0;
    const ask = async (guest: string | undefined): Promise<{ identityId: string }> => {
      stays();
      const answer = (await this.#client.call(op, { ...args, ...(guest && { guest }) }, options)) as { identityId: string };
      stays();
      // Who signs in takes the guest's identity along, or has another one.
      if (isGuest ? guest !== answer.identityId : guest) await this.#guest.keep(isGuest ? answer.identityId : undefined);
      return answer;
    };
    const guest = await this.#guest.id();
    return isGuest && !guest ? this.#guest.alone(async () => ask(await this.#guest.id())) : ask(guest);
  }

  /** Nobody goes on with what was another's. */
  #changed(sub: string | undefined): void {
    if (sub === this.#sub) return;
    this.#sub = sub;
    this.#changes += 1;
    for (const end of this.#ends.values()) end.setTime(0);
    this.#ends.clear();
    this.#client.call('forgetCredentials', {}).catch(() => {});
  }
}

/** Where the id of a guest is kept: in this tab, or for all of them. */
class Guest {
  readonly #config: WorkerConfig;
  readonly #name: string;
  /** Where the browser denies storage, or nothing is to be kept, it is this page's. */
  #id: string | undefined;

  constructor(config: WorkerConfig) {
    this.#config = config;
    this.#name = `${storageKey(config)}:guest:${config.identityPoolId ?? ''}`;
  }

  async id(): Promise<string | undefined> {
    const use = async (): Promise<string | undefined> =>
      this.#isShared() ? shared('readonly', (all) => all.get(this.#name) as IDBRequest<string | undefined>) : (sessionStorage.getItem(this.#name) ?? undefined);
    return this.#isKept() ? use().catch(() => this.#id) : this.#id;
  }

  async keep(id: string | undefined): Promise<void> {
    this.#id = id;
    const use = async (): Promise<void> => {
      if (this.#isShared()) await shared('readwrite', (all): IDBRequest => (id === undefined ? all.delete(this.#name) : all.put(id, this.#name)));
      else if (id === undefined) sessionStorage.removeItem(this.#name);
      else sessionStorage.setItem(this.#name, id);
    };
    if (this.#isKept()) await use().catch(() => {});
  }

  /** Runs `work` in one tab after the other: tabs that begin at once are one guest. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#isShared() && navigator.locks ? navigator.locks.request(this.#name, work) : work();
  }

  #isKept(): boolean {
    return this.#config.persistence !== 'memory';
  }

  #isShared(): boolean {
    return this.#config.persistence === 'device';
  }
}

/**
 * One request to the guests that all tabs share. `localStorage` will not do: what one tab writes another one may read only some time after it
 * has got the lock.
 */
function shared<T>(mode: IDBTransactionMode, ask: (all: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('cognate-auth-guests', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('ids');
    opening.onerror = opening.onblocked = reject;
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('ids', mode);
      const asked = ask(transaction.objectStore('ids'));
      transaction.oncomplete = () => (opening.result.close(), resolve(asked.result));
      transaction.onabort = () => (opening.result.close(), reject(transaction.error));
    };
  });
}

async function flat({ logins, ...rest }: CredentialsInput): Promise<{ logins?: Record<string, string> }> {
  const unknown = Object.keys(rest).find((name) => !INPUT.includes(name));
  if (unknown !== undefined) throw { code: 'invalid_parameter', message: `credentialsFor does not know ${unknown}` } satisfies AuthErrorDetails;
  return { ...rest, ...(logins && { logins: typeof logins === 'function' ? await logins() : logins }) };
}

function subOf(state: AuthState): string | undefined {
  return state.status === 'signedOut' ? undefined : state.user.sub;
}

const INPUT = ['flow', 'role', 'identityId', 'sessionName', 'durationSeconds'];
const LEFT: AuthErrorDetails = { code: 'signed_out', message: 'Somebody has signed in or out meanwhile', outcome: 'answered', userAction: 'signIn' };
