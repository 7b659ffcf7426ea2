/**
 * The worker's end: starts the client, runs the operations a page may ask for, and tells the page what changed.
 *
 * Security: the page's messages are requests, not trusted code. Only the operations listed here, and those that the account
 * module knows, run, and no answer carries a token: claims, steps and results are what the wasm gives out, and `fetch` adds the token here.
 */
import type { AuthErrorDetails } from '../errors.ts';
import type { CallMessage, FetchRequest, FromWorker, Heard, Operation, RedirectRecord, Started, StartMessage, ToWorker } from '../messages.ts';
import type { StepRecord } from '../steps.ts';
import { AccountOperations, tokenOf } from './account.ts';
import { allowList, apiFetch, type Allowed } from './fetch.ts';
import { load, type WasmClient } from './load.ts';
import { StateWatch } from './state.ts';
import { userFrom, type WasmUser } from './user.ts';

export interface Port {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((message: MessageEvent<ToWorker>) => void) | null;
}

interface Running {
  client: WasmClient;
  account: AccountOperations;
  allowed: Allowed[];
  watch: StateWatch;
  started: Started;
  exposes: boolean;
}

/** Answers what comes over this port, for one client. */
export function serve(port: Port): void {
  const calls = new Map<number, AbortController>();
  let running: Promise<Running> | undefined;
  const post = (message: FromWorker, transfer: Transferable[] = []): void => port.postMessage(message, transfer);

  const answer = async (id: number, work: () => Promise<unknown>): Promise<void> => {
    try {
      const value = await work();
      const body = (value as { body?: unknown } | undefined)?.body;
      post({ id, value }, body instanceof ArrayBuffer ? [body] : []);
    } catch (error) {
      post({ id, error: details(error) });
    } finally {
      calls.delete(id);
    }
  };

  port.onmessage = ({ data }) => {
    if ('start' in data) {
      running ??= start(data, post);
      void answer(0, async () => (await running)?.started);
    } else if ('abort' in data) {
      calls.get(data.abort)?.abort();
    } else {
      const controller = new AbortController();
      calls.set(data.id, controller);
      void answer(data.id, async () => {
        if (!running) throw { code: 'internal', message: 'the client has not been started' };
        return run(await running, data, controller.signal);
      });
    }
  };
  post({ loaded: true });
}

async function start({ start, wasm, accountWasm, tab, answer }: StartMessage, post: (message: FromWorker) => void): Promise<Running> {
  const { endpoint = [], userPoolId, clientId, issuer, oauth, api = [], persistence, namespace = '', exposeAccessToken: exposes = false } = start;
  const endpoints = Array.isArray(endpoint) ? endpoint : [endpoint];
  const allowed = allowList(api, [...endpoints, ...(issuer ? [issuer] : []), ...(oauth ? [oauth.domain, `https://${oauth.domain}`] : [])]);
  const { Client } = await load(wasm);
  const service = { userPoolId, clientId, endpoints, ...(issuer && { issuer }) };
  // Open before the store is read: what happens in between is heard, and read again.
  const scope = persistence === 'device' ? `device|${userPoolId}|${clientId}|${namespace}` : `${userPoolId}|${clientId}|${tab?.id}`;
  const channel = persistence === 'memory' ? undefined : new BroadcastChannel(`cognate-auth|${scope}`);
  const early: Heard[] = [];
  if (channel) channel.onmessage = ({ data }) => early.push(data as Heard);
  const client = await Client.start({ ...service, oauth, tabId: tab?.id, tabSecret: tab?.secret, persistence, namespace });
  const account = new AccountOperations(client, async () => (await load(accountWasm)).Account.start(service));
  const redirect = answer && (await completed(client, answer));
  const watch = new StateWatch(client, persistence, {
    page: (event) => post({ event }),
    others: (change) => channel?.postMessage(change),
  });
  const hear = async (heard?: Heard): Promise<void> => {
    await client.call('reread', {}, new AbortController().signal);
    watch.look('reread', undefined, heard);
  };
  if (channel) channel.onmessage = ({ data }) => void hear(data as Heard);
  early.forEach((heard) => void hear(heard));
  if (redirect && 'user' in redirect) channel?.postMessage('signedIn' satisfies Heard);
  const { state } = watch;
  return { client, account, allowed, watch, exposes, started: { state, persistence: watch.persistence, ...(redirect && { redirect }) } };
}

