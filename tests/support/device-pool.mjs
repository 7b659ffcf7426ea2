// Pools that track devices, made through the AWS SDK.

import { CreateUserPoolClientCommand, CreateUserPoolCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';

/**
 * `challenges`: a remembered device replaces the second factor; `asks`: a device is remembered only when the person says so; `mfa`: the
 * requirement of second factors, all of which exist then. People may sign in with their verified e-mail address, too.
 */
export async function poolWithDevices(target, { challenges = true, asks = false, mfa } = {}) {
  const { UserPool } = await target.admin.send(new CreateUserPoolCommand({
    PoolName: 'devices',
    AliasAttributes: ['email'],
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: challenges, DeviceOnlyRememberedOnUserPrompt: asks },
  }));
  const poolId = UserPool.Id;
  if (mfa) {
    await target.admin.send(new SetUserPoolMfaConfigCommand({
      UserPoolId: poolId, MfaConfiguration: mfa,
      SmsMfaConfiguration: {}, SoftwareTokenMfaConfiguration: { Enabled: true }, EmailMfaConfiguration: {},
    }));
  }
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: poolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
  }));
  return { poolId, clientId: UserPoolClient.ClientId, endpoint: target.endpoint };
}
