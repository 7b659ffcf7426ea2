// boto3 drives second factors, the choice of the first one, and passkeys. It refuses parameters and answers that its model does not have.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newAuthenticator } from '../support/authenticator.mjs';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { authenticatorApp, wrong } from '../support/mfa-pool.mjs';
import { isMinistack, newPerson } from '../support/target.mjs';
import { startBoto3 } from './boto3.mjs';

const ORIGIN = 'http://localhost:4200';
const skip = isMinistack && 'it has neither USER_AUTH nor passkeys';

let backend;
let boto3;
let client;

before(async () => {
  if (isMinistack) return;
  backend = await startBackend();
  boto3 = await startBoto3(backend.url);
  client = { ClientId: backend.clientId };
});
after(async () => {
  await boto3?.stop();
  await backend?.stop();
});

test('an authenticator app is set up, asked for and told of', { skip }, async () => {
  const pool = (await boto3.admin('create_user_pool', { PoolName: 'boto3' })).UserPool.Id;
  const mfa = await boto3.admin('set_user_pool_mfa_config', {
    UserPoolId: pool, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  assert.equal(mfa.MfaConfiguration, 'OPTIONAL');
  const { UserPoolClient } = await boto3.admin('create_user_pool_client', {
    UserPoolId: pool, ClientName: 'boto3', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH'],
  });
  const ClientId = UserPoolClient.ClientId;
  const { password } = newPerson();
  const names = { UserPoolId: pool, Username: 'ada' };
  await boto3.admin('admin_create_user', { ...names, MessageAction: 'SUPPRESS' });
  await boto3.admin('admin_set_user_password', { ...names, Password: password, Permanent: true });
  const signIn = { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'ada', PASSWORD: password } };

  const { AuthenticationResult: { AccessToken } } = await boto3.call('initiate_auth', signIn);
  const { SecretCode } = await boto3.call('associate_software_token', { AccessToken });
  const app = authenticatorApp(SecretCode);
  const first = app.next();
  await assert.rejects(boto3.call('verify_software_token', { AccessToken, UserCode: wrong(first) }), { name: 'EnableSoftwareTokenMFAException' });
  assert.equal((await boto3.call('verify_software_token', { AccessToken, UserCode: first })).Status, 'SUCCESS');
  await boto3.call('set_user_mfa_preference', { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
  assert.deepEqual(await boto3.call('get_user_auth_factors', { AccessToken }), {
    Username: 'ada', PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA', UserMFASettingList: ['SOFTWARE_TOKEN_MFA'], ConfiguredUserAuthFactors: ['PASSWORD'],
  });

  const asked = await boto3.admin('admin_initiate_auth', { ...signIn, UserPoolId: pool, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH' });
  assert.equal(asked.ChallengeName, 'SOFTWARE_TOKEN_MFA');
  const answer = (SOFTWARE_TOKEN_MFA_CODE) => boto3.admin('admin_respond_to_auth_challenge', {
    UserPoolId: pool, ClientId, ChallengeName: asked.ChallengeName, Session: asked.Session,
    ChallengeResponses: { USERNAME: 'ada', SOFTWARE_TOKEN_MFA_CODE },
  });
  const second = app.next();
  await assert.rejects(answer(wrong(second)), { name: 'CodeMismatchException' });
  assert.equal((await answer(second)).AuthenticationResult.TokenType, 'Bearer');
});

test('a person signs in right after the confirmation', { skip }, async () => {
  const { email, password } = newPerson();
  const signedUp = await boto3.call('sign_up', { ...client, Username: email, Password: password });
  const { Session } = await boto3.call('confirm_sign_up', {
    ...client, Username: email, ConfirmationCode: await code(backend.url, email), Session: signedUp.Session,
  });
  const begin = { ...client, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: email }, Session };
  const { AuthenticationResult } = await boto3.call('initiate_auth', begin);
  const user = await boto3.call('get_user', { AccessToken: AuthenticationResult.AccessToken });
  assert.ok(user.UserAttributes.some(({ Name, Value }) => Name === 'email' && Value === email));
  await assert.rejects(boto3.call('initiate_auth', begin), { name: 'NotAuthorizedException' });
});

test('a person chooses a code by mail', { skip }, async () => {
  const { email } = await confirmedPerson();
  const choice = await userAuth(email);
  assert.equal(choice.ChallengeName, 'SELECT_CHALLENGE');
  assert.deepEqual(choice.AvailableChallenges, ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP']);
  const asked = await respond(email, choice, { ANSWER: 'EMAIL_OTP' });
  assert.equal(asked.ChallengeName, 'EMAIL_OTP');
  assert.equal(asked.ChallengeParameters.CODE_DELIVERY_DELIVERY_MEDIUM, 'EMAIL');
  const digits = await code(backend.url, email, { count: 2 });
  const other = String((Number(digits) + 1) % 100_000_000).padStart(8, '0');
  await assert.rejects(respond(email, asked, { EMAIL_OTP_CODE: other }), { name: 'CodeMismatchException' });
  const { AuthenticationResult } = await respond(email, asked, { EMAIL_OTP_CODE: digits });
  assert.equal(AuthenticationResult.ExpiresIn, 3600);
});

test('a password is taken at once, after the question, and as a choice', { skip }, async () => {
  const { email, password } = await confirmedPerson();
  const atOnce = await userAuth(email, { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD: password });
  assert.equal(atOnce.AuthenticationResult.TokenType, 'Bearer');
  const asked = await userAuth(email, { PREFERRED_CHALLENGE: 'PASSWORD' });
  assert.equal(asked.ChallengeName, 'PASSWORD');
  await assert.rejects(respond(email, asked, { PASSWORD: 'Wrong-Horse9!' }), { name: 'NotAuthorizedException' });
  assert.ok((await respond(email, asked, { PASSWORD: password })).AuthenticationResult);
  const choice = await userAuth(email);
  assert.ok((await respond(email, choice, { ANSWER: 'PASSWORD', PASSWORD: password })).AuthenticationResult);
});

test('a passkey is made, listed, used to sign in and deleted', { skip }, async () => {
  const { email, password } = await confirmedPerson();
  const { AccessToken } = (await userAuth(email, { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD: password })).AuthenticationResult;
  const { CredentialCreationOptions } = await boto3.call('start_web_authn_registration', { AccessToken });
  assert.equal(CredentialCreationOptions.rp.id, 'localhost');
  const device = newAuthenticator(ORIGIN);
  await boto3.call('complete_web_authn_registration', { AccessToken, Credential: device.create(CredentialCreationOptions) });
  const { Credentials } = await boto3.call('list_web_authn_credentials', { AccessToken, MaxResults: 20 });
  assert.deepEqual(Credentials.map(({ CredentialId, RelyingPartyId }) => [CredentialId, RelyingPartyId]), [[device.id, 'localhost']]);
  assert.ok(Math.abs(Credentials[0].CreatedAt - Date.now() / 1000) < 60);

  const asked = await userAuth(email, { PREFERRED_CHALLENGE: 'WEB_AUTHN' });
  assert.equal(asked.ChallengeName, 'WEB_AUTHN');
  const options = JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
  assert.deepEqual(options.allowCredentials, [{ type: 'public-key', id: device.id, transports: ['internal'] }]);
  const CREDENTIAL = JSON.stringify(device.get(options));
  assert.ok((await respond(email, asked, { CREDENTIAL })).AuthenticationResult);
  await assert.rejects(respond(email, asked, { CREDENTIAL }), { name: 'NotAuthorizedException' });

  await boto3.call('delete_web_authn_credential', { AccessToken, CredentialId: device.id });
  await assert.rejects(boto3.call('delete_web_authn_credential', { AccessToken, CredentialId: device.id }), { name: 'ResourceNotFoundException' });
});

test('each refusal of a registration is the exception of boto3\'s model', { skip }, async () => {
  const { email, password } = await confirmedPerson();
  const { AccessToken } = (await userAuth(email, { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD: password })).AuthenticationResult;
  const options = async () => (await boto3.call('start_web_authn_registration', { AccessToken })).CredentialCreationOptions;
  const complete = (Credential) => boto3.call('complete_web_authn_registration', { AccessToken, Credential });
  await assert.rejects(complete(newAuthenticator('https://example.com').create(await options())), { name: 'WebAuthnOriginNotAllowedException' });
  const elsewhere = { ...(await options()), rp: { id: 'example.com' } };
  await assert.rejects(complete(newAuthenticator(ORIGIN).create(elsewhere)), { name: 'WebAuthnRelyingPartyMismatchException' });
  const invented = { ...(await options()), challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' };
  await assert.rejects(complete(newAuthenticator(ORIGIN).create(invented)), { name: 'WebAuthnChallengeNotFoundException' });
  await assert.rejects(complete({}), { name: 'InvalidParameterException' });
});

test('the pool\'s settings of passkeys are read and written', { skip }, async () => {
  const pool = (await boto3.admin('create_user_pool', {
    PoolName: 'passkeys', Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
  })).UserPool;
  assert.deepEqual(pool.Policies.SignInPolicy.AllowedFirstAuthFactors, ['PASSWORD', 'WEB_AUTHN']);
  const WebAuthnConfiguration = { RelyingPartyId: 'example.com', UserVerification: 'required', FactorConfiguration: 'SINGLE_FACTOR' };
  await boto3.admin('set_user_pool_mfa_config', { UserPoolId: pool.Id, WebAuthnConfiguration });
  const stored = await boto3.admin('get_user_pool_mfa_config', { UserPoolId: pool.Id });
  assert.deepEqual(stored.WebAuthnConfiguration, WebAuthnConfiguration);
});

function userAuth(email, parameters = {}) {
  return boto3.call('initiate_auth', { ...client, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: email, ...parameters } });
}

function respond(email, { ChallengeName, Session }, responses) {
  return boto3.call('respond_to_auth_challenge', { ...client, ChallengeName, Session, ChallengeResponses: { USERNAME: email, ...responses } });
}

async function confirmedPerson() {
  const { email, password } = newPerson();
  await boto3.call('sign_up', { ...client, Username: email, Password: password });
  await boto3.call('confirm_sign_up', { ...client, Username: email, ConfirmationCode: await code(backend.url, email) });
  return { email, password };
}
