import type { User } from '../steps.ts';

/** How the wasm gives out a user: what it has verified. The claims are the JSON text that was signed. */
export interface WasmUser {
  sub: string;
  username: string;
  claims: string;
}

/** A user in JavaScript's spelling. Emulators write booleans as strings; both are read. */
export function userFrom({ sub, username, claims: signed }: WasmUser): User {
  const claims = JSON.parse(signed) as Record<string, unknown>;
  const { email, email_verified, phone_number, phone_number_verified, 'cognito:groups': groups } = claims;
  return {
    sub,
    username,
    ...(typeof email === 'string' && { email, emailVerified: isTrue(email_verified) }),
    ...(typeof phone_number === 'string' && { phoneNumber: phone_number, phoneNumberVerified: isTrue(phone_number_verified) }),
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    claims,
  };
}

function isTrue(claim: unknown): boolean {
  return claim === true || claim === 'true';
}
