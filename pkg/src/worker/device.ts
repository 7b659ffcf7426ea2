/**
 * The device that somebody signs in from, after the sign-in: confirmed, remembered, forgotten. How that is done is the account
 * module's, which is loaded when a sign-in has brought a device.
 */
import type { AuthErrorDetails } from '../errors.ts';
import type { AccountOperations, CalledWith } from './account.ts';
import type { WasmClient } from './load.ts';
import type { WasmState } from './state.ts';
import { codeOf } from './tokens.ts';

/** What a sign-in has left to do about its device. `group`: it is to be confirmed. `remember`: the person wants that. */
interface Offer {
  key: string;
  group?: string;
  typed: string;
  username: string;
  remember: boolean;
}

export class OwnDevice {
  readonly #client: Pick<WasmClient, 'state'>;
  readonly #account: Pick<AccountOperations, 'call'>;
  /** The offer that was seen to, or is being. */
  #seen: string | undefined;

  constructor(client: Pick<WasmClient, 'state'>, account: Pick<AccountOperations, 'call'>) {
    this.#client = client;
    this.#account = account;
  }

  /** The key that the service knows this device by. What could not be sent after the sign-in is sent now. */
  async key(): Promise<string> {
    await this.settle();
    const { deviceKey } = this.#state();
    if (!deviceKey) throw NO_DEVICE;
    return deviceKey;
  }

  /** Sees to what a sign-in has left to do, once. */
  async settle(): Promise<void> {
    const { offer: text, user } = this.#state();
    if (!text || text === this.#seen) return;
    this.#seen = text;
    const { remember, ...offer } = JSON.parse(text) as Offer;
    const options: CalledWith = { timeoutMs: MOST_MS, clientMetadata: undefined, sub: user?.sub };
    const { signal } = new AbortController();
    try {
      const { asks } = offer.group ? (JSON.parse(await this.#account.call('confirmDevice', offer, options, signal)) as { asks: boolean }) : { asks: true };
      if (remember && asks) await this.#account.call('updateDevice', { key: offer.key, remembered: true }, options, signal);
    } catch (error) {
      if (NOT_SENT.includes(codeOf(error) ?? '')) this.#seen = undefined;
      throw error;
    }
  }

  #state(): WasmState {
    return JSON.parse(this.#client.state()) as WasmState;
  }
}

const MOST_MS = 5_000;
const NOT_SENT = ['offline', 'timeout', 'wasm_blocked'];
const NO_DEVICE: AuthErrorDetails = { code: 'unsupported', message: 'The pool has offered no device for this session, or it could not be kept' };
