// What a person does alone: from signing up to deleting the account.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { newAuthenticator } from '../../support/authenticator.mjs';
import { authenticatorApp, newNumber } from '../../support/mfa-pool.mjs';
import { newPerson } from '../../support/target.mjs';

export async function account(call, { backend: { clientId: ClientId }, readCode }) {
  const { email, password } = newPerson();
  const person = { ClientId, Username: email };
  const signIn = async (PASSWORD, more) => (await call('InitiateAuth', {
    ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD, ...more },
  })).AuthenticationResult;

  await call('SignUp', { ...person, Password: password, UserAttributes: [{ Name: 'email', Value: email }] });
  await call('ResendConfirmationCode', person);
  await call('ConfirmSignUp', { ...person, ConfirmationCode: await readCode(email, { count: 2 }) });
  await choice(call, person, () => readCode(email, { count: 3 }));

  const { AccessToken, RefreshToken } = await signIn(password);
  await call('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'given_name', Value: 'Grace' }] });
  await call('DeleteUserAttributes', { AccessToken, UserAttributeNames: ['given_name'] });
  assert.ok(!(await call('GetUser', { AccessToken })).UserAttributes.some(({ Name }) => Name === 'given_name'));
  await number(call, AccessToken, readCode);
  await call('ChangePassword', { AccessToken, PreviousPassword: password, ProposedPassword: 'New-Horse10!' });

  const fresh = (await call('GetTokensFromRefreshToken', { ClientId, RefreshToken })).AuthenticationResult;
  await passkeys(call, fresh.AccessToken);
  await call('RevokeToken', { ClientId, Token: RefreshToken });
  await assert.rejects(call('GetUser', { AccessToken: fresh.AccessToken }), { name: 'NotAuthorizedException' });

  await call('ForgotPassword', person);
  await call('ConfirmForgotPassword', { ...person, Password: 'Newer-Horse11!', ConfirmationCode: await readCode(email, { count: 4 }) });
  await call('GlobalSignOut', await tokenOf(signIn('Newer-Horse11!')));
  await call('DeleteUser', await tokenOf(signIn('Newer-Horse11!')));
  await assert.rejects(signIn('Newer-Horse11!'), { name: 'NotAuthorizedException' });
}

/** Devices and second factors of a person, in a pool that has them. */
export async function factors(call, { knows }) {
  const UserPoolId = (await call('CreateUserPool', {
    PoolName: 'devices', DeviceConfiguration: { ChallengeRequiredOnNewDevice: false, DeviceOnlyRememberedOnUserPrompt: true },
  })).UserPool.Id;
  const { ClientId } = (await call('CreateUserPoolClient', { UserPoolId, ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })).UserPoolClient;
  const { password } = newPerson();
  await call('SetUserPoolMfaConfig', { UserPoolId, MfaConfiguration: 'OPTIONAL', SmsMfaConfiguration: {}, SoftwareTokenMfaConfiguration: { Enabled: true } });
  await call('AdminCreateUser', { UserPoolId, Username: 'ada', MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'phone_number', Value: newNumber() }] });
  await call('AdminSetUserPassword', { UserPoolId, Username: 'ada', Password: password, Permanent: true });
  const { AccessToken, NewDeviceMetadata: { DeviceKey } } = (await call('InitiateAuth', {
    ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'ada', PASSWORD: password },
  })).AuthenticationResult;
  const { UserConfirmationNecessary } = await call('ConfirmDevice', {
    AccessToken, DeviceKey,
    DeviceSecretVerifierConfig: { PasswordVerifier: randomBytes(384).toString('base64'), Salt: randomBytes(16).toString('base64') },
  });
  assert.equal(UserConfirmationNecessary, true);
  await call('UpdateDeviceStatus', { AccessToken, DeviceKey, DeviceRememberedStatus: 'remembered' });
  const { Device } = await call('GetDevice', { AccessToken, DeviceKey });
  assert.ok(Device.DeviceAttributes.some(({ Value }) => Value === 'remembered'));
  assert.equal((await call('ListDevices', { AccessToken })).Devices.length, 1);
  await call('ForgetDevice', { AccessToken, DeviceKey });
  assert.equal((await call('ListDevices', { AccessToken })).Devices.length, 0);

  if (knows('ListUserSessions')) await sessions(call, { UserPoolId, Username: 'ada', AccessToken });
  await app(call, AccessToken);
  await call('SetUserSettings', { AccessToken, MFAOptions: [{ AttributeName: 'phone_number', DeliveryMedium: 'SMS' }] });
  assert.deepEqual((await call('GetUser', { AccessToken })).UserMFASettingList, ['SMS_MFA']);
}

