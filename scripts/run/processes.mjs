// Child processes that never outlive the script: each runs in a process group of its own, and the groups
// end when the script does, by whatever signal.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { toolEnvironment, ROOT } from './workspace.mjs';

const GRACE_MS = 4_000;
const ORPHAN_CHECK_MS = 500;
const running = new Set();
let ending = false;

/**
 * Starts a process. `onLine` sees every line it writes; without it the output goes to the terminal.
 * @returns {{child: import('node:child_process').ChildProcess, ended: Promise<{code: number|null, signal: string|null, error?: Error}>}}
 */
export function start(command, args, { cwd = ROOT, env, onLine } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: toolEnvironment(env),
    detached: process.platform !== 'win32',
    stdio: onLine ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  running.add(child);
  if (onLine) for (const stream of [child.stdout, child.stderr]) splitLines(stream, onLine);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => running.delete(child));
  return { child, ended };
}

/** Runs a process to its end and gives its exit code and all that it wrote. */
export async function run(command, args, { onLine, ...options } = {}) {
  const lines = [];
  const { ended } = start(command, args, {
    ...options,
    onLine: (line) => {
      lines.push(line);
      onLine?.(line);
    },
  });
  const end = await ended;
  if (ending) await new Promise(() => {}); // a signal is ending the script: nothing may follow
  return { ...end, ok: end.code === 0, output: lines.join('\n') };
}

/** Ends a process and its children: first asked, then forced. */
export async function stop({ child, ended }) {
  signalGroup(child, 'SIGTERM');
  const late = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(late);
}

/**
 * From now on SIGINT, SIGTERM, SIGHUP and the death of the parent (npm, a terminal) end every process and
 * then the script. `before` may close what the script itself holds open.
 */
export function endTogether(before = async () => {}) {
  const end = async (exitCode) => {
    if (ending) return;
    ending = true;
    try {
      await Promise.race([before(), new Promise((resolve) => setTimeout(resolve, GRACE_MS))]);
      await Promise.all([...running].map((child) => stop({ child, ended: closed(child) })));
    } finally {
      process.exit(exitCode);
    }
  };
  process.on('SIGINT', () => end(130));
  process.on('SIGTERM', () => end(143));
  process.on('SIGHUP', () => end(129));
  const ancestors = [process.ppid, ...npmAbove(process.ppid)];
  setInterval(() => ancestors.every(isAlive) || end(129), ORPHAN_CHECK_MS).unref();
  process.on('exit', () => running.forEach((child) => signalGroup(child, 'SIGKILL')));
}

// npm runs a script through a shell, which may outlive it: npm is then our grandparent.
function npmAbove(shell) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return [];
  const stat = `/proc/${shell}/stat`;
  const parent = existsSync(stat)
    ? readFileSync(stat, 'utf8').split(') ').at(-1).split(' ')[1] // pid (name) state ppid ...
    : spawnSync('ps', ['-o', 'ppid=', '-p', String(shell)], { encoding: 'utf8' }).stdout;
  return Number(parent) > 1 ? [Number(parent)] : [];
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // somebody else's process is alive too
  }
}

function closed(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('close', resolve));
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it has already ended
  }
}

function splitLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on('end', () => rest && onLine(rest));
}
