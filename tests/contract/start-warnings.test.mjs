// What a configuration would let people run into is warned of when the backend starts.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBackend } from '../support/backend.mjs';

const CONFIG = `
[[pools]]
id = "local_example"
[[pools.clients]]
id = "exampleweb"
settings = { AllowedOAuthFlowsUserPoolClient = true, AllowedOAuthFlows = ["code"], AllowedOAuthScopes = ["openid"], CallbackURLs = ["http://localhost:1/"] }

[[identity_pools]]
id = "local:7c0ffee0-0000-4000-8000-000000000001"
settings = { AllowUnauthenticatedIdentities = true, CognitoIdentityProviders = [
  { ProviderName = "cognito-idp.local.amazonaws.com/local_example", ClientId = "exampleweb" },
  { ProviderName = "cognito-idp.local.amazonaws.com/local_example", ClientId = "misspelt" },
  { ProviderName = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Elsewhere", ClientId = "theirs" },
] }
`;

test('hosted pages that are not there and a client that an identity pool misspells are named, and nothing that is right', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-warned-'));
  const config = join(folder, 'cognate.toml');
  await writeFile(config, CONFIG);
  const backend = await startBackend({ args: ['--config', config], cwd: folder });
  try {
    const warned = backend.output().split('\n').filter((line) => line.includes('WARN') && !line.includes('master key'));
    assert.equal(warned.length, 2, backend.output());
    const clients = warned.find((line) => line.includes('identity pool'));
    assert.match(clients, /misspelt/);
    assert.match(warned.find((line) => line.includes('hosted pages')), /--hosted-ui.*exampleweb/);
  } finally {
    await backend.stop();
    await rm(folder, { recursive: true });
  }
});
