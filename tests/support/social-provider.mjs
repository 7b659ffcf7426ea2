// A server that speaks what Facebook and Amazon speak: no ID token, the person is asked for with the access token. It has one page, with a button.

import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const SECRET = 'a secret of the app that nobody guesses';

/** Starts it; `details(kind)` are what a pool's provider of that kind needs. */
export async function startSocialProvider() {
  const codes = new Map();
  const tokens = new Set();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const answer = (status, body, headers = { 'content-type': 'application/json' }) => response.writeHead(status, headers).end(headers['content-type'] === 'application/json' ? JSON.stringify(body) : body);
    if (url.pathname === '/dialog') {
      const code = randomBytes(9).toString('base64url');
      const [to, state] = ['redirect_uri', 'state'].map((name) => url.searchParams.get(name));
      codes.set(code, to);
      const links = [[{ code, state }, 'Go on'], [{ error: 'access_denied', state }, 'Cancel']];
      const list = links.map(([query, text]) => `<p><a href="${to}?${new URLSearchParams(query)}">${text}</a></p>`.replaceAll('&', '&amp;'));
      return answer(200, `<!doctype html><title>Social</title><h1>Social</h1>${list.join('')}`, { 'content-type': 'text/html' });
    }
    if (url.pathname === '/token') {
      let body = '';
      for await (const part of request) body += part;
      const form = new URLSearchParams(body);
      const basic = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString().split(':').map(decodeURIComponent);
      const isOurs = (form.get('client_secret') ?? basic[1]) === SECRET && codes.get(form.get('code')) === form.get('redirect_uri');
      codes.delete(form.get('code'));
      if (!isOurs) return answer(400, { error: 'invalid_grant' });
      const token = randomBytes(9).toString('base64url');
      tokens.add(token);
      return answer(200, { access_token: token, token_type: 'bearer', expires_in: 3600 });
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const proof = createHmac('sha256', SECRET).update(token).digest('hex');
    const isKnown = tokens.has(token);
    if (url.pathname === '/me' && isKnown && url.searchParams.get('appsecret_proof') === proof) return answer(200, { id: '1007', name: 'Fay Book', email: 'fay@social.example' });
    if (url.pathname === '/user/profile' && isKnown) return answer(200, { user_id: 'amzn1.account.K2', name: 'Ama Zon', email: 'ama@social.example' });
    return answer(401, { error: 'invalid_token' });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const origin = `http://localhost:${server.address().port}`;
  const paths = { Facebook: '/me', LoginWithAmazon: '/user/profile' };
  return {
    origin,
    details: (kind) => ({
      client_id: 'us', client_secret: SECRET, authorize_scopes: kind === 'Facebook' ? 'public_profile,email' : 'profile',
      authorize_url: `${origin}/dialog`, token_url: `${origin}/token`, attributes_url: `${origin}${paths[kind]}`,
    }),
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
