// Sessions as people and administrators see them. Not every client knows these operations yet.

import assert from 'node:assert/strict';
import { newPerson } from '../../support/target.mjs';

export async function sessions(call, { knows }) {
  if (!knows('ListUserSessions')) return;
  const UserPoolId = (await call('CreateUserPool', { PoolName: 'sessions' })).UserPool.Id;
  const { ClientId } = (await call('CreateUserPoolClient', { UserPoolId, ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })).UserPoolClient;
  const TokenSession = { MaxPerUser: 5 };
  await call('SetUserPoolSessionConfiguration', { UserPoolId, UserSessionTracking: 'ENABLED', TokenSession });
  assert.deepEqual((await call('GetUserPoolSessionConfiguration', { UserPoolId })).TokenSession, TokenSession);
  const SSOSession = { MaxValidityMinutes: 30 };
  await call('SetUserPoolClientSessionConfiguration', { UserPoolId, ClientId, SSOSession });
  assert.deepEqual((await call('GetUserPoolClientSessionConfiguration', { UserPoolId, ClientId })).SSOSession, SSOSession);

  const named = { UserPoolId, Username: 'ada' };
  const { password } = newPerson();
  await call('AdminCreateUser', { ...named, MessageAction: 'SUPPRESS' });
  await call('AdminSetUserPassword', { ...named, Password: password, Permanent: true });
  const signIn = async () => (await call('InitiateAuth', {
    ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'ada', PASSWORD: password },
  })).AuthenticationResult.AccessToken;
  const tokens = [await signIn(), await signIn(), await signIn()];
  const { Sessions } = await call('ListUserSessions', { AccessToken: tokens[0] });
  assert.equal(Sessions.length, 3);
  const others = Sessions.filter(({ IsCurrentSession }) => !IsCurrentSession);
  await call('RevokeUserSession', { AccessToken: tokens[0], SessionId: others[0].SessionId });
  await call('AdminRevokeUserSession', { ...named, SessionId: others[1].SessionId });
  assert.equal((await call('AdminListUserSessions', named)).Sessions.length, 1);
  for (const AccessToken of tokens.slice(1)) await assert.rejects(call('GetUser', { AccessToken }), { name: 'NotAuthorizedException' });
}
