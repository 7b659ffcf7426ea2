// The AWS SDK for JavaScript drives the administrative operations with its own SigV4 signatures and its own error classes.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  InitiateAuthCommand,
  InvalidParameterException,
  InvalidPasswordException,
  ListUserPoolsCommand,
  ListUsersCommand,
  NotAuthorizedException,
  ResourceNotFoundException,
  SignUpCommand,
  UserNotFoundException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { isMinistack, newPerson, startTarget } from '../support/target.mjs';

let target;
let admin;

before(async () => {
  target = await startTarget();
  admin = target.admin;
});
after(() => target?.stop());

test('a pool is created, described, listed and deleted', async () => {
  const created = (await admin.send(new CreateUserPoolCommand({
    PoolName: 'drawer',
    UsernameAttributes: ['email'],
    AutoVerifiedAttributes: ['email'],
    Policies: { PasswordPolicy: { MinimumLength: 12, RequireUppercase: false, RequireLowercase: true, RequireNumbers: true, RequireSymbols: false } },
    UsernameConfiguration: { CaseSensitive: false },
  }))).UserPool;
  assert.match(created.Id, /^[\w-]+_[0-9a-zA-Z]+$/);
  assert.equal(created.Name, 'drawer');
  assert.ok(created.CreationDate instanceof Date && Math.abs(created.CreationDate.getTime() - Date.now()) < 60_000);

  const described = (await admin.send(new DescribeUserPoolCommand({ UserPoolId: created.Id }))).UserPool;
  assert.equal(described.Policies.PasswordPolicy.MinimumLength, 12);
  assert.equal(described.Policies.PasswordPolicy.RequireUppercase, false);
  assert.deepEqual(described.UsernameAttributes, ['email']);
  assert.deepEqual(described.AutoVerifiedAttributes, ['email']);

  const listed = await admin.send(new ListUserPoolsCommand({ MaxResults: 60 }));
  assert.ok(listed.UserPools.some((pool) => pool.Id === created.Id && pool.Name === 'drawer'));

  await admin.send(new DeleteUserPoolCommand({ UserPoolId: created.Id }));
  await assert.rejects(admin.send(new DescribeUserPoolCommand({ UserPoolId: created.Id })), ResourceNotFoundException);
});

test('pools are listed page by page', async () => {
  const names = ['page-a', 'page-b', 'page-c'];
  for (const PoolName of names) await admin.send(new CreateUserPoolCommand({ PoolName }));
  const found = [];
  let NextToken;
  let pages = 0;
  do {
    const page = await admin.send(new ListUserPoolsCommand({ MaxResults: 2, NextToken }));
    assert.ok(page.UserPools.length <= 2);
    found.push(...page.UserPools);
    NextToken = page.NextToken;
    pages += 1;
  } while (NextToken && pages < 50);
  assert.equal(new Set(found.map((pool) => pool.Id)).size, found.length, 'no pool twice');
  for (const name of names) assert.ok(found.some((pool) => pool.Name === name), name);
});

test('the pool policy that was asked for is the one that is enforced', async () => {
  const pool = (await admin.send(new CreateUserPoolCommand({
    PoolName: 'long-passwords',
    Policies: { PasswordPolicy: { MinimumLength: 14, RequireUppercase: false, RequireLowercase: false, RequireNumbers: false, RequireSymbols: false } },
  }))).UserPool;
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: pool.Id, ClientName: 'web' }));
  const signUp = (Password) => admin.send(new SignUpCommand({ ClientId: client.ClientId, Username: 'ada', Password }));
  await assert.rejects(signUp('thirteenchars'), InvalidPasswordException);
  assert.equal((await signUp('fourteen-chars')).UserConfirmed, false);
});

test('a client without flows gets the default ones, and a public one has no secret', async () => {
  const { UserPoolClient: created } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: target.poolId, ClientName: 'plain' }));
  const { UserPoolClient: client } = await admin.send(new DescribeUserPoolClientCommand({ UserPoolId: target.poolId, ClientId: created.ClientId }));
  assert.equal(client.ClientName, 'plain');
  assert.equal(client.UserPoolId, target.poolId);
  assert.equal(client.ClientSecret, undefined);
  await assert.rejects(
    admin.send(new DescribeUserPoolClientCommand({ UserPoolId: target.poolId, ClientId: 'doesnotexist' })),
    ResourceNotFoundException,
  );
  // USER_PASSWORD_AUTH is not among the defaults.
  await assert.rejects(passwordSignIn(created.ClientId, 'someone@example.com', 'Wrong-Horse9!'), InvalidParameterException);
});

