// boto3, the AWS SDK for Python, as a client of the tests: a process of its own that calls what it is told.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pythonWithBoto3 } from '../support/ministack.mjs';

const DRIVER = fileURLToPath(new URL('boto3-driver.py', import.meta.url));

/**
 * Starts it for one endpoint and one service. `call` and `admin` (with the demo keys) take the operation as Python or as the API names it, and the parameters
 * as the API does; a refusal throws an error with boto3's class as `name`. `operations` are those that it knows, as the API names them.
 */
export async function startBoto3(endpoint, service = 'cognito-idp') {
  const child = spawn(pythonWithBoto3(), [DRIVER, endpoint, service], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)));
  ended.then((code) => waiting.splice(0).forEach(({ reject }) => reject(new Error(`the driver ended with ${code}`))));

  async function send(operation, parameters, signed) {
    const reply = new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    child.stdin.write(`${JSON.stringify({ operation, parameters, signed })}\n`); // without the operation if that is undefined
    const { answer, error } = await reply;
    if (error) throw Object.assign(new Error(error.message), { name: error.name });
    return answer;
  }
  return {
    call: (operation, parameters) => send(operation, parameters, false),
    admin: (operation, parameters) => send(operation, parameters, true),
    operations: () => send(),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
