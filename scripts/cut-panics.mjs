// What the wasm does before it traps at a panic: it puts a message together that nobody reads, since the package's panic
// handler only traps. The functions that begin this become traps themselves, and so do those that only format; wasm-opt then
// drops what only they needed, and the arguments at every call. The same as `panic = "immediate-abort"`, which needs a
// nightly compiler. Nothing else changes: what was a trap after some work is a trap at once.
import binaryen from 'binaryen';

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

// Called by panics only, mostly through tables: see `mustNotFormat`.
const FORMATTING = /::fmt::| as \S+::fmt::\w+>::fmt$/;

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
    if (imported || !(panics || (!formats && FORMATTING.test(name)))) continue;
    binaryen.Function.setBody(pointer, module.unreachable());
    if (panics) cut++;
  }
  if (cut < 5) throw new Error(`only ${cut} functions that panic were found: has the compiler renamed them?`);
  if (!formats) mustNotFormat(module.emitText());
  const result = Buffer.from(module.emitBinary());
  module.dispose();
  return withoutPlaces(result);
}

/**
 * Zeros, which wasm-opt leaves out, instead of the names of source files: only messages would show them. Only a whole text
 * between zero bytes is one: other texts lie side by side.
 */
function withoutPlaces(bytes) {
  const places = bytes.toString('latin1').matchAll(/(?<=\0)\/?(?:[\w.-]+\/)+[\w.-]+\.rs(?=\0)/g);
  for (const { index, 0: place } of places) bytes.fill(0, index, index + place.length);
  return bytes;
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

function plain(name) {
  return name.replace(/^"|"$/g, '');
}
