// People with a place of their own in a store of objects: a backend whose identity pool gives credentials of an STS, and ministack as STS and store.
//
// ministack reads the issuer of a web identity token and asks the role's trust policy about it, `aud` and `amr`; it does not verify the token's
// signature (`backend/tests/identity` and `jose` do). Its policies have no variables: each person has a role with a literal prefix.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBackend } from './backend.mjs';
import { freePort } from './free-port.mjs';
import { pythonWithBoto3, startMinistack } from './ministack.mjs';
import { startRecorder } from './recorder.mjs';

export const USER_POOL = 'local_files';
export const IDENTITY_POOL = 'local:11111111-2222-4333-8444-555555555555';
/** The same people, for who asks an STS by the classic flow. */
export const CLASSIC_POOL = 'local:22222222-2222-4333-8444-555555555555';
export const PROVIDER = `cognito-idp.local.amazonaws.com/${USER_POOL}`;
export const BUCKET = 'files';
const ROLES = 'arn:aws:iam::000000000000:role';
const PEOPLE = ['ada', 'bob'];

/** The ARN of the role of somebody whose `nickname` is `ada` or `bob`, of a `guest`, or of nobody (`closed`). */
export const roleOf = (name) => `${ROLES}/${name}`;

/** Starts all of it; pages of `origins` may use the store. `sts` records what the backend asks the STS. */
export async function startFiles(origins) {
  const stopped = [];
  const stop = async () => { for (const end of stopped.reverse()) await end(); };
  try {
    const stack = await startMinistack();
    stopped.push(() => stack.stop());
    const sts = await startRecorder(stack.endpoint);
    stopped.push(() => sts.close());
    const folder = await mkdtemp(join(tmpdir(), 'cognate-files-'));
    stopped.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'cognate.toml');
    await writeFile(file, configuration(sts.url));
    const port = await freePort();
    const backend = await startBackend({ args: ['--config', file], port });
    stopped.push(() => backend.stop());
    backend.clientId = 'files';
    const issuer = `localhost:${port}/identity`;
    const federated = `arn:aws:iam::000000000000:oidc-provider/${issuer}`;
    const roles = PEOPLE.map((name) => ({ name, trust: trust(federated, issuer, 'authenticated'), policy: allows(`arn:aws:s3:::${BUCKET}/${name}/*`) }));
    roles.push({ name: 'guest', trust: trust(federated, issuer, 'unauthenticated'), policy: allows(`arn:aws:s3:::${BUCKET}/public/*`) });
    roles.push({ name: 'closed', trust: trust(`${federated}/other`, issuer, 'authenticated'), policy: allows('*') });
    execFileSync(pythonWithBoto3(), [fileURLToPath(new URL('../interop/python/roles.py', import.meta.url)), stack.endpoint, JSON.stringify({ bucket: BUCKET, origins, roles })]);
    return { stack, sts, backend, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function trust(federated, issuer, amr) {
  return {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Principal: { Federated: federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:aud`]: [IDENTITY_POOL, CLASSIC_POOL] }, 'ForAnyValue:StringLike': { [`${issuer}:amr`]: amr } },
    }],
  };
}

function allows(resource) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: resource }] };
}

function configuration(endpoint) {
  const rule = (name, role) => `{ Claim = "nickname", MatchType = "Equals", Value = "${name}", RoleARN = "${roleOf(role)}" }`;
  return `
[[pools]]
id = "${USER_POOL}"
settings = { UsernameAttributes = ["email"], AutoVerifiedAttributes = ["email"] }

[[pools.clients]]
id = "files"
settings = { ExplicitAuthFlows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }

[identity.sts]
endpoint = "${endpoint}/"

[[identity_pools]]
id = "${IDENTITY_POOL}"
name = "files"
settings.AllowUnauthenticatedIdentities = true
settings.CognitoIdentityProviders = [{ ProviderName = "${PROVIDER}", ClientId = "files", ServerSideTokenCheck = true }]
roles.Roles = { unauthenticated = "${roleOf('guest')}" }

[identity_pools.roles.RoleMappings."${PROVIDER}:files"]
Type = "Rules"
AmbiguousRoleResolution = "Deny"
RulesConfiguration = { Rules = [${rule('ada', 'ada')}, ${rule('bob', 'bob')}, ${rule('eve', 'closed')}] }

[[identity_pools]]
id = "${CLASSIC_POOL}"
name = "classic"
settings.AllowUnauthenticatedIdentities = false
settings.AllowClassicFlow = true
settings.CognitoIdentityProviders = [{ ProviderName = "${PROVIDER}", ClientId = "files" }]
`;
}
