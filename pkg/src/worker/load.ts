/** Loads a wasm, and says in words what a browser reports as a `TypeError` or a `CompileError`. */
import { bind, type Account, type Client, type Identity, type WasmClasses } from '#wasm';
import type { AuthErrorDetails } from '../errors.ts';

export type WasmClient = Client;
export type WasmAccount = Account;
export type WasmIdentity = Identity;

const loading = new Map<string, Promise<WasmClasses>>();

/** What the wasm at this address exports, when it runs. Loaded once per realm. */
export function load(url: string): Promise<WasmClasses> {
  // A failed load may succeed the next time: it is not remembered.
  const loaded = loading.get(url) ?? compile(url).catch((error: unknown) => {
    loading.delete(url);
    throw error;
  });
  loading.set(url, loaded);
  return loaded;
}

let failures = 0;

/** The script of what is not signing in. */
export async function loadScript(url: string): Promise<typeof import('./signed-in.ts')> {
  try {
    // Browsers may remember that an address could not be loaded: the same one with a fragment is another one to them.
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ failures ? `${url}#${failures}` : url)) as typeof import('./signed-in.ts');
  } catch (error) {
    failures += 1;
    throw { code: 'worker_blocked', message: `${url} cannot be loaded: ${error instanceof Error ? error.message : ''}` } satisfies AuthErrorDetails;
  }
}

async function compile(url: string): Promise<WasmClasses> {
  if (typeof WebAssembly === 'undefined') throw blocked('This browser has no WebAssembly, or it is switched off');
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw blocked(`${url} cannot be fetched. Is the device online, and does the worker's connect-src allow it?`);
  }
  if (!response.ok) throw blocked(`${url} answers ${response.status}`);
  try {
    return bind(await compiled(response));
  } catch (error) {
    const policy = error instanceof WebAssembly.CompileError && /unsafe-eval/.test(error.message);
    throw blocked(
      policy
        ? "The worker's Content-Security-Policy must allow script-src 'wasm-unsafe-eval'"
        : `${url} is not the WebAssembly of this version: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

/** Compiles while downloading where the server says `application/wasm`; after it otherwise. */
async function compiled(response: Response): Promise<WebAssembly.Module> {
  const streams = response.headers.get('content-type')?.startsWith('application/wasm');
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

function blocked(message: string): AuthErrorDetails {
  return { code: 'wasm_blocked', message };
}
