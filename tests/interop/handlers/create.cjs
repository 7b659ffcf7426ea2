const { randomInt } = require('crypto');

exports.handler = async (event) => {
  const [a, b] = [randomInt(100), randomInt(100)];
  event.response.publicChallengeParameters = { question: `${a} + ${b}`, tries: String(event.request.session.length) };
  event.response.privateChallengeParameters = { sum: String(a + b) };
  event.response.challengeMetadata = 'SUM';
  return event;
};
