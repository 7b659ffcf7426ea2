// Whether what the backend sent is what the published shapes say: a second reading of them, which shares nothing with the backend's own.

import { readFileSync } from 'node:fs';

// The published shape allows names of 20 characters, and a standard attribute has one of 21.
const LONGER_THAN_ITS_SHAPE = 'phone_number_verified';

/** The reader of a service's shapes: `idp` (user pools) or `identity` (identity pools). */
export function shapesOf(service) {
  const { operations, shapes } = JSON.parse(readFileSync(new URL(`../../../backend/contract/api-shapes-${service}.json`, import.meta.url), 'utf8'));
  return {
    /** The names of all operations. */
    operations: Object.keys(operations),
    /** Whether administrators call it, with a signature. */
    isSigned: (operation) => operations[operation].auth !== 'none',
    /** What is wrong with the body of an answer of `operation`: sentences, none if it is right. */
    complaintsAbout(operation, body) {
      const output = operations[operation].output;
      if (!output) return body === undefined || Object.keys(body).length === 0 ? [] : [`${operation} answers nothing, and it answered ${Object.keys(body)}`];
      return [...compare(shapes, output, body, operation)];
    },
    /** Whether `operation` may refuse with the error of this name. */
    declaresError: (operation, name) => (operations[operation].errors ?? []).includes(name),
  };
}

function* compare(shapes, name, value, where) {
  const shape = shapes[name];
  yield* BY_TYPE[shape.type](shape, value, where, shapes);
}

const BY_TYPE = {
  *structure(shape, value, where, shapes) {
    if (shape.document) return;
    if (!isObject(value)) return yield `${where} is no object`;
    for (const member of shape.required ?? []) if (!(member in value)) yield `${where}.${member} is missing`;
    for (const [member, content] of Object.entries(value)) {
      const known = shape.members[member];
      if (!known) yield `${where}.${member} is in no shape`;
      else if (content === null) yield `${where}.${member} is null`;
      else yield* compare(shapes, known.shape, content, `${where}.${member}`);
    }
  },
  *list(shape, value, where, shapes) {
    if (!Array.isArray(value)) return yield `${where} is no list`;
    yield* bounded(shape, value.length, where);
    for (const [index, item] of value.entries()) yield* compare(shapes, shape.member.shape, item, `${where}[${index}]`);
  },
  *map(shape, value, where, shapes) {
    if (!isObject(value)) return yield `${where} is no map`;
    for (const [key, item] of Object.entries(value)) {
      yield* compare(shapes, shape.key.shape, key, `${where} (key)`);
      yield* compare(shapes, shape.value.shape, item, `${where}.${key}`);
    }
  },
  *string(shape, value, where) {
    if (typeof value !== 'string') return yield `${where} is no string`;
    if (value !== LONGER_THAN_ITS_SHAPE) yield* bounded(shape, value.length, where);
    if (shape.enum && !shape.enum.includes(value)) yield `${where} is none of ${shape.enum}`;
    if (shape.pattern && !new RegExp(`^(?:${shape.pattern})$`, 'u').test(value)) yield `${where} does not match ${shape.pattern}`;
  },
  *integer(shape, value, where) {
    if (!Number.isInteger(value)) return yield `${where} is no integer`;
    yield* bounded(shape, value, where);
  },
  *boolean(_, value, where) {
    if (typeof value !== 'boolean') yield `${where} is no boolean`;
  },
  // Seconds since 1970, with a fraction or without.
  *timestamp(_, value, where) {
    if (typeof value !== 'number' || value < 1e9 || value > 1e10) yield `${where} is no time in seconds`;
  },
  *blob(_, value, where) {
    if (typeof value !== 'string' || Buffer.from(value, 'base64').toString('base64') !== value) yield `${where} is no base64`;
  },
};
BY_TYPE.long = BY_TYPE.integer;

function* bounded({ min, max }, size, where) {
  if (min !== undefined && size < min) yield `${where} is below ${min}`;
  if (max !== undefined && size > max) yield `${where} is above ${max}`;
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
