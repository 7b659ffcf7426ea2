// Where things are, and the environment that every tool runs in.

import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** A path inside the repository. */
export const inRoot = (...parts) => join(ROOT, ...parts);

/** The suffix of an executable's name on this system. */
export const EXE = process.platform === 'win32' ? '.exe' : '';

/** The backend's release build, made by `npm run build`. */
export const BACKEND_BINARY = inRoot('target', 'release', `cognate${EXE}`);

/** The environment of every tool: our own tools first, and build results where the scripts look for them. */
export function toolEnvironment(extra = {}) {
  const path = [inRoot('.tools', 'bin'), inRoot('node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, PATH: path, CARGO_TARGET_DIR: inRoot('target'), ...extra };
}

/** A version that the root Cargo.toml fixes, such as `rust-version` or `wasm-bindgen`. */
export function cargoVersion(key) {
  const found = new RegExp(`^${key} = (?:\\{.*\\bversion = )?"=?([0-9.]+)"`, 'm').exec(readFileSync(inRoot('Cargo.toml'), 'utf8'));
  if (!found) throw new Error(`Cargo.toml gives no version for ${key}`);
  return found[1];
}
