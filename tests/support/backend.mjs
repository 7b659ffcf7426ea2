// The real backend for a test: its own port, its own data folder, gone when the test is over.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5_000;

/** The demo pool that the backend makes on its first start. */
const DEMO_POOL = 'local_demo';
/** The demo pool's public client. */
const DEMO_CLIENT = 'demowebclient';

/**
 * Starts `cognate serve` on a free loopback port and waits until `/health` answers.
 *
 * `args` are appended to the command line (for example `['--config', file]`); `dataDir` keeps the data
 * of an earlier start (then it is not removed by `stop`); `port` asks for a certain port; `publicUrl` is the
 * address that browsers use where it is not the backend's own (a proxy of the test); `cwd` is where it is started; `output()` has the last `keptOutput` characters.
 */
export async function startBackend({ args = [], dataDir, port, publicUrl, cwd, env = {}, keptOutput = 20_000 } = {}) {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'cognate-backend-')));
  const listen = port ?? (await freePort());
  const url = `http://localhost:${listen}`;
  const child = spawn(
    backendBinary(),
    ['serve', '--listen', `127.0.0.1:${listen}`, '--data', folder, '--public-url', publicUrl ?? url, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd, env: { ...process.env, ...env } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-keptOutput)));
  }
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  const stop = async () => {
    process.removeListener('exit', killWithUs);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(late);
    }
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
  };

  try {
    await healthy(url, exited, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    port: listen,
    dataDir: folder,
    pid: child.pid,
    poolId: DEMO_POOL,
    clientId: DEMO_CLIENT,
    issuer: `${publicUrl ?? url}/${DEMO_POOL}`,
    output: () => output,
    exited,
    stop,
  };
}

/** The backend's executable: `COGNATE_BACKEND`, else the release build, else the debug build. */
export function backendBinary() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const candidates = [
    process.env.COGNATE_BACKEND,
    join(ROOT, 'target', 'release', `cognate${suffix}`),
    join(ROOT, 'target', 'debug', `cognate${suffix}`),
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('the backend is not built; build it with: npm run build');
  return found;
}

async function healthy(url, exited, output) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let end;
  exited.then((result) => (end = result));
  while (Date.now() < deadline) {
    if (end) throw new Error(`the backend ended (${end.signal ?? end.code}) before it was ready:\n${output()}`);
    try {
      const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) });
      if (response.ok) return;
    } catch {
      // not listening yet
    }
    await sleep(20);
  }
  throw new Error(`the backend did not answer within ${START_TIMEOUT_MS / 1000} s:\n${output()}`);
}
