// What a large directory costs: sign-ins, refreshes, GetUser, sign-ups and ListUsers with 1,000 and with 100,000 users, the rate and the
// processor time of each, against ministack in the same run; and how fast a CSV file of as many rows is imported. The peer is filled for two
// minutes only, which is said in its rows.

import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { startBackend } from '../support/backend.mjs';
import { startMinistack } from '../support/ministack.mjs';
import { adminClient } from '../support/target.mjs';
import { importUsers, makeUsers } from './crowd.mjs';
import { COLUMNS, CONNECTIONS, addressOf, buildGenerator, load, row, summary } from './load.mjs';
import { makePeople } from './people.mjs';
import { residentMiB } from './process.mjs';
import { printTable, ratio, short, verdict } from './table.mjs';

const OPERATIONS = [
  ['password sign-in', 'password_sign_in'],
  ['refresh', 'refresh'],
  ['GetUser', 'get_user'],
  ['ListUsers, a page of 60', 'list_users', () => ({ Limit: 60 })],
  ['ListUsers, one by e-mail', 'list_users', ([{ username }]) => ({ Filter: `email = "${username}"` })],
  ['SignUp', 'sign_up'], // last: it makes the directory larger
];

// The peer looks through all users for each one that it makes: after so long its directory is as large as it gets.
const PEER_PATIENCE_MS = 120_000;

export async function benchDirectory({ quick = false } = {}) {
  buildGenerator();
  const sizes = quick ? [100, 1_000] : [1_000, 100_000];
  const results = new Map();
  const filled = [];
  for (const size of sizes) {
    for (const [name, start] of [['cognate', startOurs], ['ministack', startPeer]]) {
      const target = await start();
      try {
        const begun = performance.now();
        const made = await (name === 'cognate' ? importUsers(target, size) : makeUsers(target, size, PEER_PATIENCE_MS));
        filled.push([size, name, made, short(made / ((performance.now() - begun) / 1000)), short(residentMiB(target.pid))]);
        for (const [title, own] of await measure(target, { seconds: quick ? 1 : 5, rounds: quick ? 1 : 3 })) results.set(`${name} ${size} ${title}`, own);
      } finally {
        await target.stop();
      }
    }
  }
  const [few, many] = sizes;
  const rows = OPERATIONS.flatMap(([title]) => sizes.flatMap((size) => ['cognate', 'ministack'].map((name) => {
    const own = results.get(`${name} ${size} ${title}`);
    return [title, name, filled.find(([wanted, whose]) => wanted === size && whose === name)[2], ...row(own, results.get(`ministack ${size} ${title}`))];
  })));
  const growth = OPERATIONS.map(([title]) => {
    const cost = (name, size) => results.get(`${name} ${size} ${title}`).cpu;
    const ours = cost('cognate', many) / cost('cognate', few);
    return [title, `${short(ours)}x`, ratio(cost('ministack', many), cost('ministack', few)), verdict(ours < 1.5, 'flat: under 1.5x')];
  });
  const failures = [...results].filter(([, { failed }]) => failed > 0).map(([what, { failed }]) => `${what}: ${short(failed * 100)} % were answered with 500; the row is of the others.`);
  printTable(
    `A directory of ${few} and of ${many} users: ${CONNECTIONS} connections, each row alone`, ['operation', 'backend', 'users', ...COLUMNS], rows, failures,
  );
  printTable(`Processor time with ${many} users, as a multiple of that with ${few}`, ['operation', 'cognate', 'ministack', ''], growth);
  const refresh = (name) => results.get(`${name} ${many} refresh`).cpu;
  const imported = Number(filled.find(([size, name]) => size === many && name === 'cognate')[3]);
  printTable('Filling it: a CSV import here, AdminCreateUser there, for as long as we wait', ['wanted', 'backend', 'users', 'users per s', 'MiB then'], filled, [
    `Import of ${many} rows: ${verdict(imported > 2000, '2,000 rows per second')}, from the creation of the job to its end.`,
    `Refreshes for a second of processor time: ${verdict(refresh('ministack') / refresh('cognate') >= 2, 'twice the peer\'s')}.`,
  ]);
}

async function startOurs() {
  const backend = await startBackend();
  // The name that the generator signs for and sends.
  return { ...backend, endpoint: backend.url.replace('localhost', '127.0.0.1'), admin: adminClient(backend.url) };
}

// Under this load it answers 500 now and then: its lists change while it walks through them.
async function startPeer() {
  return { ...(await startMinistack()), mayFail: true };
}

async function measure(target, { seconds, rounds }) {
  const people = await makePeople(target, CONNECTIONS);
  const results = [];
  for (const [title, operation, parameters] of OPERATIONS) {
    const runs = [];
    for (let round = 0; round < rounds; round += 1) {
      const signed = parameters && await signedListUsers(target, parameters(people));
      runs.push(await load(target, { people, operation, seconds, signed, mayFail: target.mayFail }));
    }
    results.push([title, summary(runs)]);
  }
  return results;
}

// The SDK signs the request, and does not send it.
async function signedListUsers(target, parameters) {
  const client = adminClient(`http://${addressOf(target)}`);
  let signed;
  client.middlewareStack.addRelativeTo(() => async ({ request }) => {
    const { host, 'content-length': _, ...headers } = request.headers;
    signed = { headers, body: new TextDecoder().decode(request.body) };
    return { output: { $metadata: {} }, response: {} };
  }, { relation: 'after', toMiddleware: 'httpSigningMiddleware' });
  await client.send(new ListUsersCommand({ UserPoolId: target.poolId, ...parameters }));
  client.destroy();
  return signed;
}
