// How the wasm is compiled that people download: small, and without a word about the machine.

import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

// A sign-in hashes a few kilobytes: the small form is fast enough, and 7 KB smaller.
const ROLLED_UP_SHA_256 = '--cfg sha2_backend="soft" --cfg sha2_backend_soft="compact"';

/** `RUSTFLAGS` for a module of the project at `root`; `env` is what cargo will run with. */
export function smallWasmFlags(root, env) {
  return [env.RUSTFLAGS, ROLLED_UP_SHA_256, ...withoutMachinePaths(root, env)].filter(Boolean).join(' ');
}

// Panics name their source files. Where those lie on this machine is nobody's business, and costs bytes.
function withoutMachinePaths(root, env) {
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { env, encoding: 'utf8' }).trim();
  const cargoHome = env.CARGO_HOME || join(homedir(), '.cargo');
  const names = [[root, ''], [cargoHome, 'cargo'], [sysroot, 'rust']];
  return names.map(([path, name]) => `--remap-path-prefix=${path}=${name}`);
}
