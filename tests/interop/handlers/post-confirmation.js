exports.handler = (event, context, callback) => {
  const { email } = event.request.userAttributes;
  if (email.startsWith('unwelcome')) callback(new Error(`No welcome for ${event.request.userAttributes['cognito:user_status']}`));
  else callback(null, event);
};
