/**
 * `auth.fetch`, the worker's half: what the access token may be sent to.
 *
 * Security: an exact origin, a path prefix that ends at a segment, and methods, from the configuration. The service that
 * issues the tokens is never reachable, whatever is configured: with the token a page could change the password there.
 * An API that echoes request headers gives the token away; keep prefixes narrow.
 */
import type { ApiAccess } from '../config.ts';
import type { AuthErrorDetails } from '../errors.ts';
import type { FetchRequest, FetchResponse } from '../messages.ts';

export interface Allowed {
  origin: string;
  path: string;
  methods: string[] | undefined;
}

/** Reads the configuration's list. Throws on what would allow something else than it says. */
export function allowList(api: ApiAccess[], issuers: string[]): Allowed[] {
  const forbidden = issuers.filter((url) => URL.canParse(url)).map((url) => sameServer(new URL(url)));
  return api.map(({ origin, path = '/', methods }) => {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url?.origin !== origin) throw invalid(`api: '${origin}' is not an origin such as https://api.example.com`);
    if (url.protocol !== 'https:' && !isLoopback(url.hostname)) throw invalid(`api: ${origin} must be https`);
    if (forbidden.includes(sameServer(url)) || isCognito(plainName(url))) throw invalid(`api: ${origin} issues the tokens and cannot be reached with them`);
    if (!path.startsWith('/') || /[?#%\\]/.test(path)) throw invalid(`api: '${path}' is not a plain path`);
    return { origin, path: path.replace(/\/+$/, ''), methods: methods?.map((method) => method.toUpperCase()) };
  });
}

/** Sends an allowed request with the token. */
export async function apiFetch(
  request: FetchRequest,
  allowed: Allowed[],
  signal: AbortSignal,
  token: () => Promise<string>,
): Promise<FetchResponse> {
  const url = new URL(request.url);
  const { method } = request;
  if (!allowed.some((entry) => allows(entry, url, method))) {
    throw { code: 'invalid_parameter', message: `api of the configuration does not allow ${method} ${url.origin}${url.pathname}` } satisfies AuthErrorDetails;
  }
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (OVERRIDES.test(name)) headers.delete(name);
  headers.set('authorization', `Bearer ${await token()}`);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: request.body ?? null,
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
    const body = await response.arrayBuffer();
    const { status, statusText } = response;
    return { url: response.url, status, statusText, headers: [...response.headers], body };
  } catch (error) {
    throw failure(error);
  }
}

/** Whether an entry allows this request. The URL has been parsed: dot segments are resolved. */
export function allows({ origin, path, methods }: Allowed, url: URL, method: string): boolean {
  if (url.origin !== origin || (methods && !methods.includes(method.toUpperCase()))) return false;
  if (path === '') return true;
  if (LEAVES_A_PREFIX.test(url.pathname) || OTHER_SPELLINGS.test(url.pathname)) return false;
  return url.pathname === path || url.pathname.startsWith(`${path}/`);
}

/**
 * What a server may still resolve after the URL parser has: an encoded slash or backslash, and dots encoded twice or
 * followed by a path parameter (`/v1/..;/admin` is `/admin` to some) or by an encoded character, which some cut off (`..%00`, `..%20`).
 */
const LEAVES_A_PREFIX = /%(25)*(2f|5c)|\/(\.|%(25)*2e){1,2}([;%/]|$)/i;

/** Dots and slashes as some decoders read them: too long, as `%uHHHH`, or as characters that become them when normalised. */
const OTHER_SPELLINGS = /%u[\da-f]{4}|%c[01]%|%e0%[89]|%f0%8|%ef%bc%8[ef]|%e2%80%a4/i;

/** Headers by which some servers run another method or path than was checked, and one that is a proof of the app's own. */
const OVERRIDES = /^(dpop|x-http-method(-override)?|x-method-override|x-original-url|x-rewrite-url|x-forwarded-.*)$/;

function failure(error: unknown): AuthErrorDetails {
  const name = error instanceof Error ? error.name : '';
  if (name === 'AbortError') return { code: 'aborted', message: 'The request was aborted', outcome: 'unknown' };
  const again = { outcome: 'unknown', retryable: true, userAction: 'retry' } as const;
  if (name === 'TimeoutError') return { code: 'timeout', message: 'The API did not answer in time', ...again };
  if (globalThis.navigator?.onLine === false) return { code: 'offline', message: 'There is no network', ...again };
  return { code: 'network', message: 'The API cannot be reached, redirects, or does not allow this origin (CORS)', ...again };
}

function invalid(message: string): AuthErrorDetails {
  return { code: 'invalid_configuration', message };
}

/** One text for the names of one server: with the root's dot or without, and all of this machine's. */
function sameServer(url: URL): string {
  const host = plainName(url);
  return `${url.protocol}//${isLoopback(host) ? 'localhost' : host}:${url.port}`;
}

function plainName({ hostname }: URL): string {
  return hostname.replace(/\.$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || THIS_MACHINE.test(host);
}

/** Loopback, and the address that stands for every one of this machine, in both families, as the URL parser writes them. */
const THIS_MACHINE = /^(127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:(7f[\da-f]{2}:[\da-f]{1,4}|0:0)\])$/;

function isCognito(host: string): boolean {
  return /(^|\.)cognito-(idp|identity)[.-].*\.(amazonaws\.com(\.cn)?|api\.aws)$|\.amazoncognito\.com$/.test(host);
}
