// The hosted UI with other identity providers: oidc-provider as OpenID Connect, Google and Apple, and a small server as Facebook and Amazon.

import {
  CreateIdentityProviderCommand, CreateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { freePort } from './free-port.mjs';
import { startHosted } from './hosted-page.mjs';
import { startOpenidProvider } from './openid-provider.mjs';
import { startSocialProvider } from './social-provider.mjs';
import { adminClient } from './target.mjs';

const POOL = 'local_demo';
const MAPPING = { email: 'email', name: 'name' };

/**
 * The backend, the bare app and the providers. Clients: `everything` has the pool's users, all providers by button and one by the domain
 * `corp.example`; `buttons` has only providers; `address` only those and the domain. `providers.Gone` is not there.
 */
export async function startHostedWithProviders() {
  const hosted = await startHosted();
  const admin = adminClient(hosted.backend.url);
  const redirectUri = `${hosted.backend.url}/oauth2/idpresponse`;
  const works = await startOpenidProvider({ redirectUri });
  const corp = await startOpenidProvider({ redirectUri });
  const google = await startOpenidProvider({ redirectUri });
  const { provider: apple, details: appleDetails } = await startAsApple(redirectUri);
  const social = await startSocialProvider();
  const openid = (provider, more = {}) => ({
    client_id: provider.clientId, client_secret: provider.clientSecret, oidc_issuer: provider.issuer, authorize_scopes: 'openid email profile', ...more,
  });
  const oidc = (provider) => openid(provider, { attributes_request_method: 'GET' });
  const gone = { issuer: `http://localhost:${await freePort()}`, clientId: 'us', clientSecret: 'secret' };
  const records = [
    ['Works', 'OIDC', oidc(works)], ['Gone', 'OIDC', oidc(gone)], ['Corp', 'OIDC', oidc(corp), ['corp.example']],
    ['Google', 'Google', openid(google)], ['SignInWithApple', 'SignInWithApple', appleDetails],
    ['Facebook', 'Facebook', social.details('Facebook')], ['LoginWithAmazon', 'LoginWithAmazon', social.details('LoginWithAmazon')],
  ];
  for (const [ProviderName, ProviderType, ProviderDetails, IdpIdentifiers] of records) {
    await admin.send(new CreateIdentityProviderCommand({ UserPoolId: POOL, ProviderName, ProviderType, ProviderDetails, AttributeMapping: MAPPING, IdpIdentifiers }));
  }
  const client = async (ClientName, SupportedIdentityProviders) => {
    const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({
      UserPoolId: POOL, ClientName, SupportedIdentityProviders, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'],
      CallbackURLs: [hosted.appUrl], AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
    }));
    return UserPoolClient.ClientId;
  };
  const names = ['Google', 'SignInWithApple', 'Facebook', 'LoginWithAmazon', 'Works', 'Gone', 'Corp'];
  const clients = {
    everything: await client('Rowing club', ['COGNITO', ...names]),
    buttons: await client('Works tools', ['Works', 'Google']),
    address: await client('Corporate tools', ['Corp', 'Works']),
  };
  const running = [works, corp, google, apple, social];
  return {
    ...hosted, admin, clients, providers: { works, corp, google, apple, social },
    /** The system as the helpers of the hosted pages take it, for one of the clients. */
    of: (name) => ({ ...hosted, backend: { ...hosted.backend, clientId: clients[name] } }),
    stop: async () => {
      admin.destroy();
      await Promise.all(running.map((provider) => provider.stop()));
      await hosted.stop();
    },
  };
}

/** Apple answers by a form of its own site, tells everything in the ID token, and takes a secret that is signed with the team's key. */
async function startAsApple(redirectUri) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const clientId = 'cognate-pool';
  const provider = await startOpenidProvider({
    redirectUri,
    client: { token_endpoint_auth_method: 'client_secret_post' },
    settings: { conformIdTokenClaims: false },
    secretIsRight: async (secret, issuer) => {
      const { payload } = await jwtVerify(secret, publicKey, { issuer: 'TEAM', subject: clientId, audience: issuer, algorithms: ['ES256'] });
      return payload.exp - payload.iat <= 180 * 24 * 3600;
    },
  });
  const details = {
    client_id: clientId, team_id: 'TEAM', key_id: 'KEY', private_key: await exportPKCS8(privateKey),
    // The real one takes `openid` as said.
    authorize_scopes: 'openid email name', oidc_issuer: provider.issuer,
  };
  return { provider, details };
}
