// boto3 drives the directory: pools, clients, groups, records, users. It refuses parameters that its model does not have, and knows every
// refusal by the class of its own model.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CognitoIdentityProviderClient, ListUsersInGroupCommand, paginateListGroups } from '@aws-sdk/client-cognito-identity-provider';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { adminClient, isMinistack, newPerson } from '../support/target.mjs';
import { startBoto3 } from './boto3.mjs';

const skip = isMinistack && 'it has a part of these operations only';

let backend;
let boto3;
let pool;

before(async () => {
  if (isMinistack) return;
  backend = await startBackend();
  boto3 = await startBoto3(backend.url);
  pool = (await boto3.admin('create_user_pool', { PoolName: 'directory' })).UserPool;
});
after(async () => {
  await boto3?.stop();
  await backend?.stop();
});

const of = (more = {}) => ({ UserPoolId: pool.Id, ...more });

test('a pool is changed, gets attributes and tags, and is described so', { skip }, async () => {
  await boto3.admin('update_user_pool', of({ Policies: { PasswordPolicy: { MinimumLength: 10, PasswordHistorySize: 2 } } }));
  await boto3.admin('add_custom_attributes', of({ CustomAttributes: [{ Name: 'plan', AttributeDataType: 'String' }] }));
  await boto3.admin('tag_resource', { ResourceArn: pool.Arn, Tags: { team: 'auth', stage: 'test' } });
  await boto3.admin('untag_resource', { ResourceArn: pool.Arn, TagKeys: ['stage'] });
  assert.deepEqual((await boto3.admin('list_tags_for_resource', { ResourceArn: pool.Arn })).Tags, { team: 'auth' });
  const { UserPool } = await boto3.admin('describe_user_pool', of());
  assert.equal(UserPool.Policies.PasswordPolicy.PasswordHistorySize, 2);
  assert.ok(UserPool.SchemaAttributes.some(({ Name }) => Name === 'custom:plan'));
  await assert.rejects(boto3.admin('add_custom_attributes', of({ CustomAttributes: [{ Name: 'plan' }] })), { name: 'InvalidParameterException' });
});

test('a client is changed, and its second secret takes the place of the first', { skip }, async () => {
  const made = (await boto3.admin('create_user_pool_client', of({ ClientName: 'server', GenerateSecret: true }))).UserPoolClient;
  const client = of({ ClientId: made.ClientId });
  const changed = (await boto3.admin('update_user_pool_client', { ...client, ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })).UserPoolClient;
  assert.deepEqual([changed.ClientName, changed.ClientSecret], ['server', made.ClientSecret]);
  const added = (await boto3.admin('add_user_pool_client_secret', client)).ClientSecretDescriptor;
  const knock = (secret) => boto3.call('forgot_password', {
    ClientId: made.ClientId, Username: 'nobody', SecretHash: createHmac('sha256', secret).update(`nobody${made.ClientId}`).digest('base64'),
  });
  const letsIn = (secret) => assert.rejects(knock(secret), { name: 'UserNotFoundException' });
  await letsIn(made.ClientSecret);
  await letsIn(added.ClientSecretValue);
  const { ClientSecrets } = await boto3.admin('list_user_pool_client_secrets', client);
  const first = ClientSecrets.find(({ ClientSecretId }) => ClientSecretId !== added.ClientSecretId);
  await boto3.admin('delete_user_pool_client_secret', { ...client, ClientSecretId: first.ClientSecretId });
  await letsIn(added.ClientSecretValue);
  await assert.rejects(knock(made.ClientSecret), { name: 'NotAuthorizedException' });
});

test('groups are made, filled, listed page by page and deleted', { skip }, async () => {
  const admin = adminClient(backend.url);
  assert.ok(admin instanceof CognitoIdentityProviderClient);
  for (const GroupName of ['a', 'b', 'c']) await boto3.admin('create_group', of({ GroupName, Precedence: 1 }));
  await assert.rejects(boto3.admin('create_group', of({ GroupName: 'a' })), { name: 'GroupExistsException' });
  await boto3.admin('admin_create_user', of({ Username: 'member', MessageAction: 'SUPPRESS' }));
  for (const GroupName of ['a', 'b']) await boto3.admin('admin_add_user_to_group', of({ Username: 'member', GroupName }));
  const listed = [];
  for await (const page of paginateListGroups({ client: admin, pageSize: 2 }, of())) listed.push(...page.Groups.map(({ GroupName }) => GroupName));
  assert.deepEqual(listed, ['a', 'b', 'c']);
  const { Users } = await admin.send(new ListUsersInGroupCommand(of({ GroupName: 'a' })));
  assert.deepEqual(Users.map(({ Username }) => Username), ['member']);
  const { Group } = await boto3.admin('update_group', of({ GroupName: 'a', Description: 'first' }));
  assert.deepEqual([Group.Description, Group.Precedence], ['first', 1]);
  await boto3.admin('admin_remove_user_from_group', of({ Username: 'member', GroupName: 'a' }));
  const { Groups } = await boto3.admin('admin_list_groups_for_user', of({ Username: 'member' }));
  assert.deepEqual(Groups.map(({ GroupName }) => GroupName), ['b']);
  await boto3.admin('delete_group', of({ GroupName: 'a' }));
  await assert.rejects(boto3.admin('get_group', of({ GroupName: 'a' })), { name: 'ResourceNotFoundException' });
});

