// The whole system for a browser test: the real backend, the recorder in front of it, the built demo as `npm start`
// serves it. Nothing is a stand-in.

import { serveDemo } from '../../scripts/serve-demo.mjs';
import { startBackend } from './backend.mjs';
import { startRecorder } from './recorder.mjs';

/** Starts it; `headers` may replace response headers of the demo's server, as `serveDemo` has it. */
export async function startSystem({ headers } = {}) {
  const backend = await startBackend();
  const recorder = await startRecorder(backend.url);
  const demo = await serveDemo({
    port: 0,
    config: {
      userPoolId: backend.poolId,
      clientId: backend.clientId,
      endpoint: recorder.url,
      issuer: backend.issuer,
      inbox: `${backend.url}/_cognate/inbox`,
    },
    ...(headers && { headers }),
  });
  return {
    backend,
    recorder,
    url: demo.url,
    stop: async () => {
      await demo.close();
      await recorder.close();
      await backend.stop();
    },
  };
}
