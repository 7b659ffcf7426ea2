export const handler = async (event) => {
  const { session } = event.request;
  const last = session.at(-1);
  if (last?.challengeName === 'SRP_A') event.response.challengeName = 'PASSWORD_VERIFIER';
  else if (last?.challengeName === 'CUSTOM_CHALLENGE' && last.challengeResult) event.response.issueTokens = true;
  else if (session.filter((one) => one.challengeName === 'CUSTOM_CHALLENGE').length === 3) event.response.failAuthentication = true;
  else event.response.challengeName = 'CUSTOM_CHALLENGE';
  return event;
};
