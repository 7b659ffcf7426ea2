// Our package as an app without a bundler would take it.

import { createAuth } from '/cognate/index.js';

let auth;
globalThis.library = {
  start: async ({ poolId, clientId, endpoint, issuer }) => {
    auth = await createAuth({ userPoolId: poolId, clientId, endpoint, issuer, persistence: 'session' });
  },
  signIn: async (person) => {
    const step = await auth.signIn(person);
    if (step.kind !== 'done') throw new Error(`asked for ${step.kind}`);
  },
  signOut: () => auth.signOut(),
};
