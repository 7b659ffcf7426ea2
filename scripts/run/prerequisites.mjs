// What a machine must have before anything of ours can run, each with the command that helps.

import { existsSync } from 'node:fs';
import { run } from './processes.mjs';
import { Problem } from './problem.mjs';
import { cargoVersion } from './workspace.mjs';

const NODE_MAJOR = 20;
const WASM_TARGET = 'wasm32-unknown-unknown';

/** Node, npm, Rust of the version we build with, and a C compiler (for the backend's cryptography). */
export async function checkBuildTools() {
  checkNode(process.versions.node);
  await needs('npm', ['--version'], 'npm was not found.', 'apt-get install npm   (or install Node.js from its own site)');
  await checkRust();
  await checkCompiler();
}

/** Python with `venv`, for the emulator that the tests compare with. */
export async function checkPython() {
  const help = 'apt-get install python3 python3-venv';
  await needs('python3', ['--version'], 'Python 3 was not found; a test peer runs on it.', help);
  await needs('python3', ['-c', 'import venv, ensurepip'], 'Python 3 lacks its venv module; a test peer is installed with it.', help);
}

/** Adds Rust's WebAssembly target where it is missing. */
export async function addWasmTarget() {
  if (await hasWasmTarget()) return;
  const added = await run('rustup', ['target', 'add', WASM_TARGET]);
  if (added.ok && (await hasWasmTarget())) return;
  throw new Problem(`Rust's ${WASM_TARGET} target is missing and could not be added.`, {
    help: `rustup target add ${WASM_TARGET}   (rustup: https://rustup.rs)`,
    output: added.output,
  });
}

/** Whether version `actual` is at least `wanted`, part by part. */
export function atLeast(actual, wanted) {
  const [a, b] = [actual, wanted].map((version) => version.split('.').map(Number));
  for (let i = 0; i < b.length; i += 1) {
    if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  }
  return true;
}

function checkNode(version) {
  if (atLeast(version, `${NODE_MAJOR}`)) return;
  throw new Problem(`Node.js ${NODE_MAJOR} or newer is needed; this is ${version}.`, { help: `nvm install ${NODE_MAJOR}` });
}

async function checkRust() {
  const wanted = cargoVersion('rust-version');
  const install = 'curl --proto "=https" --tlsv1.2 -sSf https://sh.rustup.rs | sh';
  await needs('cargo', ['--version'], 'cargo was not found; Rust is needed.', install);
  const { output } = await needs('rustc', ['--version'], 'rustc was not found; Rust is needed.', install);
  const actual = /rustc ([0-9.]+)/.exec(output)?.[1] ?? '0';
  if (!atLeast(actual, wanted)) {
    throw new Problem(`Rust ${wanted} or newer is needed; this is ${actual}.`, { help: 'rustup update stable' });
  }
}

async function checkCompiler() {
  const compilers = process.env.CC ? [process.env.CC] : ['cc', 'gcc', 'clang'];
  for (const compiler of compilers) {
    const [command, ...flags] = compiler.trim().split(/\s+/); // CC may be `ccache gcc`
    if ((await run(command, [...flags, '--version'])).ok) return;
  }
  if (process.env.CC) throw new Problem(`CC names ${process.env.CC}, which does not run.`, { help: 'unset CC' });
  throw new Problem('A C compiler was not found; the backend needs one to build its cryptography.', {
    help: process.platform === 'darwin' ? 'xcode-select --install' : 'apt-get install gcc libc6-dev',
  });
}

async function hasWasmTarget() {
  const { ok, output } = await run('rustc', ['--print', 'target-libdir', '--target', WASM_TARGET]);
  return ok && existsSync(output.trim());
}

async function needs(command, args, sentence, help) {
  const result = await run(command, args);
  if (!result.ok) throw new Problem(sentence, { help });
  return result;
}
