// USER_AUTH and passkeys as raw answers: the exact members that clients take apart.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newAuthenticator } from '../support/authenticator.mjs';
import { startBackend } from '../support/backend.mjs';
import { code } from '../support/inbox.mjs';
import { Api } from '../support/user-pools-api.mjs';

let backend;
let api;

before(async () => {
  backend = await startBackend();
  api = new Api(backend);
});
after(() => backend?.stop());

test('SELECT_CHALLENGE lists its choices beside the parameters, which are empty', async () => {
  const person = await api.confirmedPerson();
  const choice = await begin(person);
  assert.deepEqual(Object.keys(choice).sort(), ['AvailableChallenges', 'ChallengeName', 'ChallengeParameters', 'Session']);
  assert.equal(choice.ChallengeName, 'SELECT_CHALLENGE');
  assert.deepEqual(choice.AvailableChallenges, ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP']);
  assert.deepEqual(choice.ChallengeParameters, {});
  const wrong = await respond(person, choice, { ANSWER: 'SMS_OTP' });
  assert.deepEqual([wrong.status, wrong.body.__type], [400, 'InvalidParameterException']);
  const asked = (await respond(person, choice, { ANSWER: 'PASSWORD' })).body;
  assert.deepEqual(Object.keys(asked).sort(), ['ChallengeName', 'ChallengeParameters', 'Session']);
});

test('EMAIL_OTP says how the code travels and where to, and takes eight digits', async () => {
  const person = await api.confirmedPerson();
  const asked = await begin(person, { PREFERRED_CHALLENGE: 'EMAIL_OTP' });
  assert.equal(asked.ChallengeName, 'EMAIL_OTP');
  assert.deepEqual(asked.ChallengeParameters, { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 'r***@e***' });
  const digits = await code(backend.url, person.email, { count: 2 });
  assert.match(digits, /^[0-9]{8}$/);
  const mismatch = await respond(person, asked, { EMAIL_OTP_CODE: digits === '00000000' ? '00000001' : '00000000' });
  assert.deepEqual(mismatch.body, { __type: 'CodeMismatchException', message: 'Invalid code received for user' });
  const done = (await respond(person, asked, { EMAIL_OTP_CODE: digits })).body;
  assert.deepEqual(Object.keys(done), ['ChallengeParameters', 'AuthenticationResult']);
});

test('the answers of a sign-up carry the session that signs in', async () => {
  const { email, password } = api.newPerson();
  const signedUp = await api.ok('SignUp', { ClientId: backend.clientId, Username: email, Password: password });
  assert.deepEqual(Object.keys(signedUp).sort(), ['CodeDeliveryDetails', 'Session', 'UserConfirmed', 'UserSub']);
  const ConfirmationCode = await code(backend.url, email);
  const confirmed = await api.ok('ConfirmSignUp', { ClientId: backend.clientId, Username: email, ConfirmationCode, Session: signedUp.Session });
  assert.deepEqual(Object.keys(confirmed), ['Session']);
  const early = await api.call('InitiateAuth', initiate({ email }, {}, signedUp.Session));
  assert.deepEqual(early.body, { __type: 'NotAuthorizedException', message: 'Invalid session for the user.' });
  const done = await api.ok('InitiateAuth', initiate({ email }, {}, confirmed.Session));
  assert.ok(done.AuthenticationResult.AccessToken);
});

test('the options of passkeys are JSON: an object to make one, a text to use one', async () => {
  const person = await api.confirmedPerson();
  const { AccessToken } = (await begin(person, { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD: person.password })).AuthenticationResult;
  const { CredentialCreationOptions: options } = await api.ok('StartWebAuthnRegistration', { AccessToken });
  assert.deepEqual(Object.keys(options).sort(),
    ['attestation', 'authenticatorSelection', 'challenge', 'excludeCredentials', 'pubKeyCredParams', 'rp', 'timeout', 'user']);
  assert.match(options.challenge, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(options.timeout, 180_000);
  const device = newAuthenticator('http://localhost:4200');
  assert.deepEqual(await api.ok('CompleteWebAuthnRegistration', { AccessToken, Credential: device.create(options) }), {});
  const { Credentials } = await api.ok('ListWebAuthnCredentials', { AccessToken });
  assert.deepEqual(Object.keys(Credentials[0]).sort(),
    ['AuthenticatorAttachment', 'AuthenticatorTransports', 'CreatedAt', 'CredentialId', 'FriendlyCredentialName', 'RelyingPartyId']);

  const asked = await begin(person, { PREFERRED_CHALLENGE: 'WEB_AUTHN' });
  assert.deepEqual(Object.keys(asked.ChallengeParameters), ['CREDENTIAL_REQUEST_OPTIONS']);
  const request = JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
  assert.deepEqual(Object.keys(request).sort(), ['allowCredentials', 'challenge', 'rpId', 'timeout', 'userVerification']);
  const refused = await respond(person, asked, { CREDENTIAL: 'not json' });
  assert.equal(refused.body.__type, 'InvalidParameterException');
  const done = await respond(person, asked, { CREDENTIAL: JSON.stringify(device.get(request)) });
  assert.ok(done.body.AuthenticationResult);
});

function initiate({ email }, parameters, Session) {
  return { ClientId: backend.clientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: email, ...parameters }, Session };
}

function begin(person, parameters = {}) {
  return api.ok('InitiateAuth', initiate(person, parameters));
}

function respond({ email }, { ChallengeName, Session }, responses) {
  return api.call('RespondToAuthChallenge', {
    ClientId: backend.clientId, ChallengeName, Session, ChallengeResponses: { USERNAME: email, ...responses },
  });
}
