// What must not compile. Each line below `@ts-expect-error` fails the compilation if it is accepted.
import { AuthError, createAuth, type Auth, type AuthConfig, type AuthErrorCode, type SignInStep } from 'cognate-auth';

const ids = { userPoolId: 'eu-central-1_Ab1Cd2Ef3', clientId: 'client' };

// @ts-expect-error the pool is required
void createAuth({ clientId: 'client' });
// @ts-expect-error a public client has no secret
void createAuth({ ...ids, clientSecret: 'secret' });
// @ts-expect-error not in this version, and no silent downgrade
export const vault: AuthConfig = { ...ids, isolation: 'vault' };
// @ts-expect-error not in this version
export const cookie: AuthConfig = { ...ids, persistence: 'cookie' };
// @ts-expect-error people must come back somewhere
export const oauth: AuthConfig = { ...ids, oauth: { domain: 'login.example.com' } };
// @ts-expect-error an entry needs an origin
export const api: AuthConfig = { ...ids, api: [{ path: '/v1' }] };

export async function tokens(auth: Auth): Promise<void> {
  const given = await auth.getTokens();
  // @ts-expect-error no other token is ever given
  void given.refreshToken;
  // @ts-expect-error options come second
  await auth.takeOverSession({ timeoutMs: 1 });
  // @ts-expect-error no client leaves a session there
  await auth.takeOverSession({ from: ['indexedDB'] });
  // @ts-expect-error it is chosen once, in the configuration
  auth.persistence = 'memory';
}

export async function steps(auth: Auth, step: SignInStep): Promise<void> {
  // @ts-expect-error `done` has nothing to respond to
  if (step.kind === 'done') await step.respond({});
  // @ts-expect-error a code is asked, not a password
  if (step.kind === 'confirmSignUp') await step.respond({ password: 'x' });
  // @ts-expect-error the user exists only when it is done
  if (step.kind !== 'done') void step.user;
  // @ts-expect-error not a flow
  await auth.signIn({ username: 'a', password: 'b', flow: 'SRP' });
  // @ts-expect-error only where there is something to prefer
  await auth.signIn({ username: 'a', password: 'b', preferred: 'email' });
  // @ts-expect-error an authenticator app is no first factor
  await auth.signIn({ username: 'a', flow: 'userAuth', preferred: 'totp' });
  // @ts-expect-error not a prompt
  await auth.signIn.redirect({ prompt: 'LOGIN' });
  // @ts-expect-error a redirect ends with somebody or with an error, not with both
  if (auth.redirectResult?.error) void auth.redirectResult.user.sub;
  // @ts-expect-error not a kind of step
  if (step.kind === 'mfa') return;
  // @ts-expect-error the signal is an option, not part of the input
  await auth.getUser({ abort: new AbortController().signal });
  // @ts-expect-error the state is read, not written
  auth.state = { status: 'signedOut' };
  // @ts-expect-error tokens do not exist in the page
  void auth.accessToken;
  // @ts-expect-error nobody is there when signed out
  if (auth.state.status === 'signedOut') void auth.state.user;
}

// @ts-expect-error the union of codes is closed
export const code: AuthErrorCode = 'something_else';
// @ts-expect-error an error has a code
export const error = new AuthError({ message: 'x' });

export function credentials(auth: Auth): void {
  // @ts-expect-error the classic flow has no role but the one that is named
  void auth.credentialsFor({ flow: 'classic' });
  // @ts-expect-error only the classic flow names the session
  void auth.credentialsFor({ role: 'x', sessionName: 'y' });
  // @ts-expect-error not a flow
  void auth.credentialsFor({ flow: 'basic', role: 'x' });
  // @ts-expect-error triggers are not asked for credentials
  void auth.credentials({ clientMetadata: {} });
}
