// Sign-ins and refreshes per second, processor time for each, start-up and memory of the release backend, against ministack in the same
// run. The load is bounded: 8 connections on loopback, one request at a time each. Generator and server share the machine, so the
// generator's share is printed, and so is the rate that the server's processor time alone would allow.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backendBinary, startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { startMinistack } from '../support/ministack.mjs';
import { COLUMNS, CONNECTIONS, buildGenerator, load, row, summary } from './load.mjs';
import { makePeople } from './people.mjs';
import { residentMiB } from './process.mjs';
import { median, printTable, ratio, short, verdict } from './table.mjs';

const OPERATIONS = [['srp_sign_in', 'SRP sign-in (two requests)'], ['password_sign_in', 'password sign-in'], ['refresh', 'refresh']];

export async function benchBackend({ quick = false } = {}) {
  buildGenerator();
  const seconds = quick ? 1 : 10;
  const rounds = quick ? 1 : 3;
  const targets = [['cognate', await startOurs()], ['ministack', await startMinistack()]];
  try {
    await sleep(quick ? 200 : 2000);
    const idle = Object.fromEntries(targets.map(([name, { pid }]) => [name, residentMiB(pid)]));
    const people = {};
    for (const [name, target] of targets) people[name] = await makePeople(target, CONNECTIONS);

    const results = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [operation] of OPERATIONS) {
        for (const [name, target] of targets) {
          (results[`${name} ${operation}`] ??= []).push(await load(target, { people: people[name], operation, seconds }));
        }
      }
    }
    const rows = [];
    for (const [operation, title] of OPERATIONS) {
      const peer = summary(results[`ministack ${operation}`]);
      for (const [name] of targets) rows.push([title, name, ...row(summary(results[`${name} ${operation}`]), peer)]);
    }
    const srp = summary(results['cognate srp_sign_in']);
    printTable(
      `Backend under load: ${CONNECTIONS} connections, ${seconds} s, median of ${rounds}, ${availableParallelism()} cores shared with the generator`,
      ['operation', 'backend', ...COLUMNS], rows,
      [
        `SRP sign-ins: ${verdict(srp.rate >= 240, '240 per second')}. Each is computed in full, with a fresh secret, and every answer is checked for tokens.`,
        'A password is kept as an SRP verifier, so a password sign-in is one 256-bit exponentiation; ministack compares the stored text.',
        '"per s and core" is 1000 / server CPU ms: the rate with one core that the server has for itself.',
      ],
    );

    const started = await startTimes(quick ? 2 : 9);
    const [ours, peer] = targets.map(([, target]) => target);
    printTable('Backend at rest', ['what', 'cognate', 'ministack', 'ratio', ''], [
      ['start to first answer, ms', short(started.again), short(peer.startMs), ratio(peer.startMs, started.again), verdict(started.again < 100, 'under 100 ms')],
      ['first start (makes keys and demo pool), ms', short(started.first), '-', '-', ''],
      ['idle memory, MiB', short(idle.cognate), short(idle.ministack), ratio(idle.ministack, idle.cognate), verdict(idle.cognate < 30, 'under 30 MiB')],
      ['memory after the load, MiB', short(residentMiB(ours.pid)), short(residentMiB(peer.pid)), '', ''],
    ]);
    return { results, idle, started };
  } finally {
    for (const [, target] of targets) await target.stop();
  }
}

async function startOurs() {
  const backend = await startBackend();
  return { ...backend, endpoint: backend.url };
}

// From the start of the process to the first answer of /health: on a new data folder, then on the one that it made.
async function startTimes(rounds) {
  const data = await mkdtemp(join(tmpdir(), 'cognate-start-'));
  const times = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const port = await freePort();
      const begun = performance.now();
      const child = spawn(backendBinary(), ['serve', '--listen', `127.0.0.1:${port}`, '--data', data], { stdio: 'ignore' });
      const ended = new Promise((resolve) => { child.once('exit', resolve); });
      for (;;) {
        const answered = await fetch(`http://127.0.0.1:${port}/health`).then(({ ok }) => ok, () => false);
        if (answered) break;
        if (child.exitCode !== null || performance.now() - begun > 15_000) throw new Error('the backend did not start');
        await sleep(1);
      }
      times.push(performance.now() - begun);
      child.kill('SIGTERM');
      await ended;
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  return { first: times[0], again: median(times.slice(1)) };
}
