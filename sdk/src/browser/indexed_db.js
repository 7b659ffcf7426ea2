// The few calls of IndexedDB that sessions need. Each is one transaction, and resolves when it has committed.

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

/** The key that is kept, if there is one. */
export function keptKey(database) {
  return run(database, 'keys', 'readonly', (keys) => keys.get('base'));
}

/** Keeps a key; rejects when there is one: two tabs may start at once. */
export function keepKey(database, key) {
  return run(database, 'keys', 'readwrite', (keys) => keys.add(key, 'base'));
}

export async function get(database, name) {
  const record = await run(database, 'sessions', 'readonly', (sessions) => sessions.get(name));
  return record?.sealed;
}

export function put(database, name, sealed, at) {
  return run(database, 'sessions', 'readwrite', (sessions) => sessions.put({ at, sealed }, name));
}

export function remove(database, name) {
  return run(database, 'sessions', 'readwrite', (sessions) => sessions.delete(name));
}

/** Reads and removes: of any number that ask at once, in any number of pages, one gets the record. */
export async function take(database, name) {
  const record = await run(database, 'sessions', 'readwrite', (sessions) => {
    const request = sessions.get(name);
    request.onsuccess = () => sessions.delete(name);
    return request;
  });
  return record?.sealed;
}

/** Removes what was last written before a time. */
export function sweep(database, before) {
  return run(database, 'sessions', 'readwrite', (sessions) => {
    const request = sessions.index('by-time').getAllKeys(IDBKeyRange.upperBound(before));
    request.onsuccess = () => request.result.forEach((name) => sessions.delete(name));
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
