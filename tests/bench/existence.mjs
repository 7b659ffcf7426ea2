// Does the time of an answer tell whether somebody has an account? Known and unknown people are asked about in turns, each once (limits
// are per person), over one kept connection. Beside the medians stands the chance that an unknown person's answer takes longer than a
// known one's: 50 % tells nothing; outside three standard errors of that, something does.

import http from 'node:http';
import { begin } from '../support/srp-client.mjs';
import { startBackend } from '../support/backend.mjs';
import { makePeople } from './people.mjs';
import { median, printTable, short } from './table.mjs';

export async function benchExistence({ quick = false } = {}) {
  const count = quick ? 10 : 300;
  const backend = await startBackend();
  try {
    const known = (await makePeople({ endpoint: backend.url, poolId: backend.poolId }, count, 'known')).map(({ username }) => username);
    const unknown = known.map((username) => username.replace('known', 'other'));
    const { A } = begin();
    const ClientId = backend.clientId;
    const questions = [
      ['USER_SRP_AUTH, first step', (USERNAME) => ['InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId, AuthParameters: { USERNAME, SRP_A: A.toString(16) } }]],
      ['USER_PASSWORD_AUTH, wrong password', (USERNAME) => ['InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters: { USERNAME, PASSWORD: 'Wrong-Horse9!' } }]],
      ['ForgotPassword', (Username) => ['ForgotPassword', { ClientId, Username }]],
      ['ConfirmForgotPassword, wrong code', (Username) => ['ConfirmForgotPassword', { ClientId, Username, ConfirmationCode: '000000', Password: 'Fresh-Horse11!' }]],
    ];
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const rows = [];
    for (const [title, question] of questions) {
      const times = { known: [], unknown: [] };
      for (let i = 0; i < count; i += 1) {
        const turn = [['known', known[i]], ['unknown', unknown[i]]];
        if (i % 2 === 1) turn.reverse();
        for (const [kind, username] of turn) times[kind].push(await ask(backend, agent, ...question(username)));
      }
      const longer = chanceOfLonger(times.unknown, times.known);
      const error = Math.sqrt((2 * count + 1) / (12 * count * count));
      rows.push([
        title, short(median(times.known)), short(median(times.unknown)), `${(longer * 100).toFixed(1)} %`, `${(300 * error).toFixed(1)} %`,
        Math.abs(longer - 0.5) <= 3 * error ? 'tells nothing' : 'TELLS SOMETHING',
      ]);
    }
    agent.destroy();
    printTable(`Time of answers about known and unknown people, ms (medians of ${count})`,
      ['question', 'known', 'unknown', 'unknown is longer', '3 standard errors', ''], rows);
    return rows;
  } finally {
    await backend.stop();
  }
}

function ask(backend, agent, operation, body) {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const request = http.request({
      host: '127.0.0.1', port: backend.port, method: 'POST', agent,
      headers: {
        'content-type': 'application/x-amz-json-1.1', 'content-length': Buffer.byteLength(text),
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
    }, (response) => response.resume().once('end', () => resolve(performance.now() - begun)));
    request.once('error', reject);
    request.end(text);
  });
}

// The share of pairs in which the first list's value is the greater one (ties count half).
function chanceOfLonger(first, second) {
  let greater = 0;
  for (const a of first) for (const b of second) greater += a > b ? 1 : a === b ? 0.5 : 0;
  return greater / (first.length * second.length);
}
