// One request: without cache, redirects or referrer. What is sent and what an answer means is decided in Rust.

// With it a request is one of the login domain's own pages, whose cookies say which sign-in it is about.
const TRANSACTION = 'x-cognate-transaction';

/** Sends and reads the whole answer. Gives why there is none as text: `aborted`, `timedOut`, `offline`, `blocked`, `unreachable`, `bodyLost`. */
export async function send(url, body, type, name, value, ms, cancel) {
  if (cancel?.aborted) return 'aborted';
  if (!navigator.onLine && !isThisMachine(url)) return 'offline';
  const signal = within(ms, cancel);
  let failure = 'blocked';
  try {
    const request = new Request(url, {
      method: body === undefined ? 'GET' : 'POST',
      body,
      headers: { ...(type && { 'content-type': type }), ...(name && { [name]: value }) },
      cache: 'no-store',
      credentials: name === TRANSACTION ? 'same-origin' : 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal,
    });
    failure = 'unreachable';
    const response = await fetch(request);
    failure = 'bodyLost';
    const { status, headers } = response;
    const date = Date.parse(headers.get('date') ?? '');
    return {
      status,
      errorType: headers.get('x-amzn-errortype'),
      requestId: headers.get('x-amzn-requestid'),
      retryAfter: headers.get('retry-after'),
      dateMs: date >= 0 ? date : null,
      body: await response.text(),
    };
  } catch {
    return cancel?.aborted ? 'aborted' : signal.aborted ? 'timedOut' : failure;
  }
}

/** Resolves after a time, or when the caller gives up. */
export function pause(ms, cancel) {
  return new Promise((resolve) => {
    const signal = within(ms, cancel);
    if (signal.aborted) resolve();
    signal.onabort = resolve;
  });
}

/** A signal that fires with the caller's or after a time, whichever is first. */
export function within(ms, cancel) {
  const timeout = AbortSignal.timeout(ms);
  return cancel ? AbortSignal.any([cancel, timeout]) : timeout;
}

/** A backend on the machine itself answers without a network. */
function isThisMachine(url) {
  return /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])/.test(url);
}
