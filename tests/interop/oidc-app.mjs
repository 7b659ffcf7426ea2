// A small app on oidc-client-ts, an OpenID Connect client that nobody here wrote, on a loopback origin of its own: what it knows is the
// discovery document and its client id.

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SOURCE = `
  import { IndexedDbDPoPStore, UserManager } from 'oidc-client-ts';
  const { bound, ...settings } = await (await fetch('/settings.json')).json();
  const manager = new UserManager({
    ...settings, redirect_uri: location.origin + '/', post_logout_redirect_uri: location.origin + '/', response_type: 'code',
    // It sends a bound token to userInfo as if it were a bearer's.
    loadUserInfo: !bound, dpop: bound && { store: new IndexedDbDPoPStore(), bind_authorization_code: true },
    automaticSilentRenew: false, monitorSession: false, revokeTokensOnSignout: false,
  });
  const show = (text) => { document.querySelector('output').textContent = text; };
  const parameters = new URLSearchParams(location.search);
  globalThis.app = {
    manager,
    signIn: (more) => manager.signinRedirect({ state: { page: 'where I was' }, nonce: crypto.randomUUID(), ...more }),
    renew: () => manager.signinSilent(),
    // Amazon Cognito's name for where to go afterwards is not OpenID Connect's.
    signOut: () => manager.signoutRedirect({ extraQueryParams: { client_id: settings.client_id, logout_uri: location.origin + '/' } }),
  };
  try {
    if (parameters.has('state') && (parameters.has('code') || parameters.has('error'))) {
      const user = await manager.signinCallback();
      history.replaceState(null, '', '/');
      globalThis.app.returned = user.state;
    }
    const user = await manager.getUser();
    show(user ? 'signed in as ' + user.profile.email : 'signed out');
  } catch (error) {
    show('failed: ' + (error.error ?? error.message));
  }
`;

/** Starts the app's server. `settings(value)` gives the page its `authority`, `client_id`, `scope` and whether its tokens are `bound` to a key. */
export async function startOidcApp() {
  const { outputFiles: [script] } = await build({
    stdin: { contents: SOURCE, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'js' },
    bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, logLevel: 'error',
  });
  let settings;
  const answers = {
    '/': () => ['text/html', '<!doctype html><html lang="en"><title>An app</title><script type="module" src="/app.js"></script><output>…</output></html>'],
    '/app.js': () => ['text/javascript', script.contents],
    '/settings.json': () => ['application/json', JSON.stringify(settings)],
  };
  const server = createServer((request, response) => {
    const answer = answers[new URL(request.url, 'http://localhost').pathname];
    if (!answer) return response.writeHead(404).end();
    const [type, body] = answer();
    return response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://localhost:${server.address().port}/`,
    settings: (value) => { settings = value; },
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
