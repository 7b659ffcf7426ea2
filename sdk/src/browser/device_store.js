// Sealed records of devices, beside the sessions. All of it is here, because each call from the wasm would cost more there.

import { decrypt, encrypt, tabKey } from './crypto.js';
import { get, keptKey, names, put, remove } from './indexed_db.js';

/** Reads the record of a place; with a text replaces it, with an empty one removes it. Rejects what does not open. */
export async function device(database, place, text) {
  if (text === '') return remove(database, place);
  const name = bytes(place);
  const key = await tabKey(await keptKey(database), new Uint8Array(), name);
  if (text !== undefined) return void (await put(database, place, await encrypt(key, name, bytes(text)), Date.now()));
  const sealed = await get(database, place);
  return sealed && new TextDecoder().decode(await decrypt(key, name, sealed));
}

/** The places that begin so, without that. */
export const places = async (database, prefix) => (await names(database)).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));

/** What the browser calls itself. */
export const userAgent = () => navigator.userAgent;

const bytes = (text) => new TextEncoder().encode(text);
