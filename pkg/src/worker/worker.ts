/**
 * The worker script: one file with everything but the wasm, which the page names. Served from the app's own origin.
 * With isolation `page` the page imports it instead and calls `serve` with a port.
 */
import { serve, type Port } from './serve.ts';

export { serve };

declare const WorkerGlobalScope: (new () => object) | undefined;

if (typeof WorkerGlobalScope !== 'undefined' && globalThis instanceof WorkerGlobalScope) {
  const port = globalThis as unknown as Port;
  // A trap in the wasm leaves promises that nobody settles: the page must hear of it.
  globalThis.addEventListener('unhandledrejection', ({ reason }) => port.postMessage({ fatal: String(reason) }, []));
  serve(port);
}
