import { element } from '../dom.ts';
import { emailField, newPasswordField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { routeLink, type Context, type Page } from '../page.ts';

/** A new account: an address and a password that meets the pool's rules. */
export function signUpPage({ auth, next }: Context): Page {
  return {
    title: 'Create your account',
    intro: ['Any address will do: the demo keeps its e-mails to itself.'],
    content: [
      form({
        fields: [emailField(), newPasswordField()],
        submit: 'Create account',
        busy: 'Creating your account…',
        onSubmit: async ({ email = '', newPassword = '' }) => {
          const { confirmed } = await auth.signUp({ username: email, password: newPassword, attributes: { email } });
          memory.set('email', email);
          if (confirmed) next('sign-in', 'Your account is ready. Sign in to continue.');
          else next('confirm');
        },
        footer: [element('p', { class: 'alternative' }, 'Already have an account? ', routeLink('sign-in', 'Sign in'))],
      }),
    ],
  };
}
