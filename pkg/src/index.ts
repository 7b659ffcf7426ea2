/**
 * Amazon Cognito user pools for web apps: sign-up, sign-in, sessions. The protocol runs as WebAssembly in a worker of the
 * app's own origin; passwords go in, claims and next steps come out, tokens stay there.
 */
export { createAuth } from './auth.ts';
export type { Auth, Profile, SignIn, SignInInput, SignOutResult, SignUpInput, SignUpResult, Tokens } from './auth.ts';
export type { Account, Device, Devices, Mfa, MfaFactor, PageInput, Passkey, Passkeys, TotpSetUp } from './account.ts';
export type { CallOptions, CodeDelivery } from './calls.ts';
export type { ApiAccess, AuthConfig, OAuthConfig, Persistence } from './config.ts';
export { AuthError, isAuthError } from './errors.ts';
export type { AuthErrorCode, AuthErrorDetails } from './errors.ts';
export type { AwsCredentials, CredentialProvider, CredentialsInput, Identities } from './identity.ts';
export type { LeftoverPlace } from './leftover.ts';
export type { PopupResult, RedirectInput, RedirectResult } from './redirect.ts';
export type { AuthEvent, AuthState } from './state.ts';
export type { Attributes, Factor, SignInStep, User } from './steps.ts';
export type { TotpKey } from './totp.ts';
