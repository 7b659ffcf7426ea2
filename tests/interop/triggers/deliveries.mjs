// Everything that sends somebody a message, by e-mail or by text message.

import { AdminConfirmSignUpCommand, AdminCreateUserCommand, AdminUpdateUserAttributesCommand } from '@aws-sdk/client-cognito-identity-provider';
import { code } from '../../support/inbox.mjs';
import { newNumber } from '../../support/mfa-pool.mjs';
import { adminClient } from '../../support/target.mjs';
import { Api } from '../../support/user-pools-api.mjs';

/** `kind` is the attribute with the address. `readsCodes`: messages come to the inbox; else a handler has them. */
export async function deliveries(backend, kind, { readsCodes }) {
  const api = new Api(backend);
  const admin = adminClient(backend.url);
  const { clientId: ClientId, poolId: UserPoolId } = backend;
  const isEmail = kind === 'email';
  const address = () => (isEmail ? api.newPerson().email : newNumber());
  const { password: Password } = api.newPerson();
  const Username = address();
  try {
    await api.ok('SignUp', { ClientId, Username, Password });
    await api.ok('ResendConfirmationCode', { ClientId, Username });
    if (readsCodes) await api.ok('ConfirmSignUp', { ClientId, Username, ConfirmationCode: await code(api.url, Username, { count: 2 }) });
    else await admin.send(new AdminConfirmSignUpCommand({ UserPoolId, Username }));

    const invited = address();
    await admin.send(new AdminCreateUserCommand({
      UserPoolId, Username: invited, DesiredDeliveryMediums: [isEmail ? 'EMAIL' : 'SMS'],
      UserAttributes: [{ Name: kind, Value: invited }, { Name: `${kind}_verified`, Value: 'true' }],
    }));

    const { AccessToken } = await api.tokens({ email: Username, password: Password });
    await api.ok('GetUserAttributeVerificationCode', { AccessToken, AttributeName: kind });
    await api.ok('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: kind, Value: address() }] });
    await api.ok('InitiateAuth', {
      ClientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: invited, PREFERRED_CHALLENGE: isEmail ? 'EMAIL_OTP' : 'SMS_OTP' },
    });
    const forgetful = address();
    await api.ok('SignUp', { ClientId, Username: forgetful, Password });
    await admin.send(new AdminConfirmSignUpCommand({ UserPoolId, Username: forgetful }));
    await admin.send(new AdminUpdateUserAttributesCommand({
      UserPoolId, Username: forgetful, UserAttributes: [{ Name: `${kind}_verified`, Value: 'true' }],
    }));
    await api.ok('ForgotPassword', { ClientId, Username: forgetful });
  } finally {
    admin.destroy();
  }
}
