import { element } from '../dom.ts';
import { codeField, emailField } from '../field.ts';
import { form } from '../form.ts';
import { memory } from '../memory.ts';
import { actionLink, inboxLink, routeLink, type Context, type Page } from '../page.ts';
import { wordingOf } from '../wording.ts';

/** The code that was sent on sign-up; a click away in the inbox. */
export function confirmPage({ auth, config, next }: Context): Page {
  const email = memory.get('email');
  const address = email === undefined ? emailField() : undefined;
  const status = element('p', { class: 'inline-status', role: 'status' });

  const resend = async (): Promise<void> => {
    const to = email ?? address?.input.value.trim();
    if (!to) return address?.input.focus();
    status.textContent = 'Sending…';
    try {
      const { destination } = await auth.resendSignUpCode({ username: to });
      status.textContent = `A new code is on its way to ${destination ?? to}.`;
    } catch (error) {
      status.textContent = wordingOf(error).text;
    }
  };

  return {
    title: 'Check your e-mail',
    intro: email === undefined ? ['Enter the code we sent you.'] : ['We sent a code to ', element('strong', {}, email), '.'],
    content: [
      element('p', { class: 'callout' }, 'This is a demo, so the message waits in its inbox. ', inboxLink(config)),
      form({
        fields: [...(address ? [address] : []), codeField('It is in the message. Codes work once.')],
        submit: 'Confirm',
        busy: 'Confirming…',
        onSubmit: async ({ email: typed = '', code = '' }) => {
          const username = email ?? typed;
          await auth.confirmSignUp({ username, code });
          memory.set('email', username);
          memory.set('step', undefined);
          next('sign-in', 'Your e-mail address is confirmed. Sign in to continue.');
        },
        footer: [
          element('p', { class: 'links' }, 'Nothing came? ', actionLink('Send a new code', () => void resend())),
          status,
          element('p', { class: 'alternative' }, 'Not your address? ', routeLink('sign-up', 'Start again')),
        ],
      }),
    ],
  };
}
