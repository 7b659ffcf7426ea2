/**
 * QR codes (ISO/IEC 18004) as SVG: bytes, error correction of level M, versions 1 to 20, which hold up to 666 bytes. Loaded
 * when it is first used; it depends on nothing, and draws what it is given.
 */

/** The code as the text of an `<svg>`: dark on light, with the light margin that scanners want. Throws a `RangeError` for a longer text. */
export function qrCode(text: string): string {
  const modules = encode(new TextEncoder().encode(text));
  const side = modules.length + 2 * MARGIN;
  let path = '';
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      const start = x;
      while (row[x]) x++;
      if (x > start) path += `M${start + MARGIN} ${y + MARGIN}h${x - start}v1h${start - x}z`;
    }
  });
  const light = `<path fill="#fff" d="M0 0h${side}v${side}H0z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">${light}<path d="${path}"/></svg>`;
}

/** The modules, row by row: true is dark. The smallest version, and of the eight masks the one of the least penalty. */
export function encode(data: Uint8Array): boolean[][] {
  const version = versionFor(data.length);
  const bits = interleaved(codewords(data, version), version);
  let best: boolean[][] = [];
  let least = Infinity;
  for (let mask = 0; mask < MASKS.length; mask++) {
    const code = drawn(version, bits, mask);
    const found = penalty(code);
    if (found < least) [best, least] = [code, found];
  }
  return best;
}

function versionFor(length: number): number {
  for (let version = 1; version < BLOCKS.length; version++) {
    if (4 + lengthBits(version) + 8 * length <= 8 * dataCodewords(version)) return version;
  }
  throw new RangeError('the text is too long for a QR code');
}

const lengthBits = (version: number): number => (version < 10 ? 8 : 16);

/** All codewords of a version: what the fixed patterns leave, in bytes. */
function allCodewords(version: number): number {
  const aligned = alignment(version).length;
  const patterns = aligned === 0 ? 0 : (25 * aligned - 10) * aligned - 55;
  return ((16 * version + 128) * version + 64 - patterns - (version < 7 ? 0 : 36)) >> 3;
}

const dataCodewords = (version: number): number => allCodewords(version) - CORRECTION[version]! * BLOCKS[version]!;

/** Mode, length, data, and what fills the rest. */
function codewords(data: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const push = (value: number, length: number): void => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  const capacity = 8 * dataCodewords(version);
  push(BYTES, 4);
  push(data.length, lengthBits(version));
  for (const byte of data) push(byte, 8);
  push(0, Math.min(4, capacity - bits.length));
  push(0, -bits.length & 7);
  for (let filler = 0xec; bits.length < capacity; filler ^= 0xec ^ 0x11) push(filler, 8);
  return Array.from({ length: bits.length / 8 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).join(''), 2));
}

/** Blocks with their error correction, codeword by codeword in turn, as bits. */
function interleaved(data: number[], version: number): number[] {
  const count = BLOCKS[version]!;
  const correction = CORRECTION[version]!;
  const short = Math.floor(data.length / count);
  const divisor = generator(correction);
  const blocks = Array.from({ length: count }, (_, i) => {
    const longer = (index: number): number => Math.max(0, index - (count - (data.length % count)));
    return data.slice(i * short + longer(i), (i + 1) * short + longer(i + 1));
  });
  const checks = blocks.map((block) => remainder(block, divisor));
  const result: number[] = [];
  for (const group of [blocks, checks]) {
    for (let i = 0; i < Math.max(short + 1, correction); i++) {
      for (const block of group) if (i < block.length) result.push(block[i]!);
    }
  }
  return result.flatMap((word) => Array.from({ length: 8 }, (_, i) => (word >> (7 - i)) & 1));
}

/** A product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function product(a: number, b: number): number {
  let result = 0;
  for (let i = 7; i >= 0; i--) {
    result = (result << 1) ^ ((result >> 7) * 0x11d);
    result ^= ((b >> i) & 1) * a;
  }
  return result;
}

/** The Reed-Solomon generator polynomial of a degree, without its leading 1. */
function generator(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) result[j] = product(result[j]!, root) ^ (result[j + 1] ?? 0);
    root = product(root, 2);
  }
  return result;
}

