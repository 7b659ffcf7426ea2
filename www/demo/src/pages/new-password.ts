import { AuthError } from 'cognate-auth';
import { element } from '../dom.ts';
import { newPasswordField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { routeLink, type Context, type Page } from '../page.ts';
import { proceed } from './sign-in.ts';

/** The step after a password that an administrator set: the person chooses their own. */
export function newPasswordPage({ auth, next }: Context): Page {
  return {
    title: 'Choose your own password',
    intro: ['Yours was set by an administrator.'],
    content: [
      form({
        fields: [newPasswordField('New password')],
        submit: 'Save and sign in',
        busy: 'Signing in…',
        onSubmit: async ({ newPassword = '' }) => {
          const sealed = memory.get('step');
          const step = sealed === undefined ? undefined : await auth.resume(sealed);
          if (step?.kind !== 'newPassword') throw new AuthError({ code: 'challenge_expired', message: 'no sign-in waits here' });
          proceed(await step.respond({ password: newPassword }), next);
        },
        footer: [element('p', { class: 'alternative' }, routeLink('sign-in', 'Start again'))],
      }),
    ],
  };
}
