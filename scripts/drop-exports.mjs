// Takes exports out of a wasm module, so that wasm-opt drops what only they needed. wasm-bindgen exports every class that any crate
// has, also of crates whose code is not used. Only the export section (WebAssembly core specification, 5.5.10) is rewritten.
import binaryen from 'binaryen';

/** The module without the exports whose names match. Throws when there is none: then nothing of it needs to be called any more. */
export function dropExports(bytes, names) {
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(bytes);
  const exported = Array.from({ length: module.getNumExports() }, (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)).name);
  const dropped = exported.filter((name) => names.test(name));
  if (dropped.length === 0) throw new Error(`no export is called ${names}`);
  for (const name of dropped) module.removeExport(name);
  const result = Buffer.from(module.emitBinary());
  module.dispose();
  return result;
}
