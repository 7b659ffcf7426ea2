// The demo's small API: a server of its own, on another origin than the app, that knows people by their access tokens.
//
// Security: a token counts when its signature is of one of the pool's published keys, by RS256, and it is an access token of this
// pool for this client that has not expired. It is checked here and nobody is asked: a token that was revoked counts until it
// expires, as with every API that does so. Only the demo's page may read the answers. No cookie is read.

import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { namesThisMachine, startOnLoopback } from './loopback.mjs';

/**
 * Starts the API on this machine.
 *
 * `issuer` is what tokens must say, and where the keys are published; `clientId` the client they must be for; `app` the origin
 * of the page that may ask.
 */
export async function serveApi({ port, issuer, clientId, app }) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const handler = (request, response) => {
    answer(request, { keys, issuer, clientId })
      .catch((error) => failure(error))
      .then(({ status, body, headers }) => {
        response.writeHead(status, { ...commonHeaders(app), ...(body && { 'Content-Type': 'application/json; charset=utf-8' }), ...headers });
        response.end(body && JSON.stringify(body));
      });
  };
  return startOnLoopback(handler, port);
}

async function answer(request, service) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (!namesThisMachine(request.headers.host)) return { status: 421, body: { message: 'This API answers to localhost only.' } };
  if (pathname !== '/me') return { status: 404, body: { message: 'There is /me.' } };
  if (request.method === 'OPTIONS') return { status: 204, headers: { 'Access-Control-Allow-Headers': 'authorization', 'Access-Control-Allow-Methods': 'GET', 'Access-Control-Max-Age': '600' } };
  if (request.method !== 'GET') return { status: 405, body: { message: 'Ask with GET.' }, headers: { Allow: 'GET, OPTIONS' } };
  const claims = await verified(request.headers.authorization, service);
  return {
    status: 200,
    body: {
      sub: claims.sub,
      username: claims.username,
      groups: claims['cognito:groups'] ?? [],
      scopes: claims.scope?.split(' ') ?? [],
      expiresAt: new Date(claims.exp * 1000).toISOString(),
    },
  };
}

/** The claims of an access token. Throws what `failure` turns into an answer. */
async function verified(authorization, { keys, issuer, clientId }) {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
  if (!token) throw new NoToken();
  const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ['RS256'], requiredClaims: ['sub', 'exp', 'iat'] });
  // Both of the pool's tokens have the same issuer and kind of key: these two claims tell what a token is for.
  if (payload.token_use !== 'access') throw new errors.JWTClaimValidationFailed('this is not an access token', payload, 'token_use');
  if (payload.client_id !== clientId) throw new errors.JWTClaimValidationFailed('this token is for another client', payload, 'client_id');
  return payload;
}

class NoToken extends Error {}

/** RFC 6750, section 3: a request without a token is told what is missing, one with a bad token why. */
function failure(error) {
  if (error instanceof NoToken) return { status: 401, body: { message: 'Send an access token.' }, headers: { 'WWW-Authenticate': 'Bearer' } };
  if (error.code === 'ERR_JWKS_TIMEOUT' || !(error instanceof errors.JOSEError)) return { status: 503, body: { message: 'The keys of the pool cannot be had.' } };
  return { status: 401, body: { message: 'The token does not count.', reason: error.code }, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };
}

function commonHeaders(app) {
  return {
    'Access-Control-Allow-Origin': app,
    'Access-Control-Expose-Headers': 'www-authenticate',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-site',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Origin',
  };
}
