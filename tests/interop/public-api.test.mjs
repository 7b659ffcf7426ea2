// The AWS SDK for JavaScript calls every public operation and sees every refusal as the exception class that it documents.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ChangePasswordCommand,
  CodeMismatchException,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  DeleteUserCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  InvalidParameterException,
  InvalidPasswordException,
  NotAuthorizedException,
  ResendConfirmationCodeCommand,
  ResourceNotFoundException,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SignUpCommand,
  UnsupportedTokenTypeException,
  UpdateUserAttributesCommand,
  UserNotConfirmedException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { begin, claimTimestamp, passwordClaim, poolNameOf } from '../support/srp-client.mjs';
import { isMinistack, newPerson, startTarget } from '../support/target.mjs';

let target;
let client;
let ClientId;

before(async () => {
  target = await startTarget();
  ClientId = target.clientId;
  // No credentials: the public operations must not need any.
  client = new CognitoIdentityProviderClient({ endpoint: target.endpoint, region: 'us-east-1', maxAttempts: 1, credentials: undefined });
});
after(() => target?.stop());

test('a person signs up, is reminded, confirms and is refused a second time', async () => {
  const { email, password } = newPerson();
  const signUp = (Username, Password) => client.send(new SignUpCommand({ ClientId, Username, Password, UserAttributes: [{ Name: 'email', Value: Username }] }));
  await assert.rejects(signUp(email, 'nosymbols1A'), InvalidPasswordException);
  const { UserConfirmed, UserSub } = await signUp(email, password);
  assert.equal(UserConfirmed, false);
  assert.ok(UserSub);
  await assert.rejects(signUp(email, password), UsernameExistsException);
  await assert.rejects(passwordSignIn(email, password), UserNotConfirmedException);
  const { CodeDeliveryDetails } = await client.send(new ResendConfirmationCodeCommand({ ClientId, Username: email }));
  assert.equal(CodeDeliveryDetails.AttributeName, 'email');
  const right = await target.readCode(email, { count: 2 });
  const confirm = (ConfirmationCode) => client.send(new ConfirmSignUpCommand({ ClientId, Username: email, ConfirmationCode }));
  await assert.rejects(confirm(right === '000000' ? '000001' : '000000'), CodeMismatchException);
  await confirm(right);
  assert.ok((await passwordSignIn(email, password)).AuthenticationResult);
});

test('SRP signs in with the right password only', async () => {
  const { email, password } = await confirmedPerson();
  const { AuthenticationResult: tokens } = await srpSignIn(email, password);
  assert.equal(tokens.TokenType, 'Bearer');
  await assert.rejects(srpSignIn(email, 'Wrong-Horse9!'), NotAuthorizedException);
  await assert.rejects(srpSignIn(newPerson().email, 'Wrong-Horse9!'), NotAuthorizedException);
});

test('a person chooses a code by mail', { skip: isMinistack && 'it has no USER_AUTH' }, async () => {
  const { email } = await confirmedPerson();
  const names = { ClientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: email } };
  const choice = await client.send(new InitiateAuthCommand(names));
  assert.equal(choice.ChallengeName, 'SELECT_CHALLENGE');
  assert.ok(choice.AvailableChallenges.includes('EMAIL_OTP'));
  const answer = ({ ChallengeName, Session }, responses) => client.send(new RespondToAuthChallengeCommand({
    ClientId, ChallengeName, Session, ChallengeResponses: { USERNAME: email, ...responses },
  }));
  const asked = await answer(choice, { ANSWER: 'EMAIL_OTP' });
  await assert.rejects(answer(asked, { EMAIL_OTP_CODE: 'no digits' }), CodeMismatchException);
  const done = await answer(asked, { EMAIL_OTP_CODE: await target.readCode(email, { count: 2 }) });
  assert.equal(done.AuthenticationResult.TokenType, 'Bearer');
  await assert.rejects(client.send(new InitiateAuthCommand({
    ...names, AuthParameters: { USERNAME: email, PREFERRED_CHALLENGE: 'CUSTOM_CHALLENGE' },
  })), InvalidParameterException);
});

test('tokens are refreshed, a session is revoked, and then neither works', async () => {
  const { AuthenticationResult: tokens } = await srpSignIn(...Object.values(await confirmedPerson()));
  const refresh = () => client.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken: tokens.RefreshToken }));
  const fresh = (await refresh()).AuthenticationResult;
  assert.ok((await client.send(new GetUserCommand({ AccessToken: fresh.AccessToken }))).Username);
  await assert.rejects(client.send(new RevokeTokenCommand({ ClientId, Token: tokens.AccessToken })), UnsupportedTokenTypeException);
  await client.send(new RevokeTokenCommand({ ClientId, Token: tokens.RefreshToken }));
  await assert.rejects(refresh(), NotAuthorizedException);
  await assert.rejects(client.send(new GetUserCommand({ AccessToken: fresh.AccessToken })), NotAuthorizedException);
});

