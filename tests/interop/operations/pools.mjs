// What an administrator does with a pool and what belongs to it, from making it to deleting it.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';

export async function pools(call, { knows }) {
  const { UserPool: pool } = await call('CreateUserPool', { PoolName: 'operations', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] });
  const of = (more = {}) => ({ UserPoolId: pool.Id, ...more });
  assert.ok((await call('ListUserPools', { MaxResults: 60 })).UserPools.some(({ Id }) => Id === pool.Id));
  await call('AddCustomAttributes', of({ CustomAttributes: [{ Name: 'plan', AttributeDataType: 'String', Mutable: true }] }));
  await call('UpdateUserPool', of({ AutoVerifiedAttributes: ['email'], PoolName: 'renamed' }));
  const described = (await call('DescribeUserPool', of())).UserPool;
  assert.equal(described.Name, 'renamed');
  assert.ok(described.SchemaAttributes.some(({ Name }) => Name === 'custom:plan'));

  await call('TagResource', { ResourceArn: pool.Arn, Tags: { team: 'auth', stage: 'test' } });
  await call('UntagResource', { ResourceArn: pool.Arn, TagKeys: ['stage'] });
  assert.deepEqual((await call('ListTagsForResource', { ResourceArn: pool.Arn })).Tags, { team: 'auth' });

  await call('SetUserPoolMfaConfig', of({ MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }));
  assert.equal((await call('GetUserPoolMfaConfig', of())).MfaConfiguration, 'OPTIONAL');

  const tracking = of({ UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 5 } });
  if (knows('SetUserPoolSessionConfiguration')) {
    await call('SetUserPoolSessionConfiguration', tracking);
    assert.deepEqual(await call('GetUserPoolSessionConfiguration', of()), tracking);
  }

  await clients(call, of, knows);
  await domains(call, of);
  await providers(call, of);
  await resourceServers(call, of, knows);
  await groups(call, of);
  await call('DeleteUserPool', of());
  await assert.rejects(call('DescribeUserPool', of()), { name: 'ResourceNotFoundException' });
}

async function clients(call, of, knows) {
  const { ClientId } = (await call('CreateUserPoolClient', of({ ClientName: 'server', GenerateSecret: true }))).UserPoolClient;
  const client = of({ ClientId });
  assert.equal((await call('ListUserPoolClients', of())).UserPoolClients.length, 1);
  await call('UpdateUserPoolClient', { ...client, RefreshTokenValidity: 5 });
  assert.equal((await call('DescribeUserPoolClient', client)).UserPoolClient.RefreshTokenValidity, 5);
  const { ClientSecretId } = (await call('AddUserPoolClientSecret', client)).ClientSecretDescriptor;
  assert.equal((await call('ListUserPoolClientSecrets', client)).ClientSecrets.length, 2);
  await call('DeleteUserPoolClientSecret', { ...client, ClientSecretId });
  assert.equal((await call('ListUserPoolClientSecrets', client)).ClientSecrets.length, 1);
  if (knows('SetUserPoolClientSessionConfiguration')) {
    const longer = { ...client, SSOSession: { MaxValidityMinutes: 90 } };
    await call('SetUserPoolClientSessionConfiguration', longer);
    assert.deepEqual(await call('GetUserPoolClientSessionConfiguration', client), longer);
  }
  await call('DeleteUserPoolClient', client);
  await assert.rejects(call('DescribeUserPoolClient', client), { name: 'ResourceNotFoundException' });
}

async function domains(call, of) {
  const Domain = `operations-${Date.now().toString(36)}`;
  await call('CreateUserPoolDomain', of({ Domain }));
  await call('UpdateUserPoolDomain', of({ Domain, ManagedLoginVersion: 2 }));
  assert.equal((await call('DescribeUserPoolDomain', { Domain })).DomainDescription.ManagedLoginVersion, 2);
  await call('DeleteUserPoolDomain', of({ Domain }));
}

async function providers(call, of) {
  const named = of({ ProviderName: 'Company' });
  await call('CreateIdentityProvider', {
    ...named, ProviderType: 'OIDC', IdpIdentifiers: ['example.com'],
    ProviderDetails: { client_id: '1', client_secret: '2', oidc_issuer: 'https://id.example.com', authorize_scopes: 'openid', attributes_request_method: 'GET' },
  });
  await call('UpdateIdentityProvider', { ...named, AttributeMapping: { email: 'email' } });
  assert.deepEqual((await call('DescribeIdentityProvider', named)).IdentityProvider.AttributeMapping, { email: 'email' });
  assert.equal((await call('GetIdentityProviderByIdentifier', of({ IdpIdentifier: 'example.com' }))).IdentityProvider.ProviderName, 'Company');
  assert.equal((await call('ListIdentityProviders', of())).Providers.length, 1);
  const { Certificate } = await call('GetSigningCertificate', of());
  assert.match(new X509Certificate(Buffer.from(Certificate, 'base64')).subject, /urn:amazon:cognito:sp:/);

  const SourceUser = { ProviderName: 'Company', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: '77' };
  const { User } = await call('AdminCreateUser', of({ Username: 'linked@example.com', MessageAction: 'SUPPRESS' }));
  await call('AdminLinkProviderForUser', of({ DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: User.Username }, SourceUser }));
  await call('AdminDisableProviderForUser', of({ User: SourceUser }));
  await call('DeleteIdentityProvider', named);
  assert.equal((await call('ListIdentityProviders', of())).Providers.length, 0);
}

async function resourceServers(call, of, knows) {
  const server = of({ Identifier: 'https://api.example.com' });
  const Scopes = [{ ScopeName: 'read', ScopeDescription: 'reads' }];
  await call('CreateResourceServer', { ...server, Name: 'API' });
  await call('UpdateResourceServer', { ...server, Name: 'API', Scopes });
  assert.deepEqual((await call('DescribeResourceServer', server)).ResourceServer.Scopes, Scopes);
  assert.equal((await call('ListResourceServers', of())).ResourceServers.length, 1);
  if (knows('GetClientToken')) {
    const { ClientId, ClientSecret: Secret } = (await call('CreateUserPoolClient', of({
      ClientName: 'program', GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['https://api.example.com/read'],
    }))).UserPoolClient;
    assert.equal((await call('GetClientToken', { ClientId, Secret })).ClientAuthenticationResult.TokenType, 'Bearer');
    await call('DeleteUserPoolClient', of({ ClientId }));
  }
  await call('DeleteResourceServer', server);
  assert.equal((await call('ListResourceServers', of())).ResourceServers.length, 0);
}

async function groups(call, of) {
  const group = of({ GroupName: 'editors' });
  const member = of({ Username: 'member@example.com' });
  await call('CreateGroup', { ...group, Precedence: 3 });
  await call('UpdateGroup', { ...group, Description: 'They write' });
  assert.equal((await call('GetGroup', group)).Group.Description, 'They write');
  assert.equal((await call('ListGroups', of())).Groups.length, 1);
  await call('AdminCreateUser', { ...member, MessageAction: 'SUPPRESS' });
  await call('AdminAddUserToGroup', { ...member, ...group });
  assert.equal((await call('AdminListGroupsForUser', member)).Groups.length, 1);
  assert.equal((await call('ListUsersInGroup', group)).Users.length, 1);
  await call('AdminRemoveUserFromGroup', { ...member, ...group });
  assert.equal((await call('ListUsersInGroup', group)).Users.length, 0);
  await call('DeleteGroup', group);
}
