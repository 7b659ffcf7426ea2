export const handler = async (event) => {
  if (event.request.validationData?.door === 'closed') throw new Error('The door is closed');
  return event;
};