/** Ends a sign-in by redirect. Only a start can: a page cannot bring an answer later. */
async function completed(client: WasmClient, query: string): Promise<RedirectRecord> {
  const { appState, user, error } = JSON.parse(await client.call('completeRedirect', { query }, new AbortController().signal)) as WasmRedirect;
  return { ...(appState && { appState: JSON.parse(appState) as unknown }), ...(user ? { user: userFrom(user) } : { error: error! }) };
}

/** How the wasm gives out the end of a sign-in by redirect: the app's note is text there. */
interface WasmRedirect {
  appState?: string;
  user?: WasmUser;
  error?: AuthErrorDetails;
}

async function run({ client, account, allowed, watch, exposes }: Running, call: CallMessage, signal: AbortSignal): Promise<unknown> {
  const { op, timeoutMs, clientMetadata, sub } = call;
  const options = { timeoutMs, clientMetadata };
  const work = async (): Promise<unknown> => {
    if (op === 'fetch') {
      const token = (): Promise<string> => {
        const asked = client.accessToken(options, signal);
        return sub ? tokenOf(sub, asked) : asked;
      };
      return apiFetch(call.args as FetchRequest, allowed, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]), token);
    }
    if (op === 'getTokens' && !exposes) {
      throw { code: 'invalid_configuration', message: 'getTokens needs exposeAccessToken: true in the configuration' } satisfies AuthErrorDetails;
    }
    if (!OPERATIONS.has(op)) return present(op, JSON.parse(await account.call(op, call.args as object, { ...options, sub }, signal)));
    const running = client.call(op, { ...flat(call.args), ...options }, signal);
    // Who leaves is forgotten long before the service has been told: so everybody hears of it now.
    if (op === 'signOut') void client.call('reread', {}, signal).then(() => watch.look(op));
    return present(op, JSON.parse(await running));
  };
  try {
    const value = await work();
    watch.look(op);
    return op === 'reread' ? watch.state : value;
  } catch (error) {
    watch.look(op, details(error));
    throw error;
  }
}

/**
 * Arguments as the wasm takes them: the answer to a step beside its seal, which the answer cannot replace, and an app's note
 * as text.
 */
function flat(args: unknown): object {
  const { answer, appState, ...rest } = args as { answer?: object; appState?: unknown };
  return { ...answer, ...rest, appState: JSON.stringify(appState) };
}

function present(op: Operation, value: unknown): unknown {
  if (op === 'refresh') return userFrom(value as WasmUser);
  const { next } = (value ?? {}) as { next?: StepRecord };
  if (next) return { ...(value as object), next: present('signIn', next) };
  const step = value as StepRecord | null;
  if (step && 'kind' in step && step.kind === 'done') return { ...step, user: userFrom(step.user as unknown as WasmUser) };
  return value ?? undefined;
}

/** The wasm throws details as text and this code as objects; anything else is a mistake in this package. */
function details(error: unknown): AuthErrorDetails {
  if (typeof error === 'string') return JSON.parse(error) as AuthErrorDetails;
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error as AuthErrorDetails;
  }
  return { code: 'internal', message: String(error), outcome: 'unknown' };
}

/** Signing in, and what the session is for. Anything else is the account module's to run, or to refuse. */
const OPERATIONS: ReadonlySet<Operation> = new Set<Operation>([
  'signIn',
  'beginRedirect',
  'reread',
  'respond',
  'resume',
  'refresh',
  'takeOver',
  'fetch',
  'getTokens',
  'signOut',
]);
