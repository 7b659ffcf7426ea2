import type { WorkerConfig } from './config.ts';
import type { TabSecret } from './messages.ts';

/**
 * The secret that ties a stored session to this tab. The browser forgets it with the tab, and without it the record in
 * IndexedDB cannot be opened by anybody. It opens nothing alone either: the other half never leaves IndexedDB.
 *
 * None where storage is blocked.
 */
export function tabSecret(config: WorkerConfig): TabSecret | undefined {
  const name = storageKey(config);
  try {
    const [id, secret] = sessionStorage.getItem(name)?.split('.') ?? [];
    if (id && secret) return { id, secret };
    const made = { id: random(16), secret: random(32) };
    sessionStorage.setItem(name, `${made.id}.${made.secret}`);
    return made;
  } catch {
    return;
  }
}

/** What belongs to one pool, client and namespace is called so in the page's storages. */
export function storageKey({ userPoolId, clientId, namespace }: WorkerConfig): string {
  return `cognate-auth:${userPoolId}:${clientId}${namespace ? `:${namespace}` : ''}`;
}

/** Calls when the browser shows the page again as it was left: what it knows may be old. */
export function onReturn(listener: () => void, signal?: AbortSignal): void {
  addEventListener('pageshow', ({ persisted }) => persisted && listener(), signal && { signal });
}

function random(bytes: number): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
