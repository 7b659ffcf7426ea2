// A mail server that nobody here wrote (smtp-server, of Nodemailer) takes what the backend sends, and a mail reader (postal-mime) reads it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ConfirmSignUpCommand, CreateUserPoolClientCommand, CreateUserPoolCommand, SignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { pythonWithBoto3 } from '../support/ministack.mjs';
import { adminClient, isMinistack, newPerson } from '../support/target.mjs';

const options = { skip: isMinistack && 'it sends nothing' };
const LOGIN = { username: 'cognate', password: 'only for mail' };

let folder;
let tls;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cognate-smtp-'));
  execFileSync(pythonWithBoto3(), [fileURLToPath(new URL('../support/certificates.py', import.meta.url)), folder]);
  tls = { key: await readFile(join(folder, 'localhost.key')), cert: await readFile(join(folder, 'localhost.pem')) };
});
after(() => rm(folder, { recursive: true, force: true }));

for (const [encryption, more] of [['tls', { secure: true }], ['starttls', {}]]) {
  test(`a code arrives by ${encryption}, after a login, in letters of any language, and confirms`, options, async () => {
    const { backend, server, stop } = await system({ encryption, login: true }, { ...tls, ...more, onAuth: checkLogin });
    try {
      const { person, confirm } = await signUp(backend.url);
      const { envelope, mail, isEncrypted } = await server.next();
      assert.equal(isEncrypted, true);
      assert.deepEqual([envelope.mailFrom.address, envelope.rcptTo.map(({ address }) => address)], ['no-reply@example.com', [person.email]]);
      assert.deepEqual(mail.from, { name: 'Größe & Söhne', address: 'no-reply@example.com' });
      assert.equal(mail.subject, 'Ihr Code für „Größe"');
      assert.match(mail.messageId, /^<.+@example\.com>$/);
      await confirm(mail.html.match(/<b>(\d{6})<\/b>/)[1]);
      assert.equal(server.taken.length, 1);
    } finally {
      await stop();
    }
  });
}

test('nothing is sent to a server that offers no encryption, or whose certificate nobody vouches for', options, async () => {
  const cases = [
    [{ encryption: 'starttls' }, { hideSTARTTLS: true, disabledCommands: ['STARTTLS', 'AUTH'] }],
    [{ encryption: 'tls', trusted: false }, { ...tls, secure: true }],
  ];
  for (const [config, server] of cases) {
    const running = await system(config, server);
    try {
      const connected = running.server.connection();
      await signUp(running.backend.url);
      await connected;
      await sleep(500);
      assert.deepEqual(running.server.taken, []);
    } finally {
      await running.stop();
    }
  }
});

test('a server that is not there yet, or asks for patience, gets the message later, and only once', options, async () => {
  let refusals = 1;
  const onMailFrom = (_, __, done) => done(refusals-- > 0 ? Object.assign(new Error('later, please'), { responseCode: 451 }) : undefined);
  const { backend, server, stop } = await system({ encryption: 'none', late: true }, { disabledCommands: ['STARTTLS', 'AUTH'], onMailFrom });
  try {
    const { person, confirm } = await signUp(backend.url);
    await sleep(300);
    await server.open();
    const { envelope, mail } = await server.next(40_000);
    assert.equal(envelope.rcptTo[0].address, person.email);
    await confirm(mail.html.match(/<b>(\d{6})<\/b>/)[1]);
    assert.deepEqual([server.taken.length, refusals], [1, -1]);
  } finally {
    await stop();
  }
});

test('what a server refuses for good is dropped, and the log names nobody', options, async () => {
  let asked = 0;
  const onRcptTo = ({ address }, _, done) => {
    asked += 1;
    done(Object.assign(new Error(`no such mailbox: <${address}>`), { responseCode: 550 }));
  };
  const { backend, server, stop } = await system({ encryption: 'none' }, { disabledCommands: ['STARTTLS', 'AUTH'], onRcptTo });
  try {
    const { person } = await signUp(backend.url);
    for (let waited = 0; asked === 0 && waited < 5_000; waited += 50) await sleep(50);
    await sleep(6_000); // the first pause is 5 s
    assert.deepEqual([asked, server.taken.length], [1, 0]);
    assert.match(backend.output(), /refused/);
    assert.ok(!backend.output().includes(person.email), backend.output());
  } finally {
    await stop();
  }
});

/** A backend that sends its mail to a server; `late` opens that by hand, `trusted` false knows no authority that vouches for it. */
async function system({ encryption, login = false, late = false, trusted = true }, serverOptions) {
  const server = await mailServer(serverOptions);
  const config = join(folder, `${server.port}.toml`);
  await writeFile(config, `
[messages.smtp]
host = "localhost"
port = ${server.port}
encryption = "${encryption}"
from = "Größe & Söhne <no-reply@example.com>"
${login ? `username = "${LOGIN.username}"\npassword = "${LOGIN.password}"` : ''}
`);
  if (!late) await server.open();
  const env = trusted ? { SSL_CERT_FILE: join(folder, 'authority.pem') } : {};
  const backend = await startBackend({ args: ['--config', config], env });
  return { backend, server, stop: async () => { await backend.stop(); await server.close(); } };
}

async function mailServer(serverOptions) {
  const port = await freePort();
  const taken = [];
  const waiting = [];
  const server = new SMTPServer({
    authOptional: !serverOptions.onAuth,
    ...serverOptions,
    onData(stream, session, done) {
      PostalMime.parse(Readable.toWeb(stream)).then((mail) => {
        const message = { mail, envelope: session.envelope, isEncrypted: session.secure };
        taken.push(message);
        waiting.splice(0).forEach((resolve) => resolve(message));
        done();
      }, done);
    },
  });
  server.on('error', () => {}); // a client that does not trust us hangs up
  return {
    port,
    taken,
    open: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    connection: () => once(server.server, 'connection'),
    close: () => new Promise((resolve) => server.close(resolve)),
    next: (timeout = 10_000) => Promise.race([
      taken[0] ?? new Promise((resolve) => waiting.push(resolve)),
      sleep(timeout, undefined, { ref: false }).then(() => Promise.reject(new Error(`no mail within ${timeout} ms`))),
    ]),
  };
}

function checkLogin({ username, password }, _, done) {
  if (username === LOGIN.username && password === LOGIN.password) done(null, { user: username });
  else done(new Error('wrong login'));
}

/** Somebody who signs up in a pool whose texts are not English; `confirm` takes the code. */
async function signUp(endpoint) {
  const admin = adminClient(endpoint);
  const { UserPool } = await admin.send(new CreateUserPoolCommand({
    PoolName: 'letters', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'],
    VerificationMessageTemplate: { EmailSubject: 'Ihr Code für „Größe"', EmailMessage: '<p>Schön, dass Sie da sind: <b>{####}</b></p>' },
  }));
  const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: UserPool.Id, ClientName: 'web' }));
  const person = newPerson();
  const named = { ClientId: UserPoolClient.ClientId, Username: person.email };
  await admin.send(new SignUpCommand({ ...named, Password: person.password }));
  return { person, confirm: (ConfirmationCode) => admin.send(new ConfirmSignUpCommand({ ...named, ConfirmationCode })) };
}
