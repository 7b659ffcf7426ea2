/**
 * The worker's end: starts the client, runs the operations a page may ask for, and tells the page what changed.
 *
 * Security: the page's messages are requests, not trusted code. Only the operations listed here, and those that the account
 * module knows, run, and answers carry claims, steps and results; `fetch` adds the token here. What a page gets besides is what its app
 * asks for in the configuration: the access token (`exposeAccessToken`), and credentials of an identity pool.
 */
import type { AuthErrorDetails } from '../errors.ts';
import type { CallMessage, FetchRequest, FromWorker, Heard, Operation, RedirectRecord, Started, StartMessage, ToWorker } from '../messages.ts';
import type { StepRecord } from '../steps.ts';
import { load, loadScript, type WasmClient } from './load.ts';
import type { SignedIn } from './signed-in.ts';
import { StateWatch, type WasmState } from './state.ts';
import { userFrom, type WasmUser } from './user.ts';

export interface Port {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((message: MessageEvent<ToWorker>) => void) | null;
}

interface Running {
  client: WasmClient;
  /** What is not signing in, loaded. */
  signedIn: () => Promise<SignedIn>;
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

async function start(message: StartMessage, post: (message: FromWorker) => void): Promise<Running> {
  const { start, wasm, signedInScript, tab, answer } = message;
  const { endpoint = [], userPoolId, clientId, issuer, oauth, api = [], persistence, namespace = '', exposeAccessToken: exposes = false } = start;
  const endpoints = Array.isArray(endpoint) ? endpoint : [endpoint];
  const issuers = [...endpoints, ...(issuer ? [issuer] : []), ...(oauth ? [oauth.domain, `https://${oauth.domain}`] : [])];
  const { Client } = await load(wasm);
  const service = { userPoolId, clientId, endpoints, ...(issuer && { issuer }) };
  // Open before the store is read: what happens in between is heard, and read again.
  const scope = persistence === 'device' ? `device|${userPoolId}|${clientId}|${namespace}` : `${userPoolId}|${clientId}|${tab?.id}`;
  const channel = persistence === 'memory' ? undefined : new BroadcastChannel(`cognate-auth|${scope}`);
  const early: Heard[] = [];
  if (channel) channel.onmessage = ({ data }) => early.push(data as Heard);
  const client = await Client.start({ ...service, oauth, tabId: tab?.id, tabSecret: tab?.secret, persistence, namespace });
  let loading: Promise<SignedIn> | undefined;
  const signedIn = (): Promise<SignedIn> => {
    // A failed load may succeed the next time: it is not remembered.
    loading ??= loadScript(signedInScript).then(({ SignedIn }) => new SignedIn(client, load, message, service, issuers));
    loading.catch(() => (loading = undefined));
    return loading;
  };
  // What it would refuse is refused now.
  if (api.length > 0) await signedIn();
  const redirect = answer && (await completed(client, { query: answer }));
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
  return { client, signedIn, watch, exposes, started: { state, persistence: watch.persistence, ...(redirect && { redirect }) } };
}

/** Ends a sign-in by redirect, which this tab must have begun. */
async function completed(client: WasmClient, given: object, signal = new AbortController().signal): Promise<RedirectRecord> {
  const { appState, user, error } = JSON.parse(await client.call('completeRedirect', given, signal)) as WasmRedirect;
  return { ...(appState && { appState: JSON.parse(appState) as unknown }), ...(user ? { user: userFrom(user) } : { error: error! }) };
}

/** How the wasm gives out the end of a sign-in by redirect: the app's note is text there. */
interface WasmRedirect {
  appState?: string;
  user?: WasmUser;
  error?: AuthErrorDetails;
}

async function run({ client, signedIn, watch, exposes }: Running, call: CallMessage, signal: AbortSignal): Promise<unknown> {
  const { op, timeoutMs, clientMetadata, sub } = call;
  const called = { timeoutMs, clientMetadata, sub };
  const work = async (): Promise<unknown> => {
    if (op === 'fetch') return (await signedIn()).fetch(call.args as FetchRequest, called, signal);
    if (op === 'completeRedirect') return completed(client, { ...(call.args as object), ...called }, signal);
    if (op === 'getTokens' && !exposes) {
      throw { code: 'invalid_configuration', message: 'getTokens needs exposeAccessToken: true in the configuration' } satisfies AuthErrorDetails;
    }
    if (!OPERATIONS.includes(op)) return present(op, JSON.parse(await (await signedIn()).call(op, call.args as object, called, signal)));
    const running = client.call(op, { ...flat(call.args), ...called }, signal);
    // Who leaves is forgotten long before the service has been told: so everybody hears of it now.
    if (op === 'signOut') void client.call('reread', {}, signal).then(() => watch.look(op));
    return present(op, JSON.parse(await running));
  };
  try {
    const value = await work();
    if (BRINGS_A_DEVICE.includes(op)) await settleDevice(client, signedIn);
    watch.look(op);
    return op === 'reread' ? watch.state : value;
  } catch (error) {
    watch.look(op, details(error));
    throw error;
  }
}

/** Nothing about a device fails a sign-in, or keeps it waiting for longer than a while. */
async function settleDevice(client: WasmClient, signedIn: () => Promise<SignedIn>): Promise<void> {
  if (!(JSON.parse(client.state()) as WasmState).offer) return;
  const settled = signedIn().then((it) => it.settleDevice());
  await Promise.race([settled.catch(() => {}), new Promise((resolve) => setTimeout(resolve, DEVICE_MS))]);
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
const OPERATIONS: Operation[] = [
  'signIn',
  'beginRedirect',
  'reread',
  'respond',
  'resume',
  'refresh',
  'takeOver',
  'getTokens',
  'signOut',
];

const BRINGS_A_DEVICE: Operation[] = ['signIn', 'signUp', 'respond', 'resume'];
const DEVICE_MS = 5_000;