test('domains and identity providers are records that are found again', { skip }, async () => {
  await boto3.admin('create_user_pool_domain', of({ Domain: 'people', ManagedLoginVersion: 2 }));
  const { DomainDescription } = await boto3.admin('describe_user_pool_domain', { Domain: 'people' });
  assert.deepEqual([DomainDescription.UserPoolId, DomainDescription.ManagedLoginVersion], [pool.Id, 2]);
  await boto3.admin('update_user_pool_domain', of({ Domain: 'people', ManagedLoginVersion: 1 }));
  await assert.rejects(boto3.admin('delete_user_pool', of()), { name: 'InvalidParameterException' });
  await boto3.admin('delete_user_pool_domain', of({ Domain: 'people' }));

  const provider = {
    ProviderName: 'Company', ProviderType: 'OIDC', IdpIdentifiers: ['example.com'],
    ProviderDetails: { client_id: '1', client_secret: '2', oidc_issuer: 'https://id.example.com', authorize_scopes: 'openid', attributes_request_method: 'GET' },
  };
  await boto3.admin('create_identity_provider', of(provider));
  await assert.rejects(boto3.admin('create_identity_provider', of(provider)), { name: 'DuplicateProviderException' });
  await boto3.admin('update_identity_provider', of({ ProviderName: 'Company', AttributeMapping: { email: 'email' } }));
  const { IdentityProvider } = await boto3.admin('get_identity_provider_by_identifier', of({ IdpIdentifier: 'example.com' }));
  assert.deepEqual([IdentityProvider.ProviderDetails, IdentityProvider.AttributeMapping], [provider.ProviderDetails, { email: 'email' }]);
  assert.equal((await boto3.admin('list_identity_providers', of())).Providers.length, 1);
  const source = { ProviderName: 'Company', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: '77' };
  await boto3.admin('admin_create_user', of({ Username: 'linked', MessageAction: 'SUPPRESS' }));
  await boto3.admin('admin_link_provider_for_user', of({ DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'linked' }, SourceUser: source }));
  await boto3.admin('admin_disable_provider_for_user', of({ User: source }));
  await boto3.admin('delete_identity_provider', of({ ProviderName: 'Company' }));
  await assert.rejects(boto3.admin('describe_identity_provider', of({ ProviderName: 'Company' })), { name: 'ResourceNotFoundException' });
});

test('a person whose password is reset recovers, and not with a password from before', { skip }, async () => {
  const { email, password } = newPerson();
  const named = of({ Username: 'forgetful' });
  await boto3.admin('admin_create_user', { ...named, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: email }, { Name: 'email_verified', Value: 'true' }] });
  await boto3.admin('admin_set_user_password', { ...named, Password: password, Permanent: true });
  await boto3.admin('admin_reset_user_password', named);
  assert.equal((await boto3.admin('admin_get_user', named)).UserStatus, 'RESET_REQUIRED');
  const { ClientId } = (await boto3.admin('create_user_pool_client', of({ ClientName: 'web' }))).UserPoolClient;
  const answer = { ClientId, Username: 'forgetful', ConfirmationCode: await code(backend.url, email) };
  await assert.rejects(boto3.call('confirm_forgot_password', { ...answer, Password: password }), { name: 'PasswordHistoryPolicyViolationException' });
  await boto3.call('confirm_forgot_password', { ...answer, Password: 'Another-Horse10!' });
  assert.equal((await boto3.admin('admin_get_user', named)).UserStatus, 'CONFIRMED');
  await boto3.admin('admin_delete_user_attributes', { ...named, UserAttributeNames: ['email'] });
  const { Users } = await boto3.admin('list_users', of({ Filter: `email = "${email}"` }));
  assert.deepEqual(Users, []);
});