test('attributes are read, changed, and refused where the schema says so', async () => {
  const { AuthenticationResult: { AccessToken } } = await srpSignIn(...Object.values(await confirmedPerson()));
  const update = (Name, Value) => client.send(new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name, Value }] }));
  await update('given_name', 'Grace');
  const { UserAttributes } = await client.send(new GetUserCommand({ AccessToken }));
  assert.ok(UserAttributes.some(({ Name, Value }) => Name === 'given_name' && Value === 'Grace'));
  // Which of the two the service chooses is not documented.
  const refused = (error) => error instanceof InvalidParameterException || error instanceof NotAuthorizedException;
  await assert.rejects(update('custom:undeclared', '1'), refused);
  await assert.rejects(update('sub', 'another'), refused);
});

test('passwords are changed and recovered', async () => {
  const { email, password } = await confirmedPerson();
  const { AuthenticationResult: { AccessToken } } = await srpSignIn(email, password);
  const change = (PreviousPassword, ProposedPassword) => client.send(new ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword }));
  await assert.rejects(change('Wrong-Horse9!', 'New-Horse10!'), NotAuthorizedException);
  await assert.rejects(change(password, 'allsmall'), InvalidPasswordException);
  await change(password, 'New-Horse10!');
  await srpSignIn(email, 'New-Horse10!');

  await client.send(new ForgotPasswordCommand({ ClientId, Username: email }));
  const ConfirmationCode = await target.readCode(email, { count: 2, purpose: 'recovery' });
  const reset = (code, Password) => client.send(new ConfirmForgotPasswordCommand({ ClientId, Username: email, ConfirmationCode: code, Password }));
  await assert.rejects(reset(ConfirmationCode === '000000' ? '000001' : '000000', 'Third-Horse11!'), CodeMismatchException);
  await assert.rejects(reset(ConfirmationCode, 'allsmall'), InvalidPasswordException);
  await reset(ConfirmationCode, 'Third-Horse11!');
  await srpSignIn(email, 'Third-Horse11!');
});

test('a global sign-out and a deletion end what they name', async () => {
  const { email, password } = await confirmedPerson();
  const { AuthenticationResult: first } = await srpSignIn(email, password);
  await client.send(new GlobalSignOutCommand({ AccessToken: first.AccessToken }));
  await assert.rejects(client.send(new GetUserCommand({ AccessToken: first.AccessToken })), NotAuthorizedException);
  const { AuthenticationResult: second } = await srpSignIn(email, password);
  await client.send(new DeleteUserCommand({ AccessToken: second.AccessToken }));
  await assert.rejects(srpSignIn(email, password), NotAuthorizedException);
});

test('a client that does not exist and a token that is none are typed exceptions with a request id', async () => {
  await assert.rejects(
    client.send(new SignUpCommand({ ClientId: 'doesnotexist', Username: 'ada@example.com', Password: 'Correct-Horse9!' })),
    (error) => error instanceof ResourceNotFoundException && error.$metadata.httpStatusCode === 400 && /\S/.test(error.$metadata.requestId),
  );
  await assert.rejects(client.send(new GetUserCommand({ AccessToken: 'a.b.c' })), NotAuthorizedException);
});

async function confirmedPerson() {
  const { email, password } = newPerson();
  await client.send(new SignUpCommand({ ClientId, Username: email, Password: password }));
  await client.send(new ConfirmSignUpCommand({ ClientId, Username: email, ConfirmationCode: await target.readCode(email) }));
  return { email, password };
}

function passwordSignIn(USERNAME, PASSWORD) {
  return client.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME, PASSWORD } }));
}

async function srpSignIn(username, password) {
  const secret = begin();
  const { ChallengeParameters: p, Session } = await client.send(new InitiateAuthCommand({
    ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME: username, SRP_A: secret.A.toString(16) },
  }));
  if (!isMinistack) assert.equal(Session, undefined);
  const timestamp = claimTimestamp();
  const { signature } = passwordClaim({
    ...secret, poolName: poolNameOf(target.poolId), userId: p.USER_ID_FOR_SRP, password, salt: p.SALT, B: p.SRP_B, secretBlock: p.SECRET_BLOCK, timestamp,
  });
  return client.send(new RespondToAuthChallengeCommand({
    ClientId, ChallengeName: 'PASSWORD_VERIFIER', Session,
    ChallengeResponses: { USERNAME: p.USER_ID_FOR_SRP, PASSWORD_CLAIM_SECRET_BLOCK: p.SECRET_BLOCK, PASSWORD_CLAIM_SIGNATURE: signature, TIMESTAMP: timestamp },
  }));
}
