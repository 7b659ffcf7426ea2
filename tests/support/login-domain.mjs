// The login domain as bytes on the wire: a browser that goes from an app to /oauth2/authorize, signs in on the login page and comes back, made
// of raw requests, so that a test may leave out or falsify every header, cookie and parameter.

import { createHash, randomBytes } from 'node:crypto';
import { Api, send } from './user-pools-api.mjs';

/** Where the demo client's people return to; `startBackend` makes it so by default. */
export const APP = 'http://localhost:4200/';
const SCOPES = 'openid email profile aws.cognito.signin.user.admin';

/** A verifier of 256 bits and its S256 challenge (RFC 7636). */
export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A form body: `undefined` members are left out. */
export const form = (members) => new URLSearchParams(Object.entries(members).filter(([, value]) => value !== undefined)).toString();

/** One browser: its cookies, and the login page's calls. `call` and what `Api` builds on it go to `/_cognate/login/*`. */
export class LoginDomain extends Api {
  cookies = new Map();
  /** The transaction that calls belong to: that of the last `authorize`. */
  transaction;

  /** A GET or POST with this browser's cookies; cookies that come are kept. Redirects are not followed. */
  async visit(path, { method = 'GET', headers = {}, body } = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(this.url, { method, path, body, headers: given({ ...(cookie && { cookie }), ...headers }) });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const { name, value, expired } = parseCookie(line);
      if (expired) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Starts a flow as an app does. `change` replaces or (undefined) removes parameters. `location` is parsed where there is one. */
  async authorize(change = {}, headers = {}) {
    const { verifier, challenge } = pkce();
    const parameters = {
      response_type: 'code', client_id: this.clientId, redirect_uri: APP, scope: SCOPES, state: randomBytes(9).toString('base64url'),
      nonce: randomBytes(9).toString('base64url'), code_challenge: challenge, code_challenge_method: 'S256', ...change,
    };
    const answer = await this.visit(`/oauth2/authorize?${form(parameters)}`, { headers });
    const location = answer.headers.location && new URL(answer.headers.location, this.url);
    this.transaction = location?.searchParams.get('txn') ?? this.transaction;
    return { answer, location, verifier, parameters };
  }

  /** The raw answer of a login operation, sent as the login page does. `headers` replaces or (undefined) removes headers. */
  call(operation, body, headers = {}) {
    const { origin } = new URL(this.url);
    return this.visit(`/_cognate/login/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cognate-transaction': this.transaction, origin, 'sec-fetch-site': 'same-origin', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Signs `person` in by SRP in a flow that `authorize` has started; answers the location with the code. */
  async complete({ email, password }) {
    const answer = await this.srpSignIn(email, password);
    if (!answer.body?.Location) throw new Error(`the sign-in answered ${answer.status}: ${answer.text}`);
    return new URL(answer.body.Location);
  }

  /** A whole flow with the password, also where the browser is known: the code that came back, with what is needed to redeem it. */
  async code(person, change) {
    const { verifier, parameters } = await this.authorize({ prompt: 'login', ...change });
    const location = await this.complete(person);
    return { code: location.searchParams.get('code'), location, verifier, parameters };
  }

  /** The raw answer of the token endpoint to these form members. An app's server or page sends it: without cookies. */
  token(members, headers = {}) {
    return send(this.url, { path: '/oauth2/token', headers: given({ 'content-type': 'application/x-www-form-urlencoded', ...headers }), body: form(members) });
  }

  /** Redeems what `code` has given; `change` replaces members. */
  redeem({ code, verifier, parameters }, change = {}) {
    return this.token({
      grant_type: 'authorization_code', client_id: parameters.client_id, code, redirect_uri: parameters.redirect_uri, code_verifier: verifier, ...change,
    });
  }
}

/** The parts of a Set-Cookie line: `name`, `value`, `attributes` (lower-case names) and whether it deletes the cookie. */
export function parseCookie(line) {
  const [pair, ...rest] = line.split(/;\s*/);
  const at = pair.indexOf('=');
  const attributes = Object.fromEntries(rest.map((part) => {
    const [name, value = true] = part.split('=');
    return [name.toLowerCase(), value];
  }));
  const expired = Number(attributes['max-age']) <= 0 || (attributes.expires !== undefined && new Date(attributes.expires) <= new Date());
  return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes, expired };
}

function given(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
