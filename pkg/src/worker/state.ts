/** Notices what has changed about who is signed in, and tells the page, and the other clients of the same stored session. */
import type { AuthEvent, AuthState } from '../state.ts';
import type { Persistence } from '../config.ts';
import type { AuthErrorDetails } from '../errors.ts';
import type { Heard, Operation } from '../messages.ts';
import { userFrom, type WasmUser } from './user.ts';

/** How the wasm says how things stand. */
export interface WasmState {
  user?: WasmUser;
  /** A session is, or would be, stored. */
  kept: boolean;
  /** The last change was found in the store: another client has made it. */
  adopted: boolean;
  /** The device of the session, as the service knows it. */
  deviceKey?: string;
  /** What is left to do about a device: see `OwnDevice`. */
  offer?: string;
}

export interface Told {
  page(event: AuthEvent): void;
  others(change: Heard): void;
}

export class StateWatch {
  state: AuthState = { status: 'signedOut' };
  persistence: Persistence;
  readonly #client: { state(): string };
  readonly #chosen: Persistence;
  readonly #tell: Told;

  constructor(client: { state(): string }, chosen: Persistence, tell: Told) {
    this.#client = client;
    this.#chosen = chosen;
    this.#tell = tell;
    const { user, kept } = this.#found();
    this.persistence = kept ? chosen : 'memory';
    if (user) this.state = { status: 'signedIn', user: userFrom(user) };
  }

  /** Looks again: after an operation, which failed if there is an error, or after what another client has said. */
  look(op: Operation, error?: AuthErrorDetails, heard?: Heard): void {
    const before = this.state;
    const { user: found, kept, adopted } = this.#found();
    const tab = adopted || heard ? 'other' : 'this';
    if (!found) {
      if (before.status === 'signedOut') return;
      const isLost = heard ? heard === 'expired' : !adopted && !LEAVING.includes(op);
      if (!isLost && (before.status !== 'expired' || heard || LEAVING.includes(op))) this.#change('signedOut', { status: 'signedOut' }, tab);
      else if (before.status !== 'expired') this.#change('expired', { status: 'expired', user: before.user }, tab);
      return;
    }
    const persistence = kept ? this.#chosen : 'memory';
    const isMoved = persistence !== this.persistence;
    this.persistence = persistence;
    const user = userFrom(found);
    const isOther = before.status === 'signedOut' || before.user.sub !== user.sub;
    const same = !isOther && JSON.stringify(before.user) === JSON.stringify(user);
    if (error && same) {
      const unreachable = REFRESHING.includes(op) && UNREACHABLE.includes(error.code);
      if (unreachable && before.status === 'signedIn') this.#change('refreshFailed', { status: 'offline', user }, tab);
    } else if (!same || before.status === 'expired') {
      this.#change(isOther || ENTERING.includes(op) ? 'signedIn' : 'refreshed', { status: 'signedIn', user }, tab);
    } else if (before.status === 'offline' && !heard && op !== 'resume' && op !== 'reread') {
      this.#change('change', { status: 'signedIn', user }, tab);
    }
    if (isMoved) this.#change('storage', this.state, 'this');
  }

  #found(): WasmState {
    return JSON.parse(this.#client.state()) as WasmState;
  }

  #change(type: AuthEvent['type'], state: AuthState, tab: AuthEvent['tab']): void {
    this.state = state;
    this.#tell.page({ type, state, tab, persistence: this.persistence });
    if (tab === 'this' && TOLD.includes(type)) this.#tell.others(type as Heard);
  }
}

const ENTERING: Operation[] = ['signIn', 'signUp', 'respond', 'completeRedirect'];
const LEAVING: Operation[] = ['signOut', 'deleteUser'];
const REFRESHING: Operation[] = ['refresh', 'fetch', 'getTokens'];
const TOLD: string[] = ['signedIn', 'signedOut', 'refreshed', 'expired'] satisfies Heard[];
const UNREACHABLE: AuthErrorDetails['code'][] = ['offline', 'network', 'timeout', 'service_unavailable', 'rate_limited'];
