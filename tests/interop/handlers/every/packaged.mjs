// The same handler in Node, with an npm package: what it adds to tokens is a JWT that jose signed.

import { SignJWT } from 'jose';
import { handler as plain } from './handler.mjs';

const key = new TextEncoder().encode('a key that only this handler has, and its test');

export const handler = async (event) => {
  await plain(event);
  const added = event.response.claimsAndScopeOverrideDetails?.idTokenGeneration.claimsToAddOrOverride;
  // The access token's claims are the same object.
  if (added) added.made = await new SignJWT({ made: added.made }).setProtectedHeader({ alg: 'HS256' }).sign(key);
  return event;
};
