// Every trigger, for every reason that docs/triggers.md says it fires, by each of the three runners: a file in the embedded engine, the same
// with an npm package in Node, and the same behind an endpoint of the Lambda Invoke API. Each event has the members that are
// published for it and no others.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBackend } from '../support/backend.mjs';
import { freePort } from '../support/free-port.mjs';
import { startOpenidProvider } from '../support/openid-provider.mjs';
import { isMinistack } from '../support/target.mjs';
import { handler } from './handlers/every/handler.mjs';
import { complaintAbout } from './triggers/events.mjs';
import { deliveries } from './triggers/deliveries.mjs';
import { signIns } from './triggers/sign-ins.mjs';

const skip = isMinistack && 'it runs no handlers';
const FOLDER = fileURLToPath(new URL('handlers/every/', import.meta.url));
const RUNNERS = {
  'the embedded engine': `"${FOLDER}handler.mjs"`,
  'a Node process with an npm package': `{ node = "${FOLDER}packaged.mjs" }`,
  'an endpoint of the Lambda Invoke API': '{ function = "every" }',
};
const SENDERS = ['custom_email_sender', 'custom_sms_sender'];
const OTHERS = [
  'inbound_federation', 'pre_sign_up', 'post_confirmation', 'pre_authentication', 'post_authentication', 'pre_token_generation', 'user_migration',
  'define_auth_challenge', 'create_auth_challenge', 'verify_auth_challenge_response',
];
const LINE = /\{"timestamp".*triggers::console.*\}$/gm;
const WAIT_MS = 10_000;

let lambda;
let folder;

before(async () => {
  if (isMinistack) return;
  folder = await mkdtemp(join(tmpdir(), 'cognate-every-trigger-'));
  await writeFile(join(folder, 'sender.key'), '42'.repeat(32), { mode: 0o600 });
  mock.method(console, 'log', () => {}); // the handler shows its events, here too
  lambda = createServer(invoke).listen(0, '127.0.0.1');
  await once(lambda, 'listening');
});
after(async () => {
  lambda?.close();
  lambda?.closeAllConnections();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** What the endpoint was asked, as the other runners show it in the backend's log. */
let invoked = [];

async function invoke(request, response) {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  const event = JSON.parse(body);
  assert.equal(request.url, '/2015-03-31/functions/every/invocations');
  invoked.push(structuredClone(event));
  try {
    response.end(JSON.stringify(await handler(event)));
  } catch (error) {
    response.setHeader('x-amz-function-error', 'Unhandled');
    response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
}

/** The rows of the table: `PreSignUp_SignUp`, and `_AdminCreateUser` after it as `PreSignUp_AdminCreateUser`. */
function documented() {
  const text = readFileSync(new URL('../../docs/triggers.md', import.meta.url), 'utf8');
  const rows = text.split('## Which triggers fire, and when')[1].split('\n## ')[0].split('\n').filter((line) => line.startsWith('| '));
  let family;
  return rows.flatMap((row) => [...row.split('|')[2].matchAll(/`(\w*)_(\w+)`/g)].map(([, before, reason]) => {
    family = before || family;
    return `${family}_${reason}`;
  }));
}

/** A pool in which messages are worded by a handler, and one in which they are delivered by it. */
function configuration(runs, provider) {
  const versioned = runs.replace(/^"(.*)"$/, '{ file = "$1" }').replace(' }', ', version = "V3_0" }');
  const pool = (id, triggers) => `
[[pools]]
id = "local_${id}"
[pools.settings]
UsernameAttributes = ["email", "phone_number"]
AutoVerifiedAttributes = ["email", "phone_number"]
DeviceConfiguration = { ChallengeRequiredOnNewDevice = true, DeviceOnlyRememberedOnUserPrompt = false }
[pools.settings.Policies.SignInPolicy]
AllowedFirstAuthFactors = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]
[pools.triggers]
${triggers.map((name) => `${name} = ${name === 'pre_token_generation' ? versioned : runs}`).join('\n')}
[[pools.identity_providers]]
ProviderName = "Works"
ProviderType = "OIDC"
AttributeMapping = { email = "email", given_name = "given_name" }
[pools.identity_providers.ProviderDetails]
client_id = "${provider.clientId}"
client_secret = "${provider.clientSecret}"
oidc_issuer = "${provider.issuer}"
authorize_scopes = "openid email profile"
attributes_request_method = "GET"
[[pools.clients]]
id = "${id}web"
[pools.clients.settings]
ExplicitAuthFlows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
SupportedIdentityProviders = ["COGNITO", "Works"]
AllowedOAuthFlowsUserPoolClient = true
AllowedOAuthFlows = ["code"]
AllowedOAuthScopes = ["openid", "email", "profile", "aws.cognito.signin.user.admin"]
CallbackURLs = ["http://localhost:4200/"]
`;
  return `
[keys]
sender_key_file = "${join(folder, 'sender.key')}"
[functions]
endpoint = "http://127.0.0.1:${lambda.address().port}"
${pool('worded', [...OTHERS, 'custom_message'])}
${pool('delivered', [...OTHERS, ...SENDERS])}`;
}

for (const [name, runs] of Object.entries(RUNNERS)) {
  test(`${name} is asked for every reason of the table, with the published events`, { skip }, async () => {
    const config = join(folder, `${Object.keys(RUNNERS).indexOf(name)}.toml`);
    const port = await freePort();
    const provider = await startOpenidProvider({ redirectUri: `http://localhost:${port}/oauth2/idpresponse` });
    await writeFile(config, configuration(runs, provider));
    invoked = [];
    const env = { COGNATE_LOG: 'warn,cognate_backend::triggers::console=info', COGNATE_LOG_FORMAT: 'json' };
    const backend = await startBackend({ port, args: ['--config', config], env, keptOutput: 10_000_000 });
    const seen = () => (runs.includes('function') ? invoked : logged(backend.output()));
    const documentedSources = documented();
    try {
      const worded = { ...backend, poolId: 'local_worded', clientId: 'wordedweb' };
      await signIns(worded, { provider, isPackaged: runs.includes('packaged') });
      for (const kind of ['email', 'phone_number']) {
        await deliveries(worded, kind, { readsCodes: true });
        await deliveries({ ...backend, poolId: 'local_delivered', clientId: 'deliveredweb' }, kind, { readsCodes: false });
      }
      const missing = () => documentedSources.filter((source) => !seen().some((event) => event.triggerSource === source));
      // Messages leave in the background.
      for (const end = Date.now() + WAIT_MS; missing().length > 0 && Date.now() < end;) await sleep(50);
      assert.deepEqual(missing(), []);
    } finally {
      await backend.stop();
      await provider.stop();
    }
    assert.deepEqual([...new Set(seen().map(complaintAbout).filter(Boolean))], []);
    const undocumented = seen().map((event) => event.triggerSource).filter((source) => !documentedSources.includes(source));
    assert.deepEqual(undocumented, []);
  });
}

function logged(output) {
  return (output.match(LINE) ?? []).map((line) => JSON.parse(JSON.parse(JSON.parse(line).line)));
}
