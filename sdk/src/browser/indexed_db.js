// The few calls of IndexedDB that sessions need. Each is one transaction, and resolves when it has committed.

import { baseKey } from './crypto.js';

/** Opens version 1 of the database, and makes its stores when it is not there. */
export function open(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keys');
      request.result.createObjectStore('sessions').createIndex('by-time', 'at');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
    // Another tab holds an older version open. There is none yet; waiting would hang the start.
    request.onblocked = reject;
  });
}

/** The key that is kept; made when there is none. Two tabs may start at once: the first one's is kept, and both read that. */
export async function keptKey(database) {
  const kept = () => run(database, 'keys', 'readonly', (keys) => keys.get('base'));
  const key = await kept();
  if (key) return key;
  const made = await baseKey();
  await run(database, 'keys', 'readwrite', (keys) => keys.add(made, 'base')).catch(() => {});
  return kept();
}

export async function get(database, name) {
  const record = await run(database, 'sessions', 'readonly', (sessions) => sessions.get(name));
  return record?.sealed;
}

/** Writes a record; with a version only over the one that begins with it, with '' only where none is. Says whether it did. */
export async function put(database, name, sealed, at, version) {
  let isPut = version === undefined;
  await run(database, 'sessions', 'readwrite', (sessions) => {
    const write = () => sessions.put({ at, sealed }, name);
    if (isPut) return write();
    const request = sessions.get(name);
    request.onsuccess = () => {
      isPut = version ? Boolean(request.result?.sealed.startsWith(version)) : !request.result;
      if (isPut) write();
    };
    return request;
  });
  return isPut;
}

/**
 * Reads and removes, with a version only the record that begins with it: of any number that ask at once, in any number of
 * pages, one gets the record.
 */
export async function take(database, name, version = '') {
  let sealed;
  await run(database, 'sessions', 'readwrite', (sessions) => {
    const request = sessions.get(name);
    request.onsuccess = () => {
      if (!request.result?.sealed.startsWith(version)) return;
      sealed = request.result.sealed;
      sessions.delete(name);
    };
    return request;
  });
  return sealed;
}

/** Removes a record, whatever it is. */
export function remove(database, name) {
  return run(database, 'sessions', 'readwrite', (sessions) => sessions.delete(name));
}

/** The names of all records. */
export function names(database) {
  return run(database, 'sessions', 'readonly', (sessions) => sessions.getAllKeys());
}

/** Removes what was last written before a time, but not what all tabs share. */
export function sweep(database, before) {
  return run(database, 'sessions', 'readwrite', (sessions) => {
    const request = sessions.index('by-time').getAllKeys(IDBKeyRange.upperBound(before));
    request.onsuccess = () => request.result.forEach((name) => name.startsWith('device|') || sessions.delete(name));
    return request;
  });
}

export function close(database) {
  database.close();
}

function run(database, store, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = reject;
  });
}
