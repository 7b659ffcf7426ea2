// An identity pool from its making to its end, through every operation of the identity service.

import assert from 'node:assert/strict';

const role = (name) => `arn:aws:iam::000000000000:role/${name}`;

/** `login` is one of a user pool of the backend: its `provider`, the `clientId` and an ID `token`. */
export async function identityPools(call, { provider, clientId, token }) {
  const pool = await call('CreateIdentityPool', {
    IdentityPoolName: 'everything',
    AllowUnauthenticatedIdentities: true,
    DeveloperProviderName: 'login.example',
    CognitoIdentityProviders: [{ ProviderName: provider, ClientId: clientId, ServerSideTokenCheck: true }],
    IdentityPoolTags: { team: 'a' },
  });
  const { IdentityPoolId } = pool;
  const of = (more = {}) => ({ IdentityPoolId, ...more });
  await administration(call, of, pool);
  await rolesAndTags(call, of, provider, clientId);
  await identities(call, of, { [provider]: token }, provider);
  await developers(call, of);
  await call('DeleteIdentityPool', of());
  await refused(call('DescribeIdentityPool', of()), 'ResourceNotFoundException', `IdentityPool '${IdentityPoolId}' not found.`);
}

async function administration(call, of, pool) {
  assert.deepEqual(await call('DescribeIdentityPool', of()), pool);
  const changed = await call('UpdateIdentityPool', { ...pool, IdentityPoolName: 'all', AllowClassicFlow: true });
  assert.equal(changed.IdentityPoolName, 'all');
  await refused(call('UpdateIdentityPool', { ...pool, DeveloperProviderName: 'other.example' }), 'InvalidParameterException');
  const listed = [];
  let NextToken;
  do {
    const page = await call('ListIdentityPools', { MaxResults: 1, ...(NextToken && { NextToken }) });
    listed.push(...page.IdentityPools);
    NextToken = page.NextToken;
  } while (NextToken);
  assert.ok(listed.some(({ IdentityPoolId, IdentityPoolName }) => IdentityPoolId === pool.IdentityPoolId && IdentityPoolName === 'all'));
  const ResourceArn = `arn:aws:cognito-identity:local:000000000000:identitypool/${pool.IdentityPoolId}`;
  await call('TagResource', { ResourceArn, Tags: { cost: 'b' } });
  await call('UntagResource', { ResourceArn, TagKeys: ['team'] });
  assert.deepEqual((await call('ListTagsForResource', { ResourceArn })).Tags, { cost: 'b' });
}

async function rolesAndTags(call, of, provider, clientId) {
  const mapping = {
    Type: 'Rules',
    AmbiguousRoleResolution: 'AuthenticatedRole',
    RulesConfiguration: { Rules: [{ Claim: 'email', MatchType: 'Contains', Value: '@', RoleARN: role('mail') }] },
  };
  const given = { Roles: { authenticated: role('in'), unauthenticated: role('out') }, RoleMappings: { [`${provider}:${clientId}`]: mapping } };
  await call('SetIdentityPoolRoles', of(given));
  assert.deepEqual(await call('GetIdentityPoolRoles', of()), of(given));
  await refused(call('SetIdentityPoolRoles', of({ Roles: { authenticated: 'arn:aws:s3:::no-role-at-all' } })), 'InvalidParameterException');
  const map = of({ IdentityProviderName: provider, UseDefaults: false, PrincipalTags: { mail: 'email' } });
  assert.deepEqual(await call('SetPrincipalTagAttributeMap', map), map);
  assert.deepEqual(await call('GetPrincipalTagAttributeMap', of({ IdentityProviderName: provider })), map);
}

async function identities(call, of, Logins, provider) {
  const { IdentityId } = await call('GetId', of({ Logins }));
  const answer = await call('GetCredentialsForIdentity', { IdentityId, Logins });
  assert.equal(answer.IdentityId, IdentityId);
  assert.ok(answer.Credentials.AccessKeyId && answer.Credentials.SecretKey && answer.Credentials.SessionToken && answer.Credentials.Expiration);
  const { Token } = await call('GetOpenIdToken', { IdentityId, Logins });
  const claims = JSON.parse(Buffer.from(Token.split('.')[1], 'base64url'));
  assert.equal(claims.sub, IdentityId);
  assert.ok(claims['https://aws.amazon.com/tags'].principal_tags.mail[0].includes('@'));
  await refused(call('GetCredentialsForIdentity', { IdentityId }), 'NotAuthorizedException', `Access to Identity '${IdentityId}' is forbidden.`);
  const guest = await call('GetId', of());
  await call('GetCredentialsForIdentity', guest);
  const { Identities } = await call('ListIdentities', of({ MaxResults: 60, HideDisabled: true }));
  assert.equal(Identities.length, 2);
  assert.deepEqual((await call('DescribeIdentity', { IdentityId })).Logins, [provider]);
  await call('UnlinkIdentity', { IdentityId, Logins, LoginsToRemove: [provider] });
  const { UnprocessedIdentityIds } = await call('DeleteIdentities', { IdentityIdsToDelete: [guest.IdentityId] });
  assert.deepEqual(UnprocessedIdentityIds, []);
  await refused(call('DescribeIdentity', guest), 'ResourceNotFoundException');
}

async function developers(call, of) {
  const tokenOf = (user, more) => call('GetOpenIdTokenForDeveloperIdentity', of({ Logins: { 'login.example': user }, ...more }));
  const { IdentityId, Token } = await tokenOf('ada', { PrincipalTags: { plan: 'pro' }, TokenDuration: 120 });
  const credentials = await call('GetCredentialsForIdentity', { IdentityId, Logins: { 'cognito-identity.amazonaws.com': Token } });
  assert.equal(credentials.IdentityId, IdentityId);
  assert.equal((await tokenOf('ada')).IdentityId, IdentityId);
  const bob = await tokenOf('bob');
  await refused(tokenOf('bob', { IdentityId }), 'DeveloperUserAlreadyRegisteredException');
  const found = await call('LookupDeveloperIdentity', of({ DeveloperUserIdentifier: 'bob' }));
  assert.deepEqual([found.IdentityId, found.DeveloperUserIdentifierList], [bob.IdentityId, ['bob']]);
  await refused(call('LookupDeveloperIdentity', of({ DeveloperUserIdentifier: 'bob', IdentityId })), 'ResourceConflictException');
  const merged = await call('MergeDeveloperIdentities', of({ DeveloperProviderName: 'login.example', SourceUserIdentifier: 'bob', DestinationUserIdentifier: 'ada' }));
  assert.equal(merged.IdentityId, IdentityId);
  assert.deepEqual((await call('LookupDeveloperIdentity', of({ IdentityId }))).DeveloperUserIdentifierList, ['ada', 'bob']);
  const bobs = of({ IdentityId, DeveloperProviderName: 'login.example', DeveloperUserIdentifier: 'bob' });
  await call('UnlinkDeveloperIdentity', bobs);
  await refused(call('UnlinkDeveloperIdentity', bobs), 'ResourceNotFoundException');
}

async function refused(calling, name, message) {
  await assert.rejects(calling, (error) => {
    assert.equal(error.name, name);
    if (message) assert.ok(error.message.includes(message), error.message);
    return true;
  });
}
