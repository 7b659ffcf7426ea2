// Progress: which step runs, how long it has taken, what it is doing.

import { run } from './processes.mjs';
import { Problem } from './problem.mjs';

const TERMINAL_TICK_MS = 200;
const LOG_TICK_MS = 15_000;
const SHOWN_ON_FAILURE = 60;

/**
 * Runs one step and shows it: its title, the seconds, and the note that `work` last gave to its argument.
 * On a terminal one line is rewritten; in a log there is a line at the start, at the end and now and then.
 */
export async function step(title, work) {
  const began = Date.now();
  const terminal = process.stdout.isTTY === true;
  let note = '';
  const tick = () => (terminal ? rewrite(`… ${title} ${seconds(began)}  ${note}`) : console.log(`  … ${title} ${seconds(began)}: ${note}`));
  if (!terminal) console.log(`• ${title}`);
  const timer = setInterval(tick, terminal ? TERMINAL_TICK_MS : LOG_TICK_MS);
  try {
    const result = await work((text) => (note = text));
    finish(terminal, `✓ ${title} ${seconds(began)}`);
    return result;
  } catch (error) {
    finish(terminal, `✗ ${title} ${seconds(began)}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * A step that is one command. A command that fails is a `Problem` with the end of its output.
 * `help` is the command to suggest then.
 */
export function commandStep(title, command, args, { help, ...options } = {}) {
  return step(title, async (note) => {
    const result = await run(command, args, { ...options, onLine: (line) => line.trim() && note(line.trim()) });
    if (result.ok) return result;
    const how = result.error?.code === 'ENOENT' ? 'was not found' : `failed (${result.signal ?? `exit code ${result.code}`})`;
    throw new Problem(`${title}: \`${[command, ...args].join(' ')}\` ${how}.`, {
      help,
      output: result.output.split('\n').slice(-SHOWN_ON_FAILURE).join('\n'),
    });
  });
}

function seconds(since) {
  return `(${((Date.now() - since) / 1000).toFixed(1)} s)`;
}

function rewrite(text) {
  const width = (process.stdout.columns ?? 80) - 1;
  process.stdout.write(`\r\x1b[2K${text.slice(0, width)}`);
}

function finish(terminal, text) {
  if (terminal) process.stdout.write(`\r\x1b[2K${text}\n`);
  else console.log(text);
}
