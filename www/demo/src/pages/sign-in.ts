import type { Factor } from 'cognate-auth';
import { act } from '../act.ts';
import { element } from '../dom.ts';
import { hostedSignIn } from '../hosted-sign-in.ts';
import { emailField, passwordField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { actionLink, routeLink, type Context, type Page } from '../page.ts';
import { proceed } from '../sign-in.ts';

/**
 * On the hosted page, or here with e-mail address and password; by SRP, so the password does not leave the browser. Without a
 * password, with a code by e-mail, where the pool has that.
 */
export function signInPage(context: Context): Page {
  const { auth, config } = context;
  const remembered = memory.get('email');
  const address = emailField(remembered === undefined ? {} : { value: remembered });
  const status = element('p', { class: 'inline-status', role: 'status' });
  const withoutPassword = (preferred: Exclude<Factor, 'totp'>, words: string, busy: string): HTMLElement => {
    const button = actionLink(words, () => {
      const problem = address.check();
      address.mark(problem);
      if (problem) return address.input.focus();
      const username = address.input.value.trim();
      memory.set('email', username);
      void act(button, status, busy, async () => {
        proceed(await auth.signIn({ username, flow: 'userAuth', preferred }), context);
      });
    });
    return button;
  };
  return {
    title: 'Sign in',
    intro: ['Welcome back.'],
    content: [
      ...(config.oauth ? [hostedSignIn(auth)] : []),
      form({
        fields: [address, passwordField()],
        submit: 'Sign in',
        busy: 'Signing in…',
        onSubmit: async ({ email = '', password = '' }) => {
          memory.set('email', email);
          proceed(await auth.signIn({ username: email, password }), context);
        },
        footer: [
          element('p', { class: 'links' }, routeLink('forgot-password', 'Forgot your password?')),
          element('p', { class: 'links' }, 'Without a password: ', withoutPassword('passkey', 'use a passkey', 'One moment…'), ' or ', withoutPassword('email', 'get a code by e-mail', 'Sending…')),
          status,
          element('p', { class: 'alternative' }, 'New here? ', routeLink('sign-up', 'Create an account')),
        ],
      }),
    ],
  };
}
