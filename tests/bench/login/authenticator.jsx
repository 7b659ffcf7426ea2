// The peer: Amplify's Authenticator on React, set up as its documentation does. `pool` is what the bench's server puts into the page.

import { Authenticator } from '@aws-amplify/ui-react';
import '@aws-amplify/ui-react/styles.css';
import { Amplify } from 'aws-amplify';
import { createRoot } from 'react-dom/client';

const pool = JSON.parse(document.getElementById('pool').textContent);
Amplify.configure({
  Auth: { Cognito: { userPoolId: pool.id, userPoolClientId: pool.client, userPoolEndpoint: pool.endpoint, loginWith: { email: true } } },
});

function App() {
  return <Authenticator>{({ user }) => <h1>{user.username} is signed in</h1>}</Authenticator>;
}

createRoot(document.getElementById('root')).render(<App />);
