/** The way to the browser's authenticator: `passkey.ts`, loaded when it is first asked for something. */
import { AuthError } from './errors.ts';

/** Asks for a passkey; rejects with what `passkey.ts` found, as an `AuthError`. */
export async function askAuthenticator(ask: (browser: typeof import('./passkey.ts')) => Promise<string>): Promise<string> {
  const browser = await import('./passkey.js');
  return ask(browser).catch(({ cause, ...details }) => {
    throw new AuthError(details, cause);
  });
}
