import { isAuthError, type Auth } from 'cognate-auth';
import { element } from './dom.ts';
import { memory } from './memory.ts';
import { wordingOf } from './wording.ts';

const LABEL = 'Sign in on the hosted page';

/** The way to the hosted page, above this app's own form. */
export function hostedSignIn(auth: Auth): HTMLElement {
  const label = element('span', {}, LABEL);
  const button = element('button', { type: 'button', class: 'secondary wide' }, element('span', { class: 'spinner', 'aria-hidden': 'true' }), label);
  const status = element('p', { class: 'inline-status', role: 'status' });
  const made = element(
    'section',
    { class: 'hosted', 'aria-label': LABEL },
    button,
    element('p', { class: 'hint' }, 'On the backend’s own page: it remembers you for other apps, and this one never sees your password.'),
    status,
    element('p', { class: 'or' }, element('span', {}, 'or with this app’s own form')),
  );
  let leaving = false;
  button.addEventListener('click', () => {
    if (!leaving) void leave();
  });

  async function leave(): Promise<void> {
    setLeaving(true);
    try {
      const loginHint = memory.get('email');
      await auth.signIn.redirect(loginHint === undefined ? {} : { loginHint });
    } catch (error) {
      // `aborted`: the back button has brought this page back as it was.
      status.textContent = isAuthError(error) && error.code === 'aborted' ? '' : wordingOf(error).text;
      setLeaving(false);
    }
  }

  function setLeaving(now: boolean): void {
    leaving = now;
    made.toggleAttribute('data-working', now);
    button.setAttribute('aria-disabled', String(now));
    label.textContent = now ? 'One moment…' : LABEL;
  }
  return made;
}
