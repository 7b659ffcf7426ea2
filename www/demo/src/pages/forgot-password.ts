import { element } from '../dom.ts';
import { codeField, emailField, newPasswordField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { inboxLink, routeLink, type Context, type Page } from '../page.ts';

/** Asks for a code to choose a new password with. Answers alike whether or not the account exists. */
export function forgotPasswordPage({ auth, next }: Context): Page {
  const email = memory.get('email');
  return {
    title: 'Forgot your password?',
    intro: ['Tell us your e-mail address and we send you a code to choose a new one.'],
    content: [
      form({
        fields: [emailField(email === undefined ? {} : { value: email })],
        submit: 'Send the code',
        busy: 'Sending…',
        onSubmit: async ({ email: to = '' }) => {
          await auth.forgotPassword({ username: to });
          memory.set('email', to);
          next('reset-password');
        },
        footer: [element('p', { class: 'alternative' }, 'Remembered it? ', routeLink('sign-in', 'Sign in'))],
      }),
    ],
  };
}

/** The code, and the new password. */
export function resetPasswordPage({ auth, config, next }: Context): Page {
  const email = memory.get('email');
  return {
    title: 'Choose a new password',
    intro: email === undefined ? [] : ['If there is an account for ', element('strong', {}, email), ', a code is on its way.'],
    content: [
      element('p', { class: 'callout' }, 'This is a demo, so the message waits in its inbox. ', inboxLink(config)),
      form({
        fields: [...(email === undefined ? [emailField()] : []), codeField('It is in the message.'), newPasswordField('New password')],
        username: email,
        submit: 'Save the new password',
        busy: 'Saving…',
        onSubmit: async ({ email: typed = '', code = '', newPassword = '' }) => {
          const username = email ?? typed;
          await auth.confirmForgotPassword({ username, code, password: newPassword });
          memory.set('email', username);
          memory.set('step', undefined);
          next('sign-in', 'Your new password is saved. Sign in with it.');
        },
        footer: [element('p', { class: 'links' }, 'Nothing came? ', routeLink('forgot-password', 'Ask for a new code'))],
      }),
    ],
  };
}
