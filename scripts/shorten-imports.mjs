// Gives the wasm's imports names of two or three characters, in the modules and in the glue that they share.
//
// wasm-bindgen names an import after what it binds and a hash of it, 30 characters that compress badly and are downloaded
// twice, and with every import the path of its module: 2.8 KB brotli of the package. Only the import section (WebAssembly
// core specification, 5.5.5) is rewritten.
const IMPORT_SECTION = 2;
const HEADER_LENGTH = 8;
// The others are the functions of JavaScript modules of ours, which the wasm imports by their names.
const GENERATED = /^__wb(g|indgen)_/;

/** The modules and the glue with short names. Throws when an import is not in the glue, or its kind is not known here. */
export function shortenImports(modules, glue) {
  const short = { names: new Map(), modules: new Map() };
  return { modules: modules.map((wasm) => shortened(wasm, short)), glue: renamed(glue, short) };
}

function shortened(wasm, short) {
  const reader = new Reader(wasm, HEADER_LENGTH);
  const parts = [wasm.subarray(0, HEADER_LENGTH)];
  while (reader.at < wasm.length) {
    const start = reader.at;
    const id = reader.byte();
    const end = reader.number() + reader.at;
    parts.push(id === IMPORT_SECTION ? section(id, imports(reader, short)) : wasm.subarray(start, end));
    reader.at = end;
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
    parts.push(text(Buffer.from(moduleName)), text(Buffer.from(ownName)), reader.since(() => reader.description()));
  }
  return Buffer.concat(parts);
}

function shortName(names, prefix, name) {
  if (!names.has(name)) names.set(name, `${prefix}${names.size.toString(36)}`);
  return names.get(name);
}

function renamed(glue, { names, modules }) {
  const missing = new Set([...names.keys(), ...modules.keys()]);
  const withShort = (known, name) => {
    missing.delete(name);
    return known.get(name) ?? name;
  };
  const provided = new Set();
  const result = glue
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

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  since(read) {
    const start = this.at;
    read();
    return this.bytes.subarray(start, this.at);
  }

  /** What is imported: a function's type is all that wasm-bindgen's modules have. */
  description() {
    const kind = this.byte();
    if (kind !== 0) throw new Error(`an import is of kind ${kind}, not a function`);
    this.number();
  }
}

function section(id, content) {
  return Buffer.concat([Buffer.from([id]), number(content.length), content]);
}

function text(bytes) {
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
