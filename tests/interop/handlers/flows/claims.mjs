// Runs in Node: an npm package makes a claim that its owner can check again.
import { SignJWT, base64url } from 'jose';

const key = base64url.decode('c2VjcmV0LW9mLXRoZS1oYW5kbGVyLW5vdC1vZi1hbnlib2R5LWVsc2U');

export const handler = async (event) => {
  const badge = await new SignJWT({ source: event.triggerSource }).setProtectedHeader({ alg: 'HS256' }).sign(key);
  event.response.claimsAndScopeOverrideDetails = {
    idTokenGeneration: { claimsToAddOrOverride: { badge, level: { number: 3 } }, claimsToSuppress: ['name'] },
    accessTokenGeneration: { claimsToAddOrOverride: { tenant: 'blue' }, scopesToAdd: ['orders/read'] },
  };
  return event;
};
