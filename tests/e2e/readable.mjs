// What script in a page can read, for the tests that search it for secrets.

/** Runs in the page: everything that its script can read, as text with the place where it stands. */
export async function readEverything() {
  const texts = [];
  const seen = new Set();
  const add = (where, value, depth = 0) => {
    if (typeof value === 'string') texts.push({ where, text: value });
    if (value === null || typeof value !== 'object' || seen.has(value) || depth > 12) return;
    seen.add(value);
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      texts.push({ where, text: new TextDecoder('latin1').decode(value) });
      return;
    }
    if (value instanceof Map || value instanceof Set) [...value].forEach((inner, i) => add(`${where}.${i}`, inner, depth + 1));
    if (value instanceof Node) return;
    for (const key of Reflect.ownKeys(value)) {
      const { value: inner } = Reflect.getOwnPropertyDescriptor(value, key) ?? {};
      add(`${where}.${String(key)}`, inner, depth + 1);
    }
  };
  for (const key of Reflect.ownKeys(globalThis)) add(`window.${String(key)}`, Reflect.getOwnPropertyDescriptor(globalThis, key)?.value);
  for (const [name, storage] of [['sessionStorage', sessionStorage], ['localStorage', localStorage]]) {
    for (let i = 0; i < storage.length; i += 1) texts.push({ where: `${name}.${storage.key(i)}`, text: storage.getItem(storage.key(i)) });
  }
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const store of database.objectStoreNames) {
      for (const read of ['getAll', 'getAllKeys']) {
        const values = await new Promise((resolve) => {
          const all = database.transaction(store).objectStore(store)[read]();
          all.onsuccess = () => resolve(all.result);
        });
        texts.push({ where: `indexedDB.${name}.${store}`, text: '' });
        add(`indexedDB.${name}.${store}`, values);
      }
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) texts.push({ where: `caches.${name}`, text: await (await cache.match(request)).text() });
  }
  texts.push({ where: 'document', text: document.documentElement.outerHTML });
  texts.push({ where: 'history', text: `${location.href} ${JSON.stringify(history.state)} ${window.name} ${document.cookie}` });
  return texts;
}
