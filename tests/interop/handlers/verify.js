export const handler = (event, context) => {
  event.response.answerCorrect = event.request.challengeAnswer === event.request.privateChallengeParameters.sum;
  context.succeed(event);
};
