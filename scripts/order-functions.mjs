// Puts the functions of a module in the order that brotli compresses best: each beside the one that it is most alike, so that what it
// repeats is near. 1 to 2 % of a wasm, and nothing is different when it runs.
import { brotliCompressSync } from 'node:zlib';
import binaryen from 'binaryen';
import { number, Reader, SECTION, section, sections, text } from './wasm-bytes.mjs';

const FUNCTION_NAMES = 1;
// How many bytes in a row are compared, and how little it counts that short functions are alike. Which is best differs from build to build.
const WAYS = [3, 4, 5].flatMap((run) => [1, 2, 5, 20].map((little) => ({ run, little })));

/** The same module with its functions in another order, and without names: of several orders the one that compresses best. */
export function orderFunctions(wasm) {
  const orders = WAYS.map((way) => ordered(wasm, way));
  const sizes = orders.map((bytes) => brotliCompressSync(bytes).length);
  return orders[sizes.indexOf(Math.min(...sizes))];
}

function ordered(wasm, way) {
  // wasm-opt's own pass sorts by name, and corrects everything that refers to a function.
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(Buffer.concat([wasm, names(wasm, way)]));
  module.runPasses(['reorder-functions-by-name']);
  binaryen.setDebugInfo(false);
  const result = Buffer.from(module.emitBinary());
  module.dispose();
  return result;
}

/** A name section in which each function is called after its new place. */
function names(wasm, way) {
  const { imported, bodies } = functions(wasm);
  const places = [];
  order(bodies, way).forEach((index, place) => (places[index] = `f${String(place).padStart(6, '0')}`));
  const entries = places.map((name, i) => Buffer.concat([number(imported + i), text(Buffer.from(name))]));
  const map = Buffer.concat([number(entries.length), ...entries]);
  return section(SECTION.custom, Buffer.concat([text(Buffer.from('name')), section(FUNCTION_NAMES, map)]));
}

function functions(wasm) {
  let imported = 0;
  const bodies = [];
  for (const { id, content } of sections(wasm)) {
    const reader = new Reader(wasm, content);
    if (id === SECTION.import) imported = reader.number(); // Functions are all that wasm-bindgen's modules import.
    if (id === SECTION.code) for (let left = reader.number(); left > 0; left--) bodies.push(reader.text());
  }
  return { imported, bodies };
}

/** The largest first, then always the one that is most alike: by the runs of bytes that both have among those that either has. */
function order(bodies, { run: length, little }) {
  const runs = new Map(bodies.map((body, index) => [index, new Set(runsOf(body, length))]));
  const having = new Map();
  for (const [index, own] of runs) for (const run of own) having.has(run) ? having.get(run).push(index) : having.set(run, [index]);
  const result = [];
  let next = bodies.reduce((largest, body, index) => (body.length > bodies[largest].length ? index : largest), 0);
  while (runs.size > 0) {
    const own = runs.get(next);
    runs.delete(next);
    result.push(next);
    const shared = new Map();
    for (const run of own) for (const index of having.get(run)) shared.set(index, (shared.get(index) ?? 0) + 1);
    let best = -1;
    for (const [index, { size }] of runs) {
      const both = shared.get(index) ?? 0;
      const likeness = both / (own.size + size - both + little);
      if (likeness > best) [best, next] = [likeness, index];
    }
  }
  return result;
}

function* runsOf(body, length) {
  for (let i = 0; i + length <= body.length; i++) yield body.readUIntBE(i, length);
}
