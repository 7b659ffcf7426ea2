// The whole system for a browser test: the real backend, the recorder in front of its API, the built demo as `npm start`
// serves it, and the demo's own API. Nothing is a stand-in.

import { serveDemo } from '../../www/demo/server/app.mjs';
import { serveApi } from '../../www/demo/server/api.mjs';
import { startBackend } from './backend.mjs';
import { freePort } from './free-port.mjs';
import { startRecorder } from './recorder.mjs';

/**
 * Starts it; `headers` may replace response headers of the demo's server, as `serveDemo` has it. `choosePool` makes another pool than the
 * demo's, without the login domain: given the backend it answers `poolId` and `clientId`.
 */
export async function startSystem({ headers, choosePool } = {}) {
  const port = await freePort();
  const app = `http://localhost:${port}`;
  const backend = await startBackend({ args: ['--demo-app', app] });
  const pool = choosePool ? await choosePool(backend) : backend;
  const recorder = await startRecorder(backend.url);
  const api = await serveApi({ port: 0, issuer: `${backend.url}/${pool.poolId}`, clientId: pool.clientId, app });
  const demo = await serveDemo({
    port,
    config: {
      userPoolId: pool.poolId,
      clientId: pool.clientId,
      endpoint: recorder.url,
      issuer: `${backend.url}/${pool.poolId}`,
      // Not the recorder: the login domain answers to its own address only.
      ...(!choosePool && { oauth: { domain: backend.url, redirectUri: `${app}/`, signOutUri: `${app}/` } }),
      api: api.url,
      inbox: `${backend.url}/_cognate/inbox`,
    },
    ...(headers && { headers }),
  });
  return {
    backend,
    pool,
    recorder,
    url: demo.url,
    stop: async () => {
      await demo.close();
      await api.close();
      await recorder.close();
      await backend.stop();
    },
  };
}
