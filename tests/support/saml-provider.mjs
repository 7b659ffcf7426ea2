// A SAML identity provider that nobody here wrote (samlp), on loopback. It reads requests and verifies their signatures if it knows the
// pool's certificate, and it signs, encrypts and lays out what it answers. Whoever has signed in there is known by a cookie, until a logout.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import samlp from 'samlp';
import SessionParticipants from 'samlp/lib/sessionParticipants/index.js';
import { pythonWithBoto3 } from './ministack.mjs';

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

/**
 * Starts it for a pool whose answers go to `answersTo`. `metadata` is its document, `metadataUrl` where it is; `settings` go to samlp
 * and may be changed at any time.
 */
export async function startSamlProvider({ answersTo }) {
  const signer = newSigner();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, provider.issuer);
    if (url.pathname === '/metadata') return response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(provider.metadata);
    const known = /(?:^|; )who=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    const query = Object.fromEntries(url.searchParams);
    try {
      if (url.pathname === '/slo') return await provider.logOut(query, response);
      const asks = url.pathname === '/sso' && !(known && (await requested(query)).forceAuthn !== 'true');
      if (asks) return response.writeHead(200, { 'content-type': 'text/html' }).end(page(url.searchParams));
      if (!['/sso', '/answer'].includes(url.pathname)) return response.writeHead(404).end();
      const name = url.pathname === '/sso' ? known : query.name;
      const answer = await provider.answer(url, name ? { name } : { refuses: true });
      return response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `who=${name}; Path=/` }).end(answer.page);
    } catch (error) {
      return response.writeHead(400, { 'content-type': 'text/plain' }).end(error.message);
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const issuer = `http://localhost:${server.address().port}`;
  const provider = {
    issuer,
    metadataUrl: `${issuer}/metadata`,
    metadata: metadata(issuer, signer.cert),
    settings: {},
    /** The pool as the provider knows it, for logouts: `logoutUrl`, and the certificate that its messages are signed by. */
    pool: undefined,
    /** Sessions of people at the pool. */
    participants: new SessionParticipants(),
    /** What it answers to the request in an address at it: `page` is the form that the browser posts, `fields` what is in it. */
    async answer(address, { name = 'ada', refuses = false, ...change } = {}) {
      const query = Object.fromEntries(new URL(address).searchParams);
      const sessionIndex = `_${randomBytes(16).toString('hex')}`;
      const getPostURL = (...given) => given.at(-1)(null, answersTo);
      const options = {
        issuer, ...signer, destination: answersTo, recipient: answersTo, lifetimeInSeconds: 300, sessionIndex, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256',
        getPostURL, getUserFromRequest: () => person(name), ...provider.settings, ...change,
      };
      const act = refuses
        ? samlp.sendError({ ...options, RelayState: query.RelayState, signResponse: true, inResponseTo: (await requested(query)).id, error: { code: 'urn:oasis:names:tc:SAML:2.0:status:Responder', description: 'no' } })
        : samlp.auth(options);
      const page = await new Promise((resolve, reject) => {
        act({ method: 'GET', query, headers: {} }, { set: () => {}, send: (...body) => (body.length > 1 || typeof body[0] === 'number' ? reject(new Error(body.join(' '))) : resolve(body[0])) }, reject);
      });
      if (provider.pool && !refuses) {
        const { issuer: serviceProviderId } = await requested(query);
        const { logoutUrl: serviceProviderLogoutURL, certificate: cert } = provider.pool;
        // Who signs in anew leaves the session of before.
        provider.participants = new SessionParticipants([{ serviceProviderId, nameId: name, sessionIndex, serviceProviderLogoutURL, cert, binding: REDIRECT }]);
      }
      const field = (wanted) => page.match(new RegExp(`name="${wanted}"\\s+value="([^"]*)"`))[1];
      return { page, fields: { SAMLResponse: field('SAMLResponse'), RelayState: field('RelayState').replaceAll('&#38;', '&') } };
    },
    /** Begins a logout for whoever opens the address without a message, takes part in one of the pool's, and ends here what is over. */
    logOut(query, response) {
      const { participants, settings } = provider;
      const act = samlp.logout({
        issuer, ...signer, deflate: true, protocolBinding: REDIRECT, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', sessionParticipants: participants, store: memory, ...settings,
      });
      const over = { 'set-cookie': 'who=; Path=/; Max-Age=0' };
      return new Promise((resolve, reject) => {
        const answer = { send: () => resolve(response.writeHead(200, { 'content-type': 'text/html', ...over }).end('<!doctype html><h1>Signed out everywhere</h1>')) };
        answer.redirect = (location) => resolve(response.writeHead(302, { location, ...over }).end());
        act({ method: 'GET', query, body: {}, headers: {} }, answer, reject);
      });
    },
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
  return provider;
}

const kept = new Map();
/** What a logout has to remember between two messages, as samlp keeps it. */
const memory = {
  save(_, state, done) {
    const handle = randomBytes(9).toString('base64url');
    kept.set(handle, state);
    done(null, handle);
  },
  load(_, handle, options, done = options) {
    const state = kept.get(handle);
    if (options.destroy) kept.delete(handle);
    done(null, state);
  },
  update(_, handle, state, done) {
    kept.set(handle, state);
    done(null, handle);
  },
};

/** A key and its certificate, which nobody keeps. */
export function newSigner() {
  const folder = mkdtempSync(join(tmpdir(), 'saml-provider-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync(pythonWithBoto3(), [fileURLToPath(new URL('signer.py', import.meta.url)), folder]);
  const signer = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return signer;
}

function person(name) {
  return { id: name, displayName: `${name} Provider`, name: { givenName: name, familyName: 'Provider' }, emails: [{ value: `${name}@corp.example` }] };
}

function requested(query) {
  return new Promise((resolve, reject) => {
    samlp.parseRequest({ method: 'GET', query }, {}, (error, data) => (error ? reject(error) : resolve(data ?? {})));
  });
}

function page(query) {
  const hidden = [...query].map(([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`).join('');
  return `<!doctype html><title>Corp</title><h1>Corp</h1><form action="/answer">${hidden}<label>Name <input name="name"></label><button>Sign in</button></form>`;
}

function metadata(issuer, cert) {
  const bare = cert.split('\n').filter((line) => !line.startsWith('--')).join('');
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${issuer}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${bare}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleLogoutService Binding="${REDIRECT}" Location="${issuer}/slo"/><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${issuer}/sso"/></IDPSSODescriptor></EntityDescriptor>`;
}
