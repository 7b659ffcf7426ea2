// The published form of events: AWS's own type declarations for handlers (@types/aws-lambda, trigger/cognito-user-pool-trigger) and the
// developer guide, as member names.

const EVENT = ['version', 'region', 'userPoolId', 'userName', 'callerContext', 'triggerSource', 'request', 'response'];

/** Members of `request`: those that are always there, and those that may be. */
const REQUESTS = {
  InboundFederation: ['providerName providerType attributes', []],
  PreSignUp: ['userAttributes', ['validationData', 'clientMetadata']],
  PostConfirmation: ['userAttributes', ['clientMetadata']],
  PreAuthentication: ['userAttributes', ['validationData', 'userNotFound']],
  PostAuthentication: ['userAttributes newDeviceUsed', ['clientMetadata']],
  TokenGeneration: ['userAttributes groupConfiguration scopes', ['clientMetadata']],
  CustomMessage: ['userAttributes codeParameter linkParameter usernameParameter', ['clientMetadata']],
  CustomEmailSender: ['userAttributes type code', ['clientMetadata']],
  CustomSMSSender: ['userAttributes type code', ['clientMetadata']],
  DefineAuthChallenge: ['userAttributes session', ['userNotFound', 'clientMetadata']],
  CreateAuthChallenge: ['userAttributes session challengeName', ['userNotFound', 'clientMetadata']],
  VerifyAuthChallengeResponse: ['userAttributes privateChallengeParameters challengeAnswer', ['userNotFound', 'clientMetadata']],
  UserMigration: ['password', ['validationData', 'clientMetadata', 'userAttributes']],
};
/** Where an event has no user yet, or its user types no password. */
const WITHOUT = { UserMigration_ForgotPassword: 'password' };

/** What is wrong with the form of an event, in a sentence; nothing if it is as published. */
export function complaintAbout(event) {
  const source = event.triggerSource;
  const [always, maybe] = REQUESTS[source.split('_')[0]] ?? [];
  if (always === undefined) return `${source} is not published`;
  const needed = always.split(' ').filter((member) => member !== WITHOUT[source]);
  const wrong = [
    ...differing('the event', Object.keys(event), EVENT, []),
    ...differing('callerContext', Object.keys(event.callerContext), ['awsSdkVersion', 'clientId'], []),
    ...differing('request', Object.keys(event.request), needed, [...maybe, WITHOUT[source]]),
    ...texts('userAttributes', event.request.userAttributes),
    ...texts('clientMetadata', event.request.clientMetadata),
    ...(['1', '2', '3'].includes(event.version) ? [] : ['its version']),
  ];
  return wrong.length > 0 ? `${source}: ${wrong.join(', ')}` : undefined;
}

function differing(what, members, needed, maybe) {
  const missing = needed.filter((member) => !members.includes(member)).map((member) => `${what} lacks ${member}`);
  const more = members.filter((member) => ![...needed, ...maybe].includes(member)).map((member) => `${what} has ${member}`);
  return [...missing, ...more];
}

function texts(what, map) {
  return Object.entries(map ?? {}).filter(([, value]) => typeof value !== 'string').map(([name]) => `${what}.${name} is no text`);
}
