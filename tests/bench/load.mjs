// The load generator (tests/bench/load) against one backend, and what comes of it as a row of a table.

import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMs } from './process.mjs';
import { median, ratio, short } from './table.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Connections of the generator, one request at a time each. */
export const CONNECTIONS = 8;

/** The columns of `row`. */
export const COLUMNS = ['per s', 'ratio', 'p50 ms', 'p99 ms', 'server CPU ms', 'ratio', 'per s and core', 'generator CPU'];

/** Builds it, for release. */
export function buildGenerator() {
  execFileSync('cargo', ['build', '--quiet', '--release', '-p', 'cognate-bench-load'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

/**
 * One run: `operation` by `people` for `seconds`; `signed` (headers and body) is what `list_users` sends. The server's processor time is
 * taken around it. Throws if anything failed, unless it `mayFail`: then `failed` is the share.
 */
export async function load(target, { people, operation, seconds, signed, mayFail = false }) {
  const plan = {
    address: addressOf(target),
    pool: target.poolId,
    client: target.clientId,
    operation,
    connections: CONNECTIONS,
    seconds,
    people,
    signed,
  };
  const before = cpuMs(target.pid);
  const child = spawn(join(root, 'target', 'release', 'cognate-bench-load'), [JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => { output += chunk; });
  const status = await new Promise((resolve) => { child.once('close', resolve); });
  if (status !== 0) throw new Error(`the load generator ended with ${status}`);
  const outcome = JSON.parse(output);
  if (outcome.completed === 0 || (outcome.failed > 0 && !mayFail)) throw new Error(`${operation}: ${outcome.failed} of ${outcome.failed + outcome.completed} failed, first: ${outcome.first_failure}`);
  return {
    rate: outcome.completed / outcome.seconds,
    p50: outcome.p50_ms,
    p99: outcome.p99_ms,
    cpu: (cpuMs(target.pid) - before) / outcome.completed,
    failed: outcome.failed / (outcome.failed + outcome.completed),
    generatorCores: outcome.cpu_ms / 1000 / outcome.seconds,
  };
}

/** Host and port that the generator names: a signature covers them. */
export function addressOf({ endpoint }) {
  return new URL(endpoint).host.replace('localhost', '127.0.0.1');
}

/** The median of each number of several runs. */
export function summary(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
}

/** The cells of one run; `peer` is what the ratios are to. */
export function row(own, peer) {
  return [
    short(own.rate), ratio(own.rate, peer.rate), short(own.p50), short(own.p99), short(own.cpu), ratio(own.cpu, peer.cpu),
    short(1000 / own.cpu), `${short(own.generatorCores)} cores`,
  ];
}
