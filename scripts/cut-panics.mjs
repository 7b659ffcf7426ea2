// What the wasm does before it traps at a panic: it puts a message together that nobody reads, since the package's panic
// handler only traps. The functions that begin this become traps themselves, and so do those that only format; wasm-opt then
// drops what only they needed, and the arguments at every call. The same as `panic = "immediate-abort"`, which needs a
// nightly compiler. Nothing else changes: what was a trap after some work is a trap at once.
import binaryen from 'binaryen';
import { Reader, SECTION, sections } from './wasm-bytes.mjs';

const I32_CONST = 0x41;
const LOCATION_LENGTH = 16;

// Functions of `core`, `alloc` and `std` that never return, by their names in the wasm's name section.
const PANICS = [
  /\bpanicking::(panic(?!_count)|assert_failed|begin_panic|rust_panic)/,
  /::(option|result)::(unwrap|expect)_failed$/,
  /::str::slice_error_fail(_rt)?$/,
  /::slice::index::slice_\w*fail$/,
  /::copy_from_slice_impl::len_mismatch_fail$/,
  /::cell::(lazy::)?panic_\w+$/,
  /::raw_vec::(handle_error|capacity_overflow)$/,
  /::alloc::handle_alloc_error$/,
];

// What wasm-bindgen throws when it is called wrongly, in words.
const THROWS = /^wasm_bindgen::throw_str\b/;

// Called by panics only, mostly through tables: see `mustNotFormat`.
const FORMATTING = /::fmt::| as \S+::fmt::\w+>::fmt$/;

// Words that only what is cut above would show: of wasm-bindgen, and of `core` and `alloc`.
const THROWN = [
  'null pointer passed to rust',
  'attempted to take ownership of Rust value while it was borrowed',
  'recursive use of an object detected which would lead to unsafe aliasing in rust',
  'called `Option::unwrap_throw()` on a `None` value',
  'called `Result::unwrap_throw()` on an `Err` value',
];
const DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0')).join('');
// What only formatting reads, where there is none: the digits of numbers, and the words around two values that differ.
const FORMATS = [
  DIGITS,
  '0x0123456789ABCDEF',
  '==!=matches',
  ' right` failed',
  '\n  left: ',
  '\n right: ',
  ' bytes failed',
  'closure invoked recursively or after being dropped',
];
const MESSAGES = [
  'called `Option::unwrap()` on a `None` value',
  'called `Result::unwrap()` on an `Err` value',
  'internal error: entered unreachable code',
  '`async fn` resumed after completion',
  'assertion `left ',
  'RefCell already mutably borrowed',
  'RefCell already borrowed',
  'LazyCell instance has previously been poisoned',
  'capacity overflow',
  'Tried to shrink to a larger capacity',
  'memory allocation of ',
  'slice index starts at ',
  ' but ends at ',
  'range start index ',
  'range end index ',
  ' out of range for slice of length ',
  'copy_from_slice: source slice length (',
  ') does not match destination slice length (',
];

/**
 * The same module with traps instead of panics. Throws when it formats something, or when it seems to have no panics.
 * `formats`: it may, so only the panics themselves are cut (functions of the same code have one body and any of their names:
 * where some formatting is meant, nothing that only looks like formatting may go).
 */
export function cutPanics(bytes, { formats = false } = {}) {
  binaryen.setDebugInfo(true); // The names stay until wasm-opt strips them.
  const module = binaryen.readBinary(bytes);
  let cut = 0;
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const pointer = module.getFunctionByIndex(i);
    const { name, module: imported } = binaryen.getFunctionInfo(pointer);
    const panics = /^<?(core|alloc|std)\W/.test(name) && PANICS.some((pattern) => pattern.test(name));
    if (imported || !(panics || (!formats && (FORMATTING.test(name) || THROWS.test(name))))) continue;
    binaryen.Function.setBody(pointer, module.unreachable());
    if (panics) cut++;
  }
  if (cut < 5) throw new Error(`only ${cut} functions that panic were found: has the compiler renamed them?`);
  const text = module.emitText();
  const result = Buffer.from(module.emitBinary());
  module.dispose();
  if (!formats) {
    mustNotFormat(text);
    mustNotReadDigits(text, result);
  }
  return withoutMessages(result, formats ? MESSAGES : [...MESSAGES, ...THROWN, ...FORMATS]);
}

