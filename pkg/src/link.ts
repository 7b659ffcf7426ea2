/**
 * The page's end of the worker: starts it, numbers the calls, and turns its silence into errors.
 *
 * A worker that a policy blocks reports an error event without a text, or nothing at all. Both become `worker_blocked`;
 * there is no silent way back to a weaker isolation.
 */
import { DEFAULT_TIMEOUT_MS, type CallOptions } from './calls.ts';
import { aborted, AuthError, type AuthErrorDetails } from './errors.ts';
import type { AuthConfig } from './config.ts';
import type { FromWorker, Operation, StartMessage, ToWorker } from './messages.ts';

interface Channel {
  postMessage(message: ToWorker, transfer: Transferable[]): void;
  close(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: AuthError): void;
}

export class Link {
  readonly #pending = new Map<number, Pending>();
  readonly #onEvent: (event: FromWorker & { event: unknown }) => void;
  readonly #sub: () => string | undefined;
  #channel: Channel | undefined;
  #lost: AuthError | undefined;
  #loaded: () => void = () => {};
  #isLoaded = false;
  #next = 1;

  /** `sub`: whom the page shows now. What it asks for is done for that person, or not at all. */
  constructor(onEvent: (event: FromWorker & { event: unknown }) => void, sub: () => string | undefined) {
    this.#onEvent = onEvent;
    this.#sub = sub;
  }

