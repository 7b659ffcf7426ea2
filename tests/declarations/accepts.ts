// What an app may write. Compiling this file is the test.
import {
  createAuth,
  isAuthError,
  type ApiAccess,
  type Auth,
  type AuthConfig,
  type AuthErrorCode,
  type AuthState,
  type AwsCredentials,
  type CodeDelivery,
  type CredentialProvider,
  type CredentialsInput,
  type Factor,
  type OAuthConfig,
  type PopupResult,
  type RedirectInput,
  type SignInStep,
  type Tokens,
  type User,
} from 'cognate-auth';

export async function theFiveLines(userPoolId: string, clientId: string, username: string, password: string): Promise<void> {
  const auth = await createAuth({ userPoolId, clientId });
  let step = await auth.signIn({ username, password });
  while (step.kind !== 'done') step = await answer(step);
  const user: User = step.user;
  const profile: Response = await auth.fetch('https://api.example.com/me');
  await auth.signOut();
  void [user, profile];
}

/** Every kind of step is narrowed to its own answer and details; the switch is complete. */
export async function answer(step: Exclude<SignInStep, { kind: 'done' }>): Promise<SignInStep> {
  const kept: string = step.toJSON();
  const until: number = step.expiresAt;
  void [kept, until];
  switch (step.kind) {
    case 'code': {
      const how: ['sms' | 'email' | 'totp', 'mfa' | 'firstFactor', string | undefined] = [step.factor, step.purpose, step.destination];
      void how;
      return step.respond({ code: '123456', rememberDevice: true });
    }
    case 'selectFactor': {
      const [first]: Factor[] = step.options;
      return step.stage === 'setUp' || !first ? step.respond({ factor: 'totp' }) : step.respond({ factor: first });
    }
    case 'setUpTotp': {
      const shown: [string, string] = [step.secret, step.uri];
      void shown;
      return step.respond({ code: '123456', deviceName: 'Phone' });
    }
    case 'setUpEmail':
      return step.respond({ email: 'ana@example.com' });
    case 'passkey':
      return step.respond({ mediation: 'conditional' }, { signal: AbortSignal.timeout(1_000) });
    case 'custom':
      return step.respond({ answer: step.parameters['question'] ?? '' });
    case 'newPassword': {
      const missing: string[] = step.missing;
      return step.respond({ password: 'x', attributes: Object.fromEntries(missing.map((name) => [name, 'x'])) });
    }
    case 'password':
      return step.respond({ password: 'x' });
    case 'confirmSignUp':
      return step.respond({ code: '123456' }, { timeoutMs: 5_000 });
    case 'resetPassword':
      return step.respond({ code: '123456', password: 'x' });
    case 'unknown': {
      const named: [string, Record<string, string>] = [step.name, step.parameters];
      void named;
      return step.respond({ responses: { ANSWER: 'x' } });
    }
    default: {
      const nothing: never = step;
      return nothing;
    }
  }
}

export const everyOption: AuthConfig = {
  userPoolId: 'eu-central-1_Ab1Cd2Ef3',
  clientId: 'client',
  endpoint: ['https://one.example', 'https://two.example'],
  issuer: 'https://one.example/pool',
  isolation: 'page',
  persistence: 'device',
  namespace: 'work',
  exposeAccessToken: true,
  api: [{ origin: 'https://api.example.com', path: '/v1', methods: ['GET'] } satisfies ApiAccess],
  identityPoolId: 'eu-central-1:11111111-2222-4333-8444-555555555555',
  identityEndpoint: 'https://one.example',
  stsEndpoint: 'https://sts.example',
  oauth: {
    domain: 'https://login.example.com',
    redirectUri: 'https://app.example.com/',
    signOutUri: 'https://app.example.com/bye',
    scopes: ['openid'],
  } satisfies OAuthConfig,
  assets: { worker: '/assets/worker.js', wasm: '/assets/cognate.wasm' },
};

