// Pools with second factors, made through the AWS SDK, and an authenticator app that nobody here wrote (otpauth).

import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  SetUserPoolMfaConfigCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { Secret, TOTP } from 'otpauth';
import { newPerson } from './target.mjs';

/** All three factors; `requirement` is `OPTIONAL` or `ON`. */
export async function poolWithMfa(target, requirement) {
  const { UserPool } = await target.admin.send(new CreateUserPoolCommand({ PoolName: `mfa ${requirement}` }));
  const poolId = UserPool.Id;
  await target.admin.send(new SetUserPoolMfaConfigCommand({
    UserPoolId: poolId,
    MfaConfiguration: requirement,
    SmsMfaConfiguration: { SmsAuthenticationMessage: 'Code: {####}' },
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: { Subject: 'Code', Message: 'Code: {####}' },
  }));
  const { UserPoolClient } = await target.admin.send(new CreateUserPoolClientCommand({
    UserPoolId: poolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
  }));
  return { poolId, clientId: UserPoolClient.ClientId, endpoint: target.endpoint };
}

/** Somebody in the pool, with these attributes and a password of their own. */
export async function personIn(target, pool, attributes = {}) {
  const { email, password } = newPerson();
  const username = email.split('@')[0];
  const names = { UserPoolId: pool.poolId, Username: username };
  await target.admin.send(new AdminCreateUserCommand({
    ...names,
    MessageAction: 'SUPPRESS',
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  }));
  await target.admin.send(new AdminSetUserPasswordCommand({ ...names, Password: password, Permanent: true }));
  return { username, password, email, names };
}

let numbers = 0;

/** A phone number nobody else in this run has. */
export function newNumber() {
  numbers += 1;
  return `+1432555${String(1000 + numbers)}`;
}

/**
 * An authenticator app. A code counts once, and one step of 30 s either way: `next()` gives the code of the half minute it was made in,
 * then that of the one after, so that a test signs in without waiting, also where a half minute ends meanwhile.
 */
export function authenticatorApp(secret) {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const began = Date.now();
  let step = 0;
  return {
    next() {
      if (step > 1) throw new Error('a third code would come from too far ahead');
      const timestamp = began + 30_000 * step;
      step += 1;
      return totp.generate({ timestamp });
    },
  };
}

/** Another code than this one. */
export function wrong(code) {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
