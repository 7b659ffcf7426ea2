// The sign-ins, through each of which handlers are asked: by password, with a first password, from a known device, by challenges of the
// pool's own, on the login domain, from another directory; and a program's token.

import assert from 'node:assert/strict';
import { CreateResourceServerCommand, CreateUserPoolClientCommand, AdminCreateUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt, jwtVerify } from 'jose';
import { code } from '../../support/inbox.mjs';
import { LoginDomain } from '../../support/login-domain.mjs';
import { AtProvider } from '../../support/openid-provider.mjs';
import { adminClient } from '../../support/target.mjs';
import { Api } from '../../support/user-pools-api.mjs';
import { IdentityJsApp } from '../identity-js.mjs';

const PACKAGED_KEY = new TextEncoder().encode('a key that only this handler has, and its test');

/** `isPackaged`: the handler signs what it adds to tokens. `provider`: another one, whose people sign in, too. */
export async function signIns(backend, { provider, isPackaged }) {
  const api = new Api(backend);
  const admin = adminClient(backend.url);
  const app = () => new IdentityJsApp({ endpoint: backend.url, ...backend });
  /** What the handler added to a token. */
  const made = async (token) => {
    const claim = decodeJwt(token).made;
    return isPackaged ? (await jwtVerify(claim, PACKAGED_KEY)).payload.made : claim;
  };
  try {
    const person = await api.confirmedPerson();
    const browser = app();
    const first = await browser.signIn(person.email, person.password);
    assert.equal(await made(first.session.getIdToken().getJwtToken()), 'TokenGeneration_Authentication');
    const known = await browser.signIn(person.email, person.password);
    assert.equal(await made(known.session.getIdToken().getJwtToken()), 'TokenGeneration_AuthenticateDevice');
    const refreshed = await browser.refresh(known.user, known.session.getRefreshToken());
    assert.equal(await made(refreshed.getIdToken().getJwtToken()), 'TokenGeneration_RefreshTokens');

    const { custom, user } = await app().beginCustom(person.email);
    assert.equal(custom.question, 'the answer to everything');
    const { session } = await browser.answerCustom(user, '42', { why: 'a test' });
    assert.equal(session.isValid(), true);

    const login = new LoginDomain(backend);
    const redeemed = await login.redeem(await login.code(person));
    assert.equal(await made(redeemed.body.id_token), 'TokenGeneration_HostedAuth');

    await federated(backend, provider, made);
    await invited(api, admin, made);
    await migrated(api, made);
    await program(api, admin, made);
  } finally {
    admin.destroy();
  }
}

async function federated(backend, provider, made) {
  const login = new LoginDomain(backend);
  const begun = await login.authorize({ identity_provider: 'Works' });
  const back = await new AtProvider(provider).signIn(begun.location, 'ada');
  const { headers } = await login.visit(`${back.pathname}${back.search}`);
  const code = new URL(headers.location).searchParams.get('code');
  const { body } = await login.redeem({ ...begun, code });
  assert.equal(await made(body.id_token), 'TokenGeneration_HostedAuth');
  assert.equal(decodeJwt(body.id_token).given_name, 'ada, says the handler');
}

async function invited(api, admin, made) {
  const { email, password } = api.newPerson();
  await admin.send(new AdminCreateUserCommand({
    UserPoolId: api.backend.poolId, Username: email, TemporaryPassword: password, MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: email }, { Name: 'email_verified', Value: 'true' }],
  }));
  const asked = await api.ok('InitiateAuth', {
    ClientId: api.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD: password },
  });
  assert.equal(asked.ChallengeName, 'NEW_PASSWORD_REQUIRED');
  const { AuthenticationResult } = await api.ok('RespondToAuthChallenge', {
    ClientId: api.clientId, ChallengeName: asked.ChallengeName, Session: asked.Session,
    ChallengeResponses: { USERNAME: email, NEW_PASSWORD: 'Another-Horse9!' },
  });
  assert.equal(await made(AuthenticationResult.IdToken), 'TokenGeneration_NewPasswordChallenge');
}

async function migrated(api, made) {
  const old = () => api.newPerson().email.replace('@example.com', '@old.example');
  const tokens = await api.tokens({ email: old(), password: 'the old password' });
  assert.equal(await made(tokens.IdToken), 'TokenGeneration_Authentication');
  const forgetful = old();
  await api.ok('ForgotPassword', { ClientId: api.clientId, Username: forgetful });
  await api.ok('ConfirmForgotPassword', {
    ClientId: api.clientId, Username: forgetful, Password: 'Another-Horse9!', ConfirmationCode: await code(api.url, forgetful),
  });
}

async function program(api, admin, made) {
  const UserPoolId = api.backend.poolId;
  const Scopes = [{ ScopeName: 'read', ScopeDescription: 'read' }];
  await admin.send(new CreateResourceServerCommand({ UserPoolId, Identifier: 'shop', Name: 'shop', Scopes }));
  const { UserPoolClient } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId, ClientName: 'program', GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'], AllowedOAuthScopes: ['shop/read'],
  }));
  const { ClientId: client_id, ClientSecret: client_secret } = UserPoolClient;
  const answer = await new LoginDomain(api.backend).token({ grant_type: 'client_credentials', client_id, client_secret });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(await made(answer.body.access_token), 'TokenGeneration_ClientCredentials');
}
