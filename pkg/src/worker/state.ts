/** Notices what an operation has changed about who is signed in, and tells the page before the operation's answer. */
import type { AuthEvent, AuthState } from '../auth.ts';
import type { AuthErrorDetails } from '../errors.ts';
import type { Operation } from '../messages.ts';
import { userFrom, type WasmUser } from './user.ts';

export class StateWatch {
  state: AuthState = { status: 'signedOut' };
  readonly #client: { user(): string };
  readonly #tell: (event: AuthEvent) => void;

  constructor(client: { user(): string }, tell: (event: AuthEvent) => void) {
    this.#client = client;
    this.#tell = tell;
    const found = this.#found();
    if (found) this.state = { status: 'signedIn', user: userFrom(found) };
  }

  /** Looks again after an operation, which failed if there is an error. */
  look(op: Operation, error?: AuthErrorDetails): void {
    const before = this.state;
    const found = this.#found();
    if (!found) {
      if (before.status === 'signedOut') return;
      if (LEAVING.includes(op)) this.#change('signedOut', { status: 'signedOut' });
      else if (before.status !== 'expired') this.#change('expired', { status: 'expired', user: before.user });
      return;
    }
    const user = userFrom(found);
    const same = before.status !== 'signedOut' && JSON.stringify(before.user) === JSON.stringify(user);
    if (error) {
      const unreachable = REFRESHING.includes(op) && UNREACHABLE.includes(error.code);
      if (unreachable && before.status === 'signedIn') this.#change('refreshFailed', { status: 'offline', user });
    } else if (!same || before.status === 'expired') {
      this.#change(ENTERING.includes(op) || before.status === 'signedOut' ? 'signedIn' : 'refreshed', { status: 'signedIn', user });
    } else if (before.status === 'offline' && op !== 'resume') {
      this.#change('change', { status: 'signedIn', user });
    }
  }

  #found(): WasmUser | null {
    return JSON.parse(this.#client.user()) as WasmUser | null;
  }

  #change(type: AuthEvent['type'], state: AuthState): void {
    this.state = state;
    this.#tell({ type, state, tab: 'this' });
  }
}

const ENTERING: Operation[] = ['signIn', 'signUp', 'respond'];
const LEAVING: Operation[] = ['signOut', 'deleteUser', 'reread'];
const REFRESHING: Operation[] = ['refresh', 'fetch'];
const UNREACHABLE: AuthErrorDetails['code'][] = ['offline', 'network', 'timeout', 'service_unavailable', 'rate_limited'];