test('a confidential client needs the right SECRET_HASH', async () => {
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: target.poolId,
    ClientName: 'server',
    GenerateSecret: true,
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  assert.match(client.ClientSecret, /^[\w+]{24,64}$/);
  const { email, password } = await settledPerson();
  const hash = createHmac('sha256', client.ClientSecret).update(email + client.ClientId).digest('base64');
  const signedIn = await passwordSignIn(client.ClientId, email, password, { SECRET_HASH: hash });
  assert.ok(signedIn.AuthenticationResult.AccessToken);
  await assert.rejects(passwordSignIn(client.ClientId, email, password, { SECRET_HASH: hash.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) }), NotAuthorizedException);
  await assert.rejects(passwordSignIn(client.ClientId, email, password), NotAuthorizedException);
});

test('a created person has to change the temporary password; an invitation is in the inbox', async () => {
  const { email } = newPerson();
  const { User } = await admin.send(new AdminCreateUserCommand({
    UserPoolId: target.poolId,
    Username: email,
    UserAttributes: [{ Name: 'email', Value: email }, { Name: 'given_name', Value: 'Ada' }],
    TemporaryPassword: 'Temporary-1!',
    DesiredDeliveryMediums: ['EMAIL'],
  }));
  assert.equal(User.UserStatus, 'FORCE_CHANGE_PASSWORD');
  assert.equal(User.Enabled, true);
  assert.equal(attributesOf(User.Attributes).given_name, 'Ada');
  if (!isMinistack) assert.ok((await invitation(email)).body.includes('Temporary-1!'), 'the invitation carries the temporary password');

  const first = await passwordSignIn(target.clientId, email, 'Temporary-1!');
  assert.equal(first.ChallengeName, 'NEW_PASSWORD_REQUIRED');
  assert.equal(JSON.parse(first.ChallengeParameters.userAttributes).given_name, 'Ada');
  assert.ok(first.Session.length >= 20);
});

test('a second creation of the same person is refused, resending the invitation is not', async () => {
  const { email } = newPerson();
  const create = (more) => admin.send(new AdminCreateUserCommand({ UserPoolId: target.poolId, Username: email, ...more }));
  await create();
  await assert.rejects(create(), UsernameExistsException);
  const again = await create({ MessageAction: 'RESEND' });
  assert.equal(again.User.UserStatus, 'FORCE_CHANGE_PASSWORD');
  await assert.rejects(
    admin.send(new AdminCreateUserCommand({ UserPoolId: target.poolId, Username: newPerson().email, MessageAction: 'RESEND' })),
    UserNotFoundException,
  );
});

test('a permanent password confirms, a temporary one asks for a change', async () => {
  const { email, password } = newPerson();
  await admin.send(new AdminCreateUserCommand({ UserPoolId: target.poolId, Username: email, MessageAction: 'SUPPRESS' }));
  const set = (Password, Permanent) => admin.send(new AdminSetUserPasswordCommand({ UserPoolId: target.poolId, Username: email, Password, Permanent }));
  await assert.rejects(set('weak', true), InvalidPasswordException);
  await set(password, true);
  assert.equal((await getUser(email)).UserStatus, 'CONFIRMED');
  assert.ok((await passwordSignIn(target.clientId, email, password)).AuthenticationResult);
  await set('Other-Horse10!', false);
  assert.equal((await getUser(email)).UserStatus, 'FORCE_CHANGE_PASSWORD');
  assert.equal((await passwordSignIn(target.clientId, email, 'Other-Horse10!')).ChallengeName, 'NEW_PASSWORD_REQUIRED');
});

