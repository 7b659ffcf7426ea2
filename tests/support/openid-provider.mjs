// An OpenID provider that nobody here wrote (oidc-provider, certified), on loopback, with its own pages: any name and password are somebody.

import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { LoginDomain } from './login-domain.mjs';

/** What the provider tells of somebody; `sub` is the name that they typed. It has not verified the address of who begins with `unproved`. */
const claimsOf = (sub) => ({ sub, email: `${sub}@provider.example`, email_verified: !sub.startsWith('unproved'), given_name: sub, family_name: 'Provider' });

/**
 * Starts it with one client. `client` adds to the client's registration, `settings` to the provider's; `secretIsRight` decides
 * about a client's secret that is made anew for each request. `issuer`, `clientId`, `clientSecret` are what a pool's
 * provider details need.
 */
export async function startOpenidProvider({ redirectUri, client = {}, settings = {}, secretIsRight }) {
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
  if (secretIsRight) provider.Client.prototype.compareClientSecret = (secret) => secretIsRight(secret, issuer);
  server.on('request', provider.callback());
  return {
    issuer,
    clientId,
    clientSecret,
    /** For how many seconds its ID tokens are good from now on; they may have ended before they are given out. */
    idTokensLast: (seconds) => { provider.IdToken.expiresIn = () => seconds; },
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

/** On its pages in a browser that Playwright drives: any name and password are somebody, who then lets the pool have it, or not. */
export async function atOpenidProvider(page, name, { consents = true } = {}) {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('anything');
  await page.locator('button[type=submit]').click();
  if (consents) await page.locator('button[type=submit]', { hasText: /continue/i }).click();
  else await page.locator('a[href$="/abort"]').click();
}

/** A browser at the provider, with its cookies there. */
export class AtProvider extends LoginDomain {
  constructor({ issuer }) {
    super({ url: issuer, poolId: 'not_used' });
  }

  /** Follows redirects of the provider until a page, or until it sends the browser elsewhere; answers that address or the page. */
  async follow(address) {
    for (let url = new URL(address); ;) {
      if (url.origin !== this.url) return { elsewhere: url };
      const answer = await this.visit(`${url.pathname}${url.search}`);
      if (!answer.headers.location) return { page: answer };
      url = new URL(answer.headers.location, this.url);
    }
  }

  /** Types a name, and lets the pool have what it asks for, or not. */
  async signIn(address, name, { consents = true } = {}) {
    let { page } = await this.follow(address);
    for (let steps = 0; steps < 4; steps += 1) {
      const action = page.text.match(/action="([^"]+)"/)[1];
      const prompt = page.text.match(/name="prompt" value="(\w+)"/)[1];
      if (prompt === 'consent' && !consents) {
        const abort = page.text.match(/href="([^"]+\/abort)"/)[1];
        return (await this.follow(new URL(abort, this.url))).elsewhere;
      }
      const answer = await this.visit(new URL(action).pathname, {
        method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ prompt, login: name, password: 'anything' }).toString(),
      });
      const next = await this.follow(new URL(answer.headers.location, this.url));
      if (next.elsewhere) return next.elsewhere;
      ({ page } = next);
    }
    throw new Error('the provider asks again and again');
  }
}
