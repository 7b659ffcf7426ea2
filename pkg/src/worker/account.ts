/**
 * The operations that are not signing in: a wasm of their own, loaded when the first of them is called. The access token
 * goes from the one wasm to the other here, in the worker, for one call at a time.
 */
import type { Operation } from '../messages.ts';
import { Lazy } from './lazy.ts';
import type { WasmAccount, WasmClient } from './load.ts';
import { checked, codeOf, tokens } from './tokens.ts';

/** What a call takes besides its arguments: `timeoutMs` is for all that it sends. */
export interface Options {
  timeoutMs: number;
  clientMetadata: Record<string, string> | undefined;
}

/** What a call of the page takes: `sub` is whom the page showed as it called. */
export interface CalledWith extends Options {
  sub?: string | undefined;
}

/** A sign-up, with what a sign-in may go on with. */
interface WasmSignUp {
  confirmed: boolean;
  session?: string;
}

/** The account's operations of one client. */
export class AccountOperations {
  readonly #account: Lazy<WasmAccount>;
  readonly #client: Pick<WasmClient, 'call' | 'tokens'>;

  /** `load` loads the wasm and starts it. */
  constructor(client: Pick<WasmClient, 'call' | 'tokens'>, load: () => Promise<WasmAccount>) {
    this.#client = client;
    this.#account = new Lazy(load);
  }

  /** Runs an operation. Gives JSON text, and throws what the wasm does. */
  async call(op: Operation | 'confirmDevice', args: object, { timeoutMs, clientMetadata, sub }: CalledWith, signal: AbortSignal): Promise<string> {
    const endsAt = Date.now() + timeoutMs;
    const options = (): Options => ({ timeoutMs: Math.max(0, endsAt - Date.now()), clientMetadata });
    const account = await this.#account.get();
    if (op === 'signUp') {
      const { session, ...result } = JSON.parse(await account.call(op, { ...args, ...options() }, signal)) as WasmSignUp;
      const { username, autoSignIn } = args as { username: string; autoSignIn?: boolean };
      if (!autoSignIn) return JSON.stringify(result);
      const next = await this.#client.call('signedUp', { username, session, confirmed: result.confirmed, ...options() }, signal);
      return JSON.stringify({ ...result, next: JSON.parse(next) as unknown });
    }
    if (OF_ANYBODY.has(op)) return account.call(op, { ...args, ...options() }, signal);
    const token = async (): Promise<string> => checked(sub, await tokens(this.#client, options(), signal)).access;
    const run = async (): Promise<string> => {
      const accessToken = await token();
      return account.call(op, { ...args, ...options(), accessToken }, signal);
    };
    let result: string;
    try {
      result = await run();
    } catch (error) {
      // The access token may have been revoked alone: the refresh finds out whether the session has ended.
      if (codeOf(error) !== 'session_lost') throw error;
      await token();
      await this.#client.call('refresh', { ...options(), sub }, signal);
      result = await run();
    }
    if (op === 'deleteUser') await this.#client.call('forget', { sub }, signal);
    return result;
  }
}

/** Those, besides `signUp`, for which nobody has to be signed in. */
const OF_ANYBODY: ReadonlySet<string> = new Set<Operation>([
  'confirmSignUp',
  'resendSignUpCode',
  'forgotPassword',
  'confirmForgotPassword',
]);
