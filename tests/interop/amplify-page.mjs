// A page that is nothing but Amplify: the test calls its functions by name.

import { Amplify } from 'aws-amplify';
import * as auth from '@aws-amplify/auth';

globalThis.configure = (cognito) => Amplify.configure({ Auth: { Cognito: cognito } });
globalThis.auth = auth;
