/**
 * Identity pools: a wasm of their own, loaded when credentials are first asked for. The ID token goes from the sign-in core to it
 * here, in the worker, for one call at a time; credentials go to the page, which is what they are for.
 */
import type { Operation } from '../messages.ts';
import type { CalledWith, Options } from './account.ts';
import { Lazy } from './lazy.ts';
import type { WasmClient, WasmIdentity } from './load.ts';
import { checked, claimsOf, codeOf, tokens } from './tokens.ts';

/** The operations on identity pools of one client. */
export class IdentityOperations {
  readonly #identity: Lazy<WasmIdentity>;
  readonly #client: Pick<WasmClient, 'call' | 'tokens'>;
  /** An ID token that was new and was refused all the same. */
  #refused: string | undefined;

  /** `load` loads the wasm and starts it. */
  constructor(client: Pick<WasmClient, 'call' | 'tokens'>, load: () => Promise<WasmIdentity>) {
    this.#client = client;
    this.#identity = new Lazy(load);
  }

  /** Runs an operation, for the person with this `sub`, without one for a guest. Gives JSON text, and throws what the wasm does. */
  async call(op: Operation, args: object, { timeoutMs, clientMetadata, sub }: CalledWith, signal: AbortSignal): Promise<string> {
    if (op === 'forgetCredentials') return this.#identity.begun ? (await this.#identity.begun).call('forget', {}, signal) : '{}';
    const endsAt = Date.now() + timeoutMs;
    const options = (): Options => ({ timeoutMs: Math.max(0, endsAt - Date.now()), clientMetadata });
    const identity = await this.#identity.get();
    const refresh = (): Promise<unknown> => this.#client.call('refresh', { ...options(), sub }, signal);
    const idToken = async (): Promise<string> => checked(sub, await tokens(this.#client, options(), signal)).id;
    const run = async (token?: string): Promise<string> => identity.call(op, { ...args, ...options(), sub, idToken: token }, signal);
    if (sub === undefined) return run();
    let token = await idToken();
    // It may end before the access token does, by which the session is refreshed.
    if (endsSoon(token)) {
      await refresh();
      token = await idToken();
    }
    try {
      return await run(token);
    } catch (error) {
      // The pool may ask whether the session still stands, and a clock may be wrong: new tokens settle both. A role that is not theirs
      // they do not.
      if (codeOf(error) !== 'not_authorized' || token === this.#refused) throw error;
      await refresh();
      const newer = await idToken();
      if (newer === token) throw error;
      this.#refused = newer;
      const result = await run(newer);
      this.#refused = undefined;
      return result;
    }
  }
}

/** Within a minute, by the clock of this device. */
function endsSoon(token: string): boolean {
  return (claimsOf(token).exp ?? 0) * 1000 < Date.now() + 60_000;
}
