// One handler for every trigger, without a package, so that all three runners can have it: it shows the event it got and answers as its
// source asks.

const ANSWERS = {
  InboundFederation({ request, response }) {
    const said = request.attributes.userInfo ?? request.attributes.idToken;
    response.userAttributesToMap = { ...said, given_name: `${said.given_name}, says the handler` };
  },
  TokenGeneration({ request, response, triggerSource }) {
    const claimsToAddOrOverride = { made: triggerSource };
    response.claimsAndScopeOverrideDetails = {
      idTokenGeneration: { claimsToAddOrOverride },
      accessTokenGeneration: { claimsToAddOrOverride, scopesToAdd: request.clientMetadata?.scope ? [request.clientMetadata.scope] : [] },
    };
  },
  CustomMessage({ request, response, triggerSource }) {
    const text = `${triggerSource}: ${request.codeParameter} ${request.usernameParameter ?? ''}`;
    Object.assign(response, { smsMessage: text, emailMessage: text, emailSubject: triggerSource });
  },
  DefineAuthChallenge({ request: { session }, response }) {
    if (session.at(-1)?.challengeResult) response.issueTokens = true;
    else response.challengeName = 'CUSTOM_CHALLENGE';
  },
  CreateAuthChallenge({ response }) {
    response.publicChallengeParameters = { question: 'the answer to everything' };
    response.privateChallengeParameters = { answer: '42' };
  },
  VerifyAuthChallengeResponse({ request, response }) {
    response.answerCorrect = request.challengeAnswer === request.privateChallengeParameters.answer;
  },
  UserMigration({ request, response, triggerSource, userName }) {
    const isRight = triggerSource === 'UserMigration_ForgotPassword' || request.password === 'the old password';
    if (!userName.endsWith('@old.example') || !isRight) throw new Error('Bad password');
    response.userAttributes = { email: userName, email_verified: 'true' };
    response.finalUserStatus = 'CONFIRMED';
  },
};

export const handler = async (event) => {
  console.log(JSON.stringify(event));
  ANSWERS[event.triggerSource.split('_')[0]]?.(event);
  return event;
};