const tokenOf = async (tokens) => ({ AccessToken: (await tokens).AccessToken });

async function choice(call, { ClientId, Username }, readCode) {
  const asked = await call('InitiateAuth', { ClientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: Username, PREFERRED_CHALLENGE: 'EMAIL_OTP' } });
  const { AuthenticationResult } = await call('RespondToAuthChallenge', {
    ClientId, ChallengeName: asked.ChallengeName, Session: asked.Session, ChallengeResponses: { USERNAME: Username, EMAIL_OTP_CODE: await readCode() },
  });
  assert.equal(AuthenticationResult.TokenType, 'Bearer');
}

async function number(call, AccessToken, readCode) {
  const phone = newNumber();
  await call('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'phone_number', Value: phone }] });
  await call('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'phone_number' });
  await call('VerifyUserAttribute', { AccessToken, AttributeName: 'phone_number', Code: await readCode(phone) });
}

async function passkeys(call, AccessToken) {
  const { CredentialCreationOptions } = await call('StartWebAuthnRegistration', { AccessToken });
  const device = newAuthenticator('http://localhost:4200');
  await call('CompleteWebAuthnRegistration', { AccessToken, Credential: device.create(CredentialCreationOptions) });
  assert.equal((await call('ListWebAuthnCredentials', { AccessToken })).Credentials.length, 1);
  await call('DeleteWebAuthnCredential', { AccessToken, CredentialId: device.id });
  assert.equal((await call('ListWebAuthnCredentials', { AccessToken })).Credentials.length, 0);
}

async function sessions(call, { UserPoolId, Username, AccessToken }) {
  const named = { UserPoolId, Username };
  await call('SetUserPoolSessionConfiguration', { UserPoolId, UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 5 } });
  const { ClientId } = (await call('CreateUserPoolClient', { UserPoolId, ClientName: 'other', ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'] })).UserPoolClient;
  const { password: PASSWORD } = newPerson();
  await call('AdminSetUserPassword', { ...named, Password: PASSWORD, Permanent: true });
  const signIn = () => call('AdminInitiateAuth', { UserPoolId, ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters: { USERNAME: Username, PASSWORD } });
  await signIn();
  await signIn();
  const others = async () => (await call('ListUserSessions', { AccessToken })).Sessions.filter(({ IsCurrentSession }) => !IsCurrentSession);
  await call('RevokeUserSession', { AccessToken, SessionId: (await others())[0].SessionId });
  const [left] = await others();
  assert.equal((await call('AdminListUserSessions', named)).Sessions.length, 2);
  await call('AdminRevokeUserSession', { ...named, SessionId: left.SessionId });
  assert.deepEqual(await others(), []);
}

async function app(call, AccessToken) {
  const { SecretCode } = await call('AssociateSoftwareToken', { AccessToken });
  assert.equal((await call('VerifySoftwareToken', { AccessToken, UserCode: authenticatorApp(SecretCode).next() })).Status, 'SUCCESS');
  await call('SetUserMFAPreference', { AccessToken, SoftwareTokenMfaSettings: { Enabled: false } });
  assert.ok((await call('GetUserAuthFactors', { AccessToken })).ConfiguredUserAuthFactors.includes('PASSWORD'));
}
