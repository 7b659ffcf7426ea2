const greeting = { de: 'Hallo', en: 'Hello' };

export const handler = async (event) => {
  const { clientMetadata, codeParameter, usernameParameter } = event.request;
  const name = usernameParameter ? ` ${usernameParameter}` : '';
  event.response.emailSubject = event.triggerSource;
  event.response.emailMessage = `${greeting[clientMetadata?.lang ?? 'en']}${name}: ${codeParameter}`;
  return event;
};
