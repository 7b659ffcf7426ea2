// Gives the wasm's imports and exports names of two or three characters, in the modules and in the glue that they share.
//
// wasm-bindgen names an import after what it binds and a hash of it, 30 characters that compress badly and are downloaded
// twice, and with every import the path of its module: 2.8 KB brotli of the package, and 0.2 KB for the exports. Only the import and export
// sections (WebAssembly core specification, 5.5.5 and 5.5.10) are rewritten. All imports are of one module then, with what the wasm imports from
// JavaScript modules of ours among what is generated.
import { HEADER_LENGTH, number, Reader, SECTION, section, sections, text } from './wasm-bytes.mjs';

// The others are the functions of JavaScript modules of ours, which the wasm imports by their names.
const GENERATED = /^__wb(g|indgen)_/;
const MODULE = 'm';

/** The modules and the glue with short names, and without what no module imports. Throws when an import is not in the glue, or its kind is not known here. */
export function shortenImports(modules, glue) {
  const short = { generated: new Map(), ours: new Map(), exports: new Map(), count: 0 };
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
    const module = reader.text().toString();
    const name = reader.text().toString();
    const isGenerated = GENERATED.test(name);
    const known = isGenerated ? short.generated : short.ours;
    const key = isGenerated ? name : `${module} ${name}`;
    if (!known.has(key)) known.set(key, `i${(short.count++).toString(36)}`);
    parts.push(text(Buffer.from(MODULE)), text(Buffer.from(known.get(key))), reader.since(() => describe(reader)));
  }
  return Buffer.concat(parts);
}

function exports(reader, short) {
  const count = reader.number();
  const parts = [number(count)];
  for (let i = 0; i < count; i++) {
    const long = reader.text().toString();
    if (!short.exports.has(long)) short.exports.set(long, `e${short.exports.size.toString(36)}`);
    const name = short.exports.get(long);
    // What it is, and which one.
    parts.push(text(Buffer.from(name)), reader.since(() => (reader.byte(), reader.number())));
  }
  return Buffer.concat(parts);
}

function renamed(glue, { generated, ours, exports }) {
  const missing = new Set([...generated.keys(), ...ours.keys()]);
  const given = [...ours].map(([key, short]) => ({ module: key.split(' ')[0], name: key.split(' ')[1], short }));
  const namespace = /^import \* as import\d+ from "(.*)"\n/gm;
  for (const [, module] of glue.matchAll(namespace)) given.filter((one) => one.module === module).forEach(({ name }) => missing.delete(`${module} ${name}`));
  const imports = given.map(({ module, name, short }) => `import { ${name} as _${short} } from "${module}";\n`).join('');
  const result = glue
    // Before the names of imports, which some exports have a part of.
    .replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${exports.get(name) ?? name}`)
    .replace(/^ {8}(__wb(?:g|indgen)_\w+): function[^]*?^ {8}\}(?:, arguments\); \})?,\n/gm, (entry, name) => (missing.delete(name) ? entry.replace(name, generated.get(name)) : ''))
    .replace(/^(\s*const import0 = \{\n)/m, (start) => `${start}${given.map(({ short }) => `        ${short}: _${short},\n`).join('')}`)
    .replace(/^\s*"\.\/[^"]+": import(\d+),\n/gm, (_, which) => (which === '0' ? `        ${MODULE}: import0,\n` : ''))
    .replace(namespace, '');
  if (missing.size > 0) throw new Error(`the glue does not provide ${[...missing].join(', ')}`);
  return imports + result;
}

/** What is imported: a function's type is all that wasm-bindgen's modules have. */
function describe(reader) {
  const kind = reader.byte();
  if (kind !== 0) throw new Error(`an import is of kind ${kind}, not a function`);
  reader.number();
}
