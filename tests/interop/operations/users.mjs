// What an administrator does with people.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { newNumber } from '../../support/mfa-pool.mjs';
import { newPerson } from '../../support/target.mjs';

export async function users(call, { backend, readCode }) {
  const { UserPool } = await call('CreateUserPool', {
    PoolName: 'people', AliasAttributes: ['email'], AutoVerifiedAttributes: ['email'], UserPoolAddOns: { AdvancedSecurityMode: 'AUDIT' },
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  });
  const of = (more = {}) => ({ UserPoolId: UserPool.Id, ...more });
  await call('SetUserPoolMfaConfig', of({ MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true }, SmsMfaConfiguration: {} }));
  const { ClientId } = (await call('CreateUserPoolClient', of({
    ClientName: 'server', ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }))).UserPoolClient;
  const { email, password } = newPerson();
  const named = of({ Username: 'ada' });

  await call('AdminCreateUser', { ...named, DesiredDeliveryMediums: ['EMAIL'], UserAttributes: attributes({ email, email_verified: 'true', given_name: 'Ada' }) });
  const temporary = await readCode(email);
  const begin = (PASSWORD) => call('AdminInitiateAuth', of({
    ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'ada', PASSWORD },
  }));
  const asked = await begin(temporary);
  assert.equal(asked.ChallengeName, 'NEW_PASSWORD_REQUIRED');
  await call('AdminRespondToAuthChallenge', of({
    ClientId, ChallengeName: asked.ChallengeName, Session: asked.Session, ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD: password },
  }));
  // An administrator's sign-in has no device.
  const own = await call('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'ada', PASSWORD: password } });
  await devices(call, named, own.AuthenticationResult);

  await call('AdminUpdateUserAttributes', { ...named, UserAttributes: attributes({ family_name: 'Lovelace', phone_number: newNumber() }) });
  await call('AdminDeleteUserAttributes', { ...named, UserAttributeNames: ['given_name'] });
  const told = await call('AdminGetUser', named);
  const names = told.UserAttributes.map(({ Name }) => Name);
  assert.deepEqual([told.UserStatus, names.includes('family_name'), names.includes('given_name')], ['CONFIRMED', true, false]);
  assert.equal((await call('ListUsers', of({ Filter: 'username = "ada"' }))).Users.length, 1);

  const { AuthEvents } = await call('AdminListUserAuthEvents', named);
  assert.ok(AuthEvents.length > 0);
  await call('AdminUpdateAuthEventFeedback', { ...named, EventId: AuthEvents[0].EventId, FeedbackValue: 'Valid' });
  const again = (await call('AdminListUserAuthEvents', named)).AuthEvents.find(({ EventId }) => EventId === AuthEvents[0].EventId);
  assert.equal(again.EventFeedback.FeedbackValue, 'Valid');

  await call('AdminSetUserSettings', { ...named, MFAOptions: [{ AttributeName: 'phone_number', DeliveryMedium: 'SMS' }] });
  await call('AdminSetUserMFAPreference', { ...named, SMSMfaSettings: { Enabled: false } });
  assert.deepEqual((await call('AdminGetUserAuthFactors', named)).ConfiguredUserAuthFactors, ['PASSWORD']);
  await call('AdminDeleteSoftwareToken', named);

  await call('AdminDisableUser', named);
  await assert.rejects(begin(password), { name: 'NotAuthorizedException' });
  await call('AdminEnableUser', named);
  await call('AdminSetUserPassword', { ...named, Password: 'Another-Horse10!', Permanent: true });
  assert.ok((await begin('Another-Horse10!')).AuthenticationResult);
  await call('AdminUserGlobalSignOut', named);
  await call('AdminResetUserPassword', named);
  assert.equal((await call('AdminGetUser', named)).UserStatus, 'RESET_REQUIRED');

  const waiting = { Username: newPerson().email };
  await call('SignUp', { ClientId: backend.clientId, ...waiting, Password: password });
  await call('AdminConfirmSignUp', { UserPoolId: backend.poolId, ...waiting });
  assert.equal((await call('AdminGetUser', { UserPoolId: backend.poolId, ...waiting })).UserStatus, 'CONFIRMED');

  await call('AdminDeleteUser', named);
  await assert.rejects(call('AdminGetUser', named), { name: 'UserNotFoundException' });
}

async function devices(call, named, { AccessToken, NewDeviceMetadata: { DeviceKey } }) {
  await call('ConfirmDevice', {
    AccessToken, DeviceKey, DeviceName: 'a desk',
    DeviceSecretVerifierConfig: { PasswordVerifier: randomBytes(384).toString('base64'), Salt: randomBytes(16).toString('base64') },
  });
  const device = { ...named, DeviceKey };
  assert.equal((await call('AdminListDevices', named)).Devices.length, 1);
  assert.equal((await call('AdminGetDevice', device)).Device.DeviceKey, DeviceKey);
  await call('AdminUpdateDeviceStatus', { ...device, DeviceRememberedStatus: 'not_remembered' });
  await call('AdminForgetDevice', device);
  assert.equal((await call('AdminListDevices', named)).Devices.length, 0);
}

const attributes = (values) => Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