  /** Starts the worker and the client in it. Resolves to what the client answers to its start. */
  async start({ isolation = 'worker', assets = {}, oauth }: AuthConfig, start: Omit<StartMessage, 'wasm' | 'accountWasm' | 'identityWasm' | 'signedInScript'>): Promise<unknown> {
    // Written out for bundlers: they find these files by this exact form.
    const worker = assets.worker ? new URL(assets.worker, location.href) : new URL('./worker.js', import.meta.url);
    const wasm = assets.wasm
      ? new URL(assets.wasm, location.href)
      : oauth
        ? new URL('./cognate-oauth.wasm', import.meta.url)
        : new URL('./cognate.wasm', import.meta.url);
    const signedIn = assets.signedIn ? new URL(assets.signedIn, location.href) : new URL('./signed-in.js', import.meta.url);
    const account = assets.accountWasm ? new URL(assets.accountWasm, location.href) : new URL('./cognate-account.wasm', import.meta.url);
    const identity = assets.identityWasm ? new URL(assets.identityWasm, location.href) : new URL('./cognate-identity.wasm', import.meta.url);
    const started = new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }));
    const timer = setTimeout(() => this.#lose(blocked(worker, 'did not answer')), START_TIMEOUT_MS);
    this.#loaded = () => {
      clearTimeout(timer);
      this.#isLoaded = true;
    };
    started.catch(this.#loaded);
    try {
      this.#channel = isolation === 'page' ? await this.#openPage(worker) : this.#openWorker(worker);
      this.#channel.postMessage({ ...start, wasm: wasm.href, accountWasm: account.href, identityWasm: identity.href, signedInScript: signedIn.href }, []);
    } catch (cause) {
      this.#lose(cause instanceof AuthError ? cause : blocked(worker, 'could not be started', cause));
    }
    return started;
  }

  /** Runs an operation in the worker. */
  call(op: Operation, args: unknown, options: CallOptions = {}, transfer: Transferable[] = []): Promise<unknown> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, clientMetadata } = options;
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      if (signal?.aborted) return reject(aborted('notSent'));
      if (typeof args !== 'object' || !args) return reject(new AuthError({ code: 'invalid_parameter', message: `${op} takes an object` }));
      const id = this.#next++;
      let watchdog: ReturnType<typeof setTimeout>;
      const settle = (): void => {
        clearTimeout(watchdog);
        signal?.removeEventListener('abort', abort);
        this.#pending.delete(id);
      };
      // The worker knows best what has happened to a call; the page decides only when the worker stays silent.
      const watch = (ms: number, error: () => AuthError): void => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => this.#settle(id, (call) => call.reject(error())), ms);
      };
      const abort = (): void => {
        this.#channel?.postMessage({ abort: id }, []);
        watch(GRACE_MS, () => aborted('unknown'));
      };
      this.#pending.set(id, {
        resolve: (value) => (settle(), resolve(value)),
        reject: (error) => (settle(), reject(error)),
      });
      watch(timeoutMs + GRACE_MS, () => new AuthError({ code: 'timeout', message: 'The worker did not answer in time', outcome: 'unknown', retryable: true, userAction: 'retry' }));
      signal?.addEventListener('abort', abort);
      try {
        this.#channel?.postMessage({ id, op, args, timeoutMs, sub: this.#sub(), ...(clientMetadata && { clientMetadata }) }, transfer);
      } catch (cause) {
        this.#settle(id, (call) => call.reject(new AuthError({ code: 'invalid_parameter', message: 'An argument cannot be sent to the worker' }, cause)));
      }
    });
  }

  /** Ends the worker. Pending and later calls reject with `aborted`. */
  close(): void {
    this.#lose(aborted('unknown'));
  }

  #openWorker(url: URL): Channel {
    const worker = new Worker(trusted(url) as URL, { type: 'module' });
    worker.onmessage = (message: MessageEvent<FromWorker>) => this.#receive(message.data);
    worker.onerror = ({ message }) =>
      this.#lose(this.#isLoaded ? broken(message) : blocked(url, message || 'was not allowed to start or could not be found'));
    return { postMessage: (message, transfer) => worker.postMessage(message, transfer), close: () => worker.terminate() };
  }

  async #openPage(url: URL): Promise<Channel> {
    const { port1, port2 } = new MessageChannel();
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href)) as { serve(port: MessagePort): void };
    module.serve(port2);
    port1.onmessage = (message: MessageEvent<FromWorker>) => this.#receive(message.data);
    return { postMessage: (message, transfer) => port1.postMessage(message, transfer), close: () => port1.close() };
  }

  #receive(message: FromWorker): void {
    if ('loaded' in message) this.#loaded();
    else if ('event' in message) this.#onEvent(message);
    else if ('fatal' in message) this.#lose(broken(message.fatal));
    else if ('error' in message) this.#settle(message.id, (call) => call.reject(new AuthError(message.error as AuthErrorDetails)));
    else this.#settle(message.id, (call) => call.resolve(message.value));
  }

  #settle(id: number, how: (call: Pending) => void): void {
    const call = this.#pending.get(id);
    if (!call) return;
    this.#pending.delete(id);
    how(call);
  }

  #lose(error: AuthError): void {
    this.#lost ??= error;
    this.#channel?.close();
    for (const id of [...this.#pending.keys()]) this.#settle(id, (call) => call.reject(error));
  }
}

function broken(message: string): AuthError {
  return new AuthError({ code: 'internal', message: `The worker has stopped: ${message}`, outcome: 'unknown' });
}

function blocked(url: URL, what: string, cause?: unknown): AuthError {
  const hint = url.pathname.includes('/.vite/') ? ". Vite's optimiser moved it: set optimizeDeps.exclude to ['cognate-auth']" : '';
  return new AuthError({ code: 'worker_blocked', message: `The worker ${url.href} ${what}${hint}` }, cause);
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

/** Where the page requires Trusted Types: a policy `cognate` that lets nothing through but the worker. */
function trusted(url: URL): unknown {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return url;
  // A name can be used once per page, and a page may have several clients.
  policy ??= types.createPolicy('cognate', {
    createScriptURL(candidate) {
      if (candidate !== allowed) throw new TypeError('not the worker');
      return candidate;
    },
  });
  allowed = url.href;
  try {
    return policy.createScriptURL(url.href);
  } finally {
    allowed = '';
  }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;
let allowed = '';

const START_TIMEOUT_MS = 10_000;
const GRACE_MS = 2_000;
