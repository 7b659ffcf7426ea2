import type { User } from 'cognate-auth';
import { element } from '../dom.ts';
import { newPasswordField, passwordField } from '../field.ts';
import { form } from '../form.ts';
import type { Context } from '../page.ts';

/** A new password, for who knows the present one. */
export function passwordCard({ auth }: Context, user: User): HTMLElement {
  const done = element('p', { class: 'inline-status success', role: 'status' });
  const current = passwordField('currentPassword', 'Current password');
  const chosen = newPasswordField('New password');
  const change = form({
    fields: [current, chosen],
    username: user.email ?? user.username,
    submit: 'Change password',
    busy: 'Changing…',
    words: { incorrect_credentials: { text: 'Your current password is not right.', field: 'currentPassword' } },
    onSubmit: async ({ currentPassword = '', newPassword = '' }) => {
      done.textContent = '';
      await auth.changePassword({ currentPassword, newPassword });
      change.reset();
      chosen.input.dispatchEvent(new Event('input'));
      done.textContent = 'Your password is changed.';
    },
    footer: [done],
  });
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'password-title' },
    element('h2', { id: 'password-title' }, 'Password'),
    change,
  );
}