function remainder(data: number[], divisor: number[]): number[] {
  const result = divisor.map(() => 0);
  for (const word of data) {
    const factor = word ^ result.shift()!;
    result.push(0);
    divisor.forEach((coefficient, i) => (result[i]! ^= product(coefficient, factor)));
  }
  return result;
}

/** Where the alignment patterns are, in each direction. */
function alignment(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((4 * version + 4) / (2 * count - 2)) * 2;
  const last = 4 * version + 10;
  return [6, ...Array.from({ length: count - 1 }, (_, i) => last - step * (count - 2 - i))];
}

function drawn(version: number, bits: number[], mask: number): boolean[][] {
  const size = 4 * version + 17;
  const code = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const fixed = code.map((row) => row.map(() => false));
  const set = (x: number, y: number, dark: boolean): void => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    code[y]![x] = dark;
    fixed[y]![x] = true;
  };
  const rings = (x: number, y: number, radius: number, light: number[]): void => {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) set(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) rings(x, y, 4, [2, 4]);
  const places = alignment(version);
  const end = places.length - 1;
  places.forEach((x, i) =>
    places.forEach((y, j) => {
      const isFinder = (i === 0 && (j === 0 || j === end)) || (i === end && j === 0);
      if (!isFinder) rings(x, y, 2, [1]);
    }),
  );
  // Level M is 00; then three bits of the mask, and ten of a BCH code.
  const format = ((mask << 10) | checked(mask, 0x537, 10)) ^ 0x5412;
  const bit = (value: number, i: number): boolean => ((value >> i) & 1) === 1;
  for (let i = 0; i < 15; i++) {
    const inFirst = i < 6 ? i : i < 8 ? i + 1 : 14 - i;
    if (i < 8) set(8, inFirst, bit(format, i));
    else set(i === 8 ? 7 : inFirst, 8, bit(format, i));
    if (i < 8) set(size - 1 - i, 8, bit(format, i));
    else set(8, size - 15 + i, bit(format, i));
  }
  set(8, size - 8, true);
  if (version >= 7) {
    const told = (version << 12) | checked(version, 0x1f25, 12);
    for (let i = 0; i < 18; i++) {
      const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
      set(a, b, bit(told, i));
      set(b, a, bit(told, i));
    }
  }
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (!fixed[y]![x]) code[y]![x] = (bits[next++] === 1) !== MASKS[mask]!(x, y);
      }
    }
  }
  return code;
}

/** The check bits of a BCH code. */
function checked(value: number, polynomial: number, degree: number): number {
  let rest = value;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * polynomial);
  return rest;
}

/** The four rules of the standard: runs, squares, what looks like a finder, and balance. */
function penalty(code: boolean[][]): number {
  const size = code.length;
  const columns = code.map((_, x) => code.map((row) => row[x]!));
  let result = 0;
  for (const line of [...code, ...columns]) {
    const text = line.map((dark) => (dark ? '1' : '0')).join('');
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) result += run.length - 2;
    for (const _ of `0000${text}0000`.matchAll(LIKE_A_FINDER)) result += 40;
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const dark = code[y]![x];
      if (dark === code[y]![x - 1] && dark === code[y - 1]![x] && dark === code[y - 1]![x - 1]) result += 3;
    }
  }
  const dark = code.flat().filter(Boolean).length;
  return result + 10 * (Math.ceil(Math.abs(dark * 20 - size * size * 10) / (size * size)) - 1);
}

const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Codewords of error correction in each block, and how many blocks: by version, from 1. */
const CORRECTION = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

/** Runs of 1, 1, 3, 1, 1 modules between light ones, of which one side has four. They may overlap. */
const LIKE_A_FINDER = /(?=010111010000)|(?=000010111010)/g;
const BYTES = 0b0100;
const MARGIN = 4;
