export const handler = async (event) => {
  if (event.request.validationData?.invitation !== 'golden') throw new Error('You need an invitation');
  event.response.autoConfirmUser = event.request.clientMetadata?.confirm === 'yes';
  event.response.autoVerifyEmail = event.response.autoConfirmUser;
  return event;
};
