/**
 * What the worker does besides signing in and refreshing: the account, this device, `auth.fetch`. A script of its own, which
 * the worker loads when it is first needed; the page names it, as bundlers do not look into the worker.
 */
import type { ApiAccess } from '../config.ts';
import type { FetchRequest, FetchResponse, Operation } from '../messages.ts';
import { AccountOperations, type CalledWith } from './account.ts';
import { OwnDevice } from './device.ts';
import { allowList, apiFetch, type Allowed } from './fetch.ts';
import type { WasmAccount, WasmClient } from './load.ts';

export class SignedIn {
  readonly #client: WasmClient;
  readonly #account: AccountOperations;
  readonly #device: OwnDevice;
  readonly #allowed: Allowed[];

  /** `load` loads the account's wasm and starts it. Throws where `api` would allow something else than it says. */
  constructor(client: WasmClient, load: () => Promise<WasmAccount>, api: ApiAccess[], issuers: string[]) {
    this.#allowed = allowList(api, issuers);
    this.#client = client;
    this.#account = new AccountOperations(client, load);
    this.#device = new OwnDevice(client, this.#account);
  }

  /** Sends a request of the page with the token, of the person whom the page showed, if it showed one. */
  fetch(request: FetchRequest, options: CalledWith, signal: AbortSignal): Promise<FetchResponse> {
    const token = (): Promise<string> => this.#client.accessToken(options, signal);
    return apiFetch(request, this.#allowed, AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]), token);
  }

  /** Runs an operation of the account module, or lets that refuse it. Gives JSON text. */
  async call(op: Operation, args: { key?: string }, options: CalledWith, signal: AbortSignal): Promise<string> {
    // Without a key this device is meant.
    const own = OF_A_DEVICE.includes(op) && args.key === undefined && { key: await this.#device.key() };
    return this.#account.call(op, { ...args, ...own }, options, signal);
  }

  /** Sees to what a sign-in has left to do about this device. */
  settleDevice(): Promise<void> {
    return this.#device.settle();
  }
}

const OF_A_DEVICE: Operation[] = ['updateDevice', 'forgetDevice'];