/**
 * Zeros, which compress to nothing, instead of what only messages of panics would show: where the source is, and the words. Only a whole text
 * between zero bytes is the name of a source file: other texts lie side by side.
 */
function withoutMessages(bytes, messages) {
  const text = bytes.toString('latin1');
  for (const message of messages) {
    for (let at = text.indexOf(message); at >= 0; at = text.indexOf(message, at + 1)) bytes.fill(0, at, at + message.length);
  }
  const places = new Map();
  for (const { index, 0: place } of text.matchAll(/(?<=\0)\/?(?:[\w.-]+\/)+[\w.-]+\.rs(?=\0)/g)) {
    places.set(index, place.length);
    bytes.fill(0, index, index + place.length);
  }
  withoutLocations(bytes, places);
  return bytes;
}

/** `core::panic::Location`: the address of a file's name and its length, line and column, four bytes each. */
function withoutLocations(bytes, places) {
  const parts = segments(bytes);
  const addressed = new Map(parts.flatMap(({ address, start, end }) => [...places].filter(([at]) => start <= at && at < end).map(([at, length]) => [address + at - start, length])));
  for (const { address, start, end } of parts) {
    for (let at = start + (-address & 3); at + LOCATION_LENGTH <= end; at += 4) {
      const isLocation = addressed.has(bytes.readUInt32LE(at)) && addressed.get(bytes.readUInt32LE(at)) === bytes.readUInt32LE(at + 4);
      if (isLocation) bytes.fill(0, at, at + LOCATION_LENGTH);
    }
  }
}

/** What the module puts into its memory: at which address, and where that is in the file. */
function segments(bytes) {
  const found = [];
  for (const { id, content } of sections(bytes)) {
    if (id !== SECTION.data) continue;
    const reader = new Reader(bytes, content);
    for (let left = reader.number(); left > 0; left--) {
      // In the first memory, at a constant: what a linker without shared libraries writes.
      if (reader.number() !== 0 || reader.byte() !== I32_CONST) throw new Error('a data segment is not where linkers put them');
      const address = reader.number();
      reader.byte();
      const length = reader.number();
      found.push({ address, start: reader.at, end: reader.at + length });
      reader.at += length;
    }
  }
  return found;
}

/** Throws when something that was not cut calls a function that was cut because it only formats. */
function mustNotFormat(text) {
  let caller = '';
  for (const line of text.split('\n')) {
    caller = /^ \(func \$("[^"]*"|\S+)/.exec(line)?.[1] ?? caller;
    const callee = /\((?:return_)?call \$("[^"]*"|\S+)/.exec(line)?.[1];
    if (callee && FORMATTING.test(plain(callee))) throw new Error(`${caller} formats with ${callee}: the package's wasm has no formatting`);
  }
}

/**
 * Throws when something that was not cut reads the digits that are taken out, as `to_string` of a number does where the compiler has put it into its
 * caller: it would write zero bytes.
 */
function mustNotReadDigits(text, bytes) {
  const at = bytes.toString('latin1').indexOf(DIGITS);
  const segment = segments(bytes).find(({ start, end }) => start <= at && at < end);
  if (!segment) return;
  const first = segment.address + at - segment.start;
  let reader = '';
  for (const line of text.split('\n')) {
    reader = /^ \(func \$("[^"]*"|\S+)/.exec(line)?.[1] ?? reader;
    const addresses = [...line.matchAll(/(?:offset=|\(i32\.const )(\d+)/g)].map(([, address]) => Number(address));
    if (addresses.some((address) => first <= address && address < first + DIGITS.length)) throw new Error(`${plain(reader)} writes a number: the package's wasm has no formatting`);
  }
}

function plain(name) {
  return name.replace(/^"|"$/g, '');
}
