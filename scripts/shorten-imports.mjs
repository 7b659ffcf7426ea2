// Gives the wasm's imports and exports names of two or three characters, in the modules and in the glue that they share.
//
// wasm-bindgen names an import after what it binds and a hash of it, 30 characters that compress badly and are downloaded
// twice, and with every import the path of its module: 2.8 KB brotli of the package, and 0.2 KB for the exports. Only the import and export
// sections (WebAssembly core specification, 5.5.5 and 5.5.10) are rewritten.
import { HEADER_LENGTH, number, Reader, SECTION, section, sections, text } from './wasm-bytes.mjs';

// The others are the functions of JavaScript modules of ours, which the wasm imports by their names.
const GENERATED = /^__wb(g|indgen)_/;

/** The modules and the glue with short names. Throws when an import is not in the glue, or its kind is not known here. */
export function shortenImports(modules, glue) {
  const short = { names: new Map(), modules: new Map(), exports: new Map() };
  return { modules: modules.map((wasm) => shortened(wasm, short)), glue: renamed(glue, short) };
}

function shortened(wasm, short) {
  const parts = [wasm.subarray(0, HEADER_LENGTH)];
  for (const { id, start, content, end } of sections(wasm)) {
    if (id === SECTION.import) parts.push(section(id, imports(new Reader(wasm, content), short)));
    else if (id === SECTION.export) parts.push(section(id, exports(new Reader(wasm, content), short)));
    else parts.push(wasm.subarray(start, end));
  }
  return Buffer.concat(parts);
}

function imports(reader, short) {
  const count = reader.number();
  const parts = [number(count)];
  for (let i = 0; i < count; i++) {
    const module = reader.text();
    const name = reader.text().toString();
    const moduleName = shortName(short.modules, 'm', module.toString());
    const ownName = GENERATED.test(name) ? shortName(short.names, 'i', name) : name;
    parts.push(text(Buffer.from(moduleName)), text(Buffer.from(ownName)), reader.since(() => describe(reader)));
  }
  return Buffer.concat(parts);
}

function exports(reader, short) {
  const count = reader.number();
  const parts = [number(count)];
  for (let i = 0; i < count; i++) {
    const name = shortName(short.exports, 'e', reader.text().toString());
    // What it is, and which one.
    parts.push(text(Buffer.from(name)), reader.since(() => (reader.byte(), reader.number())));
  }
  return Buffer.concat(parts);
}

function shortName(names, prefix, name) {
  if (!names.has(name)) names.set(name, `${prefix}${names.size.toString(36)}`);
  return names.get(name);
}

function renamed(glue, { names, modules, exports }) {
  const missing = new Set([...names.keys(), ...modules.keys()]);
  const withShort = (known, name) => {
    missing.delete(name);
    return known.get(name) ?? name;
  };
  const provided = new Set();
  const result = glue
    // Before the names of imports, which some exports have a part of.
    .replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${exports.get(name) ?? name}`)
    .replace(/\b__wb(?:g|indgen)_\w+/g, (name) => withShort(names, name))
    // The object of all imports names a module once for every function of it.
    .replace(/^\s*"(\.\/[^"]+)": (import\d+),\n/gm, (_, module, namespace) => {
      if (provided.has(module)) return '';
      provided.add(module);
      return `${withShort(modules, module)}: ${namespace},\n`;
    });
  if (missing.size > 0) throw new Error(`the glue does not provide ${[...missing].join(', ')}`);
  return result;
}

/** What is imported: a function's type is all that wasm-bindgen's modules have. */
function describe(reader) {
  const kind = reader.byte();
  if (kind !== 0) throw new Error(`an import is of kind ${kind}, not a function`);
  reader.number();
}