export async function everyOperation(auth: Auth, signal: AbortSignal): Promise<void> {
  const options = { signal, timeoutMs: 10_000, clientMetadata: { from: 'test' } };
  const off: () => void = auth.on(({ type, state, tab, persistence }) => void [type, state.status, tab, persistence]);
  const kept: 'memory' | 'session' | 'device' = auth.persistence;
  const { accessToken, expiresAt }: Tokens = await auth.getTokens({ minTtl: 300 }, options);
  const taken: User | undefined = await auth.takeOverSession({ from: ['sessionStorage', 'cookies'] }, options);
  void [kept, accessToken, expiresAt, taken, await auth.takeOverSession()];
  const { confirmed, sub, delivery } = await auth.signUp({ username: 'a', password: 'b', attributes: { email: 'a@b.c' } }, options);
  const where: CodeDelivery | undefined = delivery;
  const { next } = await auth.signUp({ username: 'a', password: 'b', validationData: { invitation: 'c' }, autoSignIn: true });
  const goesOn: SignInStep | undefined = next;
  await auth.confirmSignUp({ username: 'a', code: '1' }, options);
  await auth.resendSignUpCode({ username: 'a' }, options);
  await auth.signIn({ username: 'a', password: 'b', flow: 'password' }, options);
  await auth.signIn({ username: 'a' });
  await auth.signIn({ username: 'a', flow: 'custom' });
  await auth.signIn({ username: 'a', flow: 'userAuth', preferred: 'email' }, options);
  await auth.resume('sealed');
  await auth.forgotPassword({ username: 'a' }, options);
  await auth.confirmForgotPassword({ username: 'a', code: '1', password: 'b' }, options);
  await auth.changePassword({ currentPassword: 'a', newPassword: 'b' }, options);
  const { attributes } = await auth.getUser(options);
  const email: string | undefined = attributes['email'];
  await auth.updateAttributes({ name: 'Ana' }, options);
  const groups: string[] = (await auth.refresh(options)).groups;
  const response = await auth.fetch(new URL('https://api.example.com'), { method: 'POST', body: 'x', signal, timeoutMs: 1_000 });
  const { revoked, everywhere, error } = await auth.signOut({ everywhere: true }, options);
  await auth.deleteUser(options);
  auth.close();
  off();
  void [confirmed, sub, where, goesOn, email, groups, response, revoked, everywhere, error?.code];
}

export async function byRedirect(auth: Auth, signal: AbortSignal): Promise<string> {
  const input: RedirectInput = { provider: 'Google', idpIdentifier: 'example.com', email: 'ana@example.com', loginHint: 'ana', prompt: 'login', lang: 'de', appState: { page: '/orders' } };
  const result = auth.redirectResult;
  if (result?.error) return result.error.code;
  if (result) {
    const user: User = result.user;
    const note: unknown = result.appState;
    return `${user.sub} ${String(note)}`;
  }
  await auth.signOut({ everywhere: true, redirect: false });
  const { user, appState }: PopupResult = await auth.signIn.popup(input, { signal });
  if (appState) return user.sub;
  return auth.signIn.redirect(input, { signal });
}

export function whoIsThere(state: AuthState): string {
  return state.status === 'signedOut' ? 'nobody' : (state.user.email ?? state.user.sub);
}

export function inWords(error: unknown): string {
  if (!isAuthError(error)) throw error;
  const code: AuthErrorCode = error.code;
  const wait: number | undefined = error.retryAfterMs;
  return error.code === 'code_mismatch' ? 'The code is wrong' : `${code} ${wait ?? 0} ${error.outcome} ${error.userAction}`;
}

export async function credentials(auth: Auth, signal: AbortSignal): Promise<void> {
  const provider: CredentialProvider = auth.credentials;
  const { accessKeyId, secretAccessKey, sessionToken, expiration, identityId }: AwsCredentials = await provider({ forceRefresh: true, signal, timeoutMs: 1_000 });
  const texts: string[] = [accessKeyId, secretAccessKey, sessionToken, identityId, await auth.identityId({ signal })];
  const input: CredentialsInput = { role: 'arn:aws:iam::123456789012:role/x', logins: async () => ({ 'accounts.google.com': 'token' }) };
  const others = [auth.credentialsFor(input), auth.credentialsFor({ logins: { 'graph.facebook.com': 'token' }, identityId: 'eu-central-1:1' })];
  others.push(auth.credentialsFor({ flow: 'classic', role: 'arn:aws:iam::123456789012:role/x', sessionName: 'app', durationSeconds: 900 }));
  void [texts, expiration.getTime(), await Promise.all(others.map((other) => other()))];
}
