import { AuthError } from './errors.ts';
import type { WorkerConfig } from './config.ts';
import type { TabSecret } from './messages.ts';

/**
 * The secret that ties a stored session to this tab. The browser forgets it with the tab, and without it the record in
 * IndexedDB cannot be opened by anybody. It opens nothing alone either: the other half never leaves IndexedDB.
 *
 * Where it is optional, for redirects beside persistence `memory`, there is none where storage is blocked.
 */
export function tabSecret({ userPoolId, clientId }: WorkerConfig, isOptional: boolean): TabSecret | undefined {
  const name = `cognate-auth:${userPoolId}:${clientId}`;
  try {
    const [id, secret] = sessionStorage.getItem(name)?.split('.') ?? [];
    if (id && secret) return { id, secret };
    const made = { id: random(16), secret: random(32) };
    sessionStorage.setItem(name, `${made.id}.${made.secret}`);
    return made;
  } catch (cause) {
    if (isOptional) return;
    throw new AuthError(
      { code: 'storage_blocked', message: "This page may not use sessionStorage. Use persistence: 'memory'" },
      cause,
    );
  }
}

function random(bytes: number): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
