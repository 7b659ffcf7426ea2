// Amplify Auth as its documentation sets it up. It remembers a device when the pool tracks devices by itself.

import { Amplify } from 'aws-amplify';
import { signIn, signOut } from '@aws-amplify/auth';

globalThis.library = {
  start: ({ poolId, clientId, endpoint }) => {
    Amplify.configure({ Auth: { Cognito: { userPoolId: poolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } } });
  },
  signIn: async (person) => {
    const { nextStep } = await signIn(person);
    if (nextStep.signInStep !== 'DONE') throw new Error(`asked for ${nextStep.signInStep}`);
  },
  signOut: () => signOut(),
};
