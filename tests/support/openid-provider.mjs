// An OpenID provider that nobody here wrote (oidc-provider, certified), on loopback, with its own pages: any name and password are somebody.

import { createServer } from 'node:http';
import { Provider, errors } from 'oidc-provider';

/** What the provider tells of somebody; `sub` is the name that they typed. */
const claimsOf = (sub) => ({ sub, email: `${sub}@provider.example`, email_verified: true, given_name: sub, family_name: 'Provider' });

/**
 * Starts it with one client. `client` adds to the client's registration, `settings` to the provider's. `issuer`, `clientId`, `clientSecret` are what a pool's
 * provider details need.
 */
export async function startOpenidProvider({ redirectUri, client = {}, settings = {} }) {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const issuer = `http://localhost:${server.address().port}`;
  const clientId = 'cognate-pool';
  const clientSecret = 'a secret of the pool that nobody guesses';
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri], ...client }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['only for this test'] },
    ...settings,
  });
  server.on('request', provider.callback());
  return {
    issuer,
    clientId,
    clientSecret,
    errors,
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
