/** The tokens of who is signed in, on their way from the sign-in core to the module that needs one. They stay in the worker. */
import type { AuthErrorDetails } from '../errors.ts';
import type { WasmClient } from './load.ts';

export interface SessionTokens {
  access: string;
  id: string;
}

/** Both, the access token for another minute at least. */
export async function tokens(client: Pick<WasmClient, 'tokens'>, options: object, signal: AbortSignal): Promise<SessionTokens> {
  const [access = '', id = ''] = (await client.tokens(options, signal)).split(' ');
  return { access, id };
}

/** What a token says. It was verified before it became the session's. */
export function claimsOf(token: string): { sub?: string; exp?: number } {
  const payload = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(payload) as { sub?: string; exp?: number };
}

/** The same tokens, or `signed_out`: somebody else may have signed in, here or in another tab, since the page called. */
export function checked(sub: string | undefined, given: SessionTokens): SessionTokens {
  if (claimsOf(given.access).sub === sub) return given;
  throw { code: 'signed_out', message: 'Somebody else is signed in now', outcome: 'notSent', userAction: 'signIn' } satisfies AuthErrorDetails;
}

/** The code of what the wasm throws, or this worker's own code. */
export function codeOf(error: unknown): string | undefined {
  return (typeof error === 'string' ? (JSON.parse(error) as AuthErrorDetails) : (error as Partial<AuthErrorDetails> | undefined))?.code;
}
