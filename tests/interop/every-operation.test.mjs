// Every operation that docs/operations.md says is there is called by boto3 and by the AWS SDK for JavaScript, as they come, and each
// answer is what the published shapes say, as are the refusals on the way. What only one of the two knows is called by that one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { isMinistack } from '../support/target.mjs';
import { account, factors } from './operations/account.mjs';
import { boto3Client, javascriptClient } from './operations/clients.mjs';
import { imports } from './operations/imports.mjs';
import { pools } from './operations/pools.mjs';
import { records } from './operations/records.mjs';
import { sessions } from './operations/sessions.mjs';
import { shapesOf } from './operations/shapes.mjs';
import { users } from './operations/users.mjs';

const { complaintsAbout, declaresError, operations } = shapesOf('idp');
const STORIES = { pools, users, account, factors, imports, sessions, records };
const CLIENTS = { boto3: boto3Client, 'the AWS SDK for JavaScript': javascriptClient };
// Errors of the protocol that no operation declares by itself.
const EVERYWHERE = ['InternalErrorException', 'LimitExceededException', 'TooManyRequestsException'];

const table = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  .split('## User pools')[1]
  .split('\n## ')[0]
  .split('\n')
  .map((line) => line.match(/^\| (\w+) \| (public|SigV4) \| (.+) \|$/))
  .filter(Boolean)
  .map(([, operation, caller, state]) => ({ operation, isSigned: caller === 'SigV4', isThere: state.startsWith('there') }));
const isSigned = (operation) => table.find((row) => row.operation === operation).isSigned;
const skip = isMinistack && 'it has a part of these operations only';

let backend;
let recorder;

before(async () => {
  if (isMinistack) return;
  backend = await startBackend();
  recorder = await startRecorder(backend.url, { keepsHost: true });
});
after(async () => {
  await recorder?.close();
  await backend?.stop();
});

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`${name} calls every operation that it knows, and each answer has its shape`, { skip }, async () => {
    const client = await connect(recorder.url, isSigned);
    const from = recorder.exchanges.length;
    const readCode = (address, options) => code(backend.url, address, options);
    try {
      for (const story of Object.values(STORIES)) await story(client.call, { backend, readCode, knows: client.knows });
    } finally {
      await client.stop();
    }
    const exchanges = recorder.exchanges.slice(from).filter(({ operation }) => operation);
    assert.deepEqual(exchanges.flatMap(complaints), []);
    const answered = new Set(exchanges.filter(({ status }) => status === 200).map(({ operation }) => operation));
    const missing = table.filter(({ operation, isThere }) => isThere && client.knows(operation) && !answered.has(operation));
    assert.deepEqual(missing.map(({ operation }) => operation), []);
  });
}

test('the table has every operation of the shapes, and one of the two clients knows each that is there', { skip }, async () => {
  assert.deepEqual(table.map(({ operation }) => operation).sort(), [...operations].sort());
  const both = await Promise.all(Object.values(CLIENTS).map((connect) => connect(recorder.url, isSigned)));
  const unknown = table.filter(({ operation, isThere }) => isThere && !both.some((client) => client.knows(operation)));
  await Promise.all(both.map((client) => client.stop()));
  assert.deepEqual(unknown, []);
});

function complaints({ operation, status, response }) {
  const body = response === '' ? undefined : JSON.parse(response);
  if (status === 200) return complaintsAbout(operation, body);
  return declaresError(operation, body.__type) || EVERYWHERE.includes(body.__type) ? [] : [`${operation} does not declare ${body.__type}: ${body.message}`];
}
