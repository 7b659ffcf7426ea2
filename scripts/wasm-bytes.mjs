// Reading and writing the binary format of WebAssembly (core specification, chapter 5), as far as the build's own passes need it.
export const HEADER_LENGTH = 8;
export const SECTION = { custom: 0, import: 2, export: 7, code: 10, data: 11 };

export class Reader {
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
}

/** The sections of a module: their ids, where each starts, where its content does, and where it ends. */
export function* sections(wasm) {
  const reader = new Reader(wasm, HEADER_LENGTH);
  while (reader.at < wasm.length) {
    const start = reader.at;
    const id = reader.byte();
    const end = reader.number() + reader.at;
    yield { id, start, content: reader.at, end };
    reader.at = end;
  }
}

export function section(id, content) {
  return Buffer.concat([Buffer.from([id]), number(content.length), content]);
}

export function text(bytes) {
  return Buffer.concat([number(bytes.length), bytes]);
}

/** A number in LEB128. */
export function number(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
