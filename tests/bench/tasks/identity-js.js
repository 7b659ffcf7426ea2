// amazon-cognito-identity-js as its README has it.

import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';

let pool;
let user;
globalThis.library = {
  start: ({ poolId, clientId, endpoint }) => {
    pool = new CognitoUserPool({ UserPoolId: poolId, ClientId: clientId, endpoint });
  },
  signIn: ({ username, password }) => {
    user = new CognitoUser({ Username: username, Pool: pool });
    return new Promise((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), { onSuccess: () => resolve(), onFailure: reject });
    });
  },
  signOut: () => new Promise((resolve) => { user.signOut(resolve); }),
};
