import type { SignInStep } from 'cognate-auth';
import { element } from '../dom.ts';
import { hostedSignIn } from '../hosted-sign-in.ts';
import { emailField, passwordField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { routeLink, type Context, type Page } from '../page.ts';

/** On the hosted page, or here with e-mail address and password; by SRP, so the password does not leave the browser. */
export function signInPage({ auth, config, next }: Context): Page {
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
          proceed(await auth.signIn({ username: email, password }), next);
        },
        footer: [
          element('p', { class: 'links' }, routeLink('forgot-password', 'Forgot your password?')),
          element('p', { class: 'alternative' }, 'New here? ', routeLink('sign-up', 'Create an account')),
        ],
      }),
    ],
  };
}

/** Goes where a sign-in's next step is answered. The step is kept sealed, so a reload does not lose it. */
export function proceed(step: SignInStep, next: Context['next']): void {
  memory.set('step', 'toJSON' in step ? step.toJSON() : undefined);
  switch (step.kind) {
    case 'done':
      memory.set('email', undefined);
      return next('account');
    case 'newPassword':
      return next('new-password');
    case 'confirmSignUp':
      return next('confirm', 'Confirm your e-mail address to sign in.');
    case 'resetPassword':
      return next('forgot-password', 'This account needs a new password before you can sign in.');
    case 'password':
      return next('sign-in', 'One more time: sign in with your password.');
    case 'unknown':
      return next('sign-in', `This account asks for a step that this demo does not have (${step.name}).`);
  }
}
