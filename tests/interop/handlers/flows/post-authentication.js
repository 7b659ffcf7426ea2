exports.handler = (event, context, callback) => {
  const isLate = event.request.userAttributes.name === 'Too Late';
  callback(isLate ? new Error('Too late') : null, event);
};