test('an administrator confirms a sign-up without the code', async () => {
  const { email, password } = newPerson();
  await admin.send(new SignUpCommand({ ClientId: target.clientId, Username: email, Password: password }));
  const before = await getUser(email);
  assert.equal(before.UserStatus, 'UNCONFIRMED');
  assert.equal(attributesOf(before.UserAttributes).email, email);
  await admin.send(new AdminConfirmSignUpCommand({ UserPoolId: target.poolId, Username: email }));
  assert.equal((await getUser(email)).UserStatus, 'CONFIRMED');
  await assert.rejects(admin.send(new AdminConfirmSignUpCommand({ UserPoolId: target.poolId, Username: email })), NotAuthorizedException);
  assert.ok((await passwordSignIn(target.clientId, email, password)).AuthenticationResult.AccessToken);
});

test('an administrator learns that a person does not exist', async () => {
  await assert.rejects(getUser(newPerson().email), UserNotFoundException);
  await assert.rejects(
    admin.send(new AdminGetUserCommand({ UserPoolId: 'local_nowhere', Username: 'ada' })),
    ResourceNotFoundException,
  );
});

test('a trusted server signs a person in where the client allows it, and nowhere else', async () => {
  const { email, password } = await settledPerson();
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: target.poolId,
    ClientName: 'trusted',
    ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }));
  const signIn = (ClientId, PASSWORD) => admin.send(new AdminInitiateAuthCommand({
    UserPoolId: target.poolId, ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD },
  }));
  const { AuthenticationResult: tokens } = await signIn(client.ClientId, password);
  assert.equal(tokens.TokenType, 'Bearer');
  assert.equal(tokens.ExpiresIn, 3600);
  await assert.rejects(signIn(client.ClientId, 'Wrong-Horse9!'), NotAuthorizedException);
  await assert.rejects(signIn(target.clientId, password), InvalidParameterException);
  // The administrative flow is not open to the public operation.
  await assert.rejects(admin.send(new InitiateAuthCommand({
    ClientId: client.ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD: password },
  })), InvalidParameterException);
  const refreshed = await admin.send(new AdminInitiateAuthCommand({
    UserPoolId: target.poolId, ClientId: client.ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: tokens.RefreshToken },
  }));
  assert.ok(refreshed.AuthenticationResult.AccessToken);
});

test('people are found by a filter and listed page by page', async () => {
  const { Id: UserPoolId } = (await admin.send(new CreateUserPoolCommand({ PoolName: 'people' }))).UserPool;
  for (const name of ['ada', 'adele', 'grace', 'hedy', 'mary']) {
    await admin.send(new AdminCreateUserCommand({
      UserPoolId, Username: name, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: `${name}@example.com` }],
    }));
  }
  const find = async (Filter) => (await admin.send(new ListUsersCommand({ UserPoolId, Filter }))).Users.map((user) => user.Username).sort();
  assert.deepEqual(await find('email = "grace@example.com"'), ['grace']);
  assert.deepEqual(await find('username ^= "ad"'), ['ada', 'adele']);
  assert.deepEqual(await find('email = "nobody@example.com"'), []);
  await assert.rejects(find('email ~ "x"'), InvalidParameterException);

  const seen = [];
  let PaginationToken;
  do {
    const page = await admin.send(new ListUsersCommand({ UserPoolId, Limit: 2, PaginationToken }));
    assert.ok(page.Users.length <= 2);
    seen.push(...page.Users.map((user) => user.Username));
    PaginationToken = page.PaginationToken;
  } while (PaginationToken && seen.length < 20);
  assert.deepEqual(seen.sort(), ['ada', 'adele', 'grace', 'hedy', 'mary']);
});

async function settledPerson() {
  const { email, password } = newPerson();
  await admin.send(new AdminCreateUserCommand({ UserPoolId: target.poolId, Username: email, MessageAction: 'SUPPRESS' }));
  await admin.send(new AdminSetUserPasswordCommand({ UserPoolId: target.poolId, Username: email, Password: password, Permanent: true }));
  return { email, password };
}

function passwordSignIn(ClientId, USERNAME, PASSWORD, more = {}) {
  return admin.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME, PASSWORD, ...more } }));
}

function getUser(Username) {
  return admin.send(new AdminGetUserCommand({ UserPoolId: target.poolId, Username }));
}

function attributesOf(list) {
  return Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
}

async function invitation(address) {
  const { messages } = await import('../support/inbox.mjs');
  for (let tries = 0; tries < 100; tries += 1) {
    const [newest] = await messages(target.endpoint, address);
    if (newest) return newest;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return assert.fail('no invitation came');
}
