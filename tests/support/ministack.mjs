// ministack (PyPI, MIT): a Cognito backend that nobody here wrote, with real SRP, SigV4 and CORS. The SDK is tested against it, and it is
// the peer of the backend benchmarks. It lives in its own Python environment, `.tools/python`, made once and stamped with its version.
//
// Facts that matter here: its `iss` is the real AWS URL although it listens on loopback; its confirmation codes are always
// `123456` and its recovery codes `654321`; it binds an MQTT port on every interface unless IOT_MTLS_ENABLED=false; state is in memory only.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { freePort } from './free-port.mjs';

const MINISTACK_VERSION = '1.5.33';
/** A client of the service for Python, with SRP for devices (PyPI, MIT); boto3 comes with ministack. */
const PYCOGNITO_VERSION = '2024.5.1';
const INSTALLED = `ministack ${MINISTACK_VERSION}, pycognito ${PYCOGNITO_VERSION}`;
/** What ministack sends as every code. */
const CODES = { confirmation: '123456', recovery: '654321' };
const REGION = 'us-east-1';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const environment = join(root, '.tools', 'python');

/**
 * Starts ministack on a free loopback port and makes one pool (e-mail as username, e-mail auto-verified) and one public client with the
 * flows USER_SRP_AUTH, USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH.
 *
 * @returns {Promise<{endpoint: string, issuer: string, region: string, poolId: string, clientId: string, codes: {confirmation: string, recovery: string}, pid: number,
 *   startMs: number, admin: CognitoIdentityProviderClient, stop: () => Promise<void>}>}
 */
export async function startMinistack() {
  const command = installMinistack();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = spawn(command, [], {
    env: {
      ...process.env,
      AUTH: 'true',
      IOT_MTLS_ENABLED: 'false',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LOG_LEVEL: 'WARNING',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => { complaints = (complaints + chunk).slice(-4000); });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(late);
  };
  try {
    await untilHealthy(`${endpoint}/_ministack/health`, child, () => complaints);
    const startMs = performance.now() - begun;
    const admin = new CognitoIdentityProviderClient({
      endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const pool = await admin.send(new CreateUserPoolCommand({
      PoolName: 'interop',
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
    }));
    const poolId = pool.UserPool.Id;
    const client = await admin.send(new CreateUserPoolClientCommand({
      UserPoolId: poolId,
      ClientName: 'public',
      GenerateSecret: false,
      PreventUserExistenceErrors: 'ENABLED',
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }));
    return {
      endpoint,
      issuer: `https://cognito-idp.${REGION}.amazonaws.com/${poolId}`,
      region: REGION,
      poolId,
      clientId: client.UserPoolClient.ClientId,
      codes: CODES,
      pid: child.pid,
      startMs,
      admin,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A Python that has boto3 and pycognito; makes it if it is not there. */
export function pythonWithBoto3() {
  installMinistack();
  return join(environment, 'bin', 'python');
}

/** Makes `.tools/python` with the pinned packages unless it is there; answers the path of ministack's command. Safe against a second process. */
function installMinistack() {
  const stamp = join(environment, 'installed');
  const command = join(environment, 'bin', 'ministack');
  const installed = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === INSTALLED;
  if (installed()) return command;
  mkdirSync(dirname(environment), { recursive: true });
  const release = lock(`${environment}.lock`, installed);
  try {
    if (installed()) return command;
    run('python3', ['-m', 'venv', '--clear', environment], 'Python 3 with venv is needed: sudo apt-get install python3-venv');
    const packages = [`ministack[full]==${MINISTACK_VERSION}`, `pycognito==${PYCOGNITO_VERSION}`];
    run(join(environment, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages],
      'ministack and pycognito could not be installed from PyPI');
    writeFileSync(stamp, INSTALLED);
  } finally {
    release();
  }
  return command;
}

/** A directory is the lock; one older than five minutes was left by a process that died. */
function lock(path, doneElsewhere) {
  for (;;) {
    try {
      mkdirSync(path);
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (doneElsewhere()) return () => {};
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 5 * 60_000) rmSync(path, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function run(command, args, advice) {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 5 * 60_000 });
  if (result.status !== 0) {
    throw new Error(`${advice} (${command} ${args.join(' ')}: ${result.error?.message ?? result.stderr})`);
  }
}

async function untilHealthy(url, child, complaints) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`ministack ended at once with ${child.exitCode}: ${complaints()}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(20);
  }
  throw new Error(`ministack was not healthy after 30 s: ${complaints()}`);
}
