/** Who is signed in, and what is told when that changes. */
import type { Persistence } from './config.ts';
import type { User } from './steps.ts';

/** Who is signed in. `offline`: signed in, but the last refresh could not reach the service. `expired`: it was refused. */
export type AuthState = { status: 'signedOut' } | { status: 'signedIn' | 'offline' | 'expired'; user: User };

export interface AuthEvent {
  /** `storage`: the session can no longer be stored, or can again; see `persistence`. */
  type: 'change' | 'signedIn' | 'signedOut' | 'refreshed' | 'refreshFailed' | 'expired' | 'storage';
  state: AuthState;
  /** Where it happened. `other`: in another client of the same stored session, most often another tab's. */
  tab: 'this' | 'other';
  /** How long the session is kept, as it is now. */
  persistence: Persistence;
}
