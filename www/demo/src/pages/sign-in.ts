import { element } from '../dom.ts';
import { hostedSignIn } from '../hosted-sign-in.ts';
import { emailField, passwordField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { routeLink, type Context, type Page } from '../page.ts';
import { proceed } from '../sign-in.ts';

/** On the hosted page, or here with e-mail address and password; by SRP, so the password does not leave the browser. */
export function signInPage(context: Context): Page {
  const { auth, config } = context;
  const remembered = memory.get('email');
  return {
    title: 'Sign in',
    intro: ['Welcome back.'],
    content: [
      ...(config.oauth ? [hostedSignIn(auth)] : []),
      form({
        fields: [emailField(remembered === undefined ? {} : { value: remembered }), passwordField()],
        submit: 'Sign in',
        busy: 'Signing in…',
        onSubmit: async ({ email = '', password = '' }) => {
          memory.set('email', email);
          proceed(await auth.signIn({ username: email, password }), context);
        },
        footer: [
          element('p', { class: 'links' }, routeLink('forgot-password', 'Forgot your password?')),
          element('p', { class: 'alternative' }, 'New here? ', routeLink('sign-up', 'Create an account')),
        ],
      }),
    ],
  };
}
