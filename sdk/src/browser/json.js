// What JSON.parse gives, or plain data that the page's script has passed: read here, since each step would be a call from the wasm.

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own member of an object; `constructor` is none of `{}`. Undefined where it is not there, or null. */
export const member = (value, name) => (isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined);

/** The elements of an array, or undefined. */
export const elements = (value) => (Array.isArray(value) ? value : undefined);

/** The names and values of an object in turns, or undefined. */
export const members = (value) => (isObject(value) ? Object.entries(value).flat() : undefined);
