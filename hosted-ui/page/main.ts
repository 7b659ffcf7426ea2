// Loads the pages. When that fails, the first script says why.
import start from '#wasm';

/** Where the wasm is. Put in by the build. */
declare const WASM: string;

try {
  await start({ module_or_path: fetch(WASM, { credentials: 'same-origin' }) });
} catch (error) {
  const blocked = typeof WebAssembly !== 'object' || error instanceof WebAssembly.CompileError;
  dispatchEvent(new CustomEvent('cognate-stop', { detail: blocked ? 'no-wasm' : 'not-loaded' }));
  throw error;
}
