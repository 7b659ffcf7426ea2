/**
 * What the worker does besides signing in and refreshing: the account, this device, identity pools, `auth.fetch`. A script of its own, which
 * the worker loads when it is first needed; the page names it, as bundlers do not look into the worker.
 */
import type { FetchRequest, FetchResponse, Operation, StartMessage } from '../messages.ts';
import { AccountOperations, type CalledWith } from './account.ts';
import { OwnDevice } from './device.ts';
import { allowList, apiFetch, type Allowed } from './fetch.ts';
import { IdentityOperations } from './identity.ts';
import type { load, WasmClient } from './load.ts';
import { tokens } from './tokens.ts';

export class SignedIn {
  readonly #client: WasmClient;
  readonly #account: AccountOperations;
  readonly #device: OwnDevice;
  readonly #identity: IdentityOperations;
  readonly #allowed: Allowed[];

  /**
   * `loads` is `load`, which remembers what it has loaded; `service` is what each wasm is told of the user pool. Throws where `api`
   * would allow something else than it says.
   */
  constructor(client: WasmClient, loads: typeof load, { start, accountWasm, identityWasm }: StartMessage, service: object, issuers: string[]) {
    const { api = [], identityPoolId, identityEndpoint, stsEndpoint } = start;
    this.#allowed = allowList(api, issuers);
    this.#client = client;
    this.#account = new AccountOperations(client, async () => (await loads(accountWasm)).Account.start(service));
    this.#device = new OwnDevice(client, this.#account);
    const pool = { ...service, identityPoolId, identityEndpoint, stsEndpoint };
    this.#identity = new IdentityOperations(client, async () => (await loads(identityWasm)).Identity.start(pool));
  }

  /** Sends a request of the page with the token, of the person whom the page showed, if it showed one. */
  fetch(request: FetchRequest, options: CalledWith, signal: AbortSignal): Promise<FetchResponse> {
    const token = async (): Promise<string> => (await tokens(this.#client, options, signal)).access;
    return apiFetch(request, this.#allowed, AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]), token);
  }

  /** Runs an operation of an identity pool or of the account module, or lets that refuse it. Gives JSON text. */
  async call(op: Operation, args: { key?: string }, options: CalledWith, signal: AbortSignal): Promise<string> {
    if (OF_IDENTITY_POOLS.includes(op)) return this.#identity.call(op, args, options, signal);
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
const OF_IDENTITY_POOLS: Operation[] = ['credentials', 'identityId', 'forgetCredentials'];
