import type { User } from 'cognate-auth';
import { act } from '../act.ts';
import { element } from '../dom.ts';
import { newPasswordField, passwordField } from '../field.ts';
import { form } from '../form.ts';
import type { Context, Page } from '../page.ts';
import { apiCard } from './api.ts';
import { claimList, profileCard } from './profile.ts';

/** Who is signed in: the profile, the session and the way out, the app's API, the password. */
export function accountPage(context: Context, user: User): Page {
  return {
    title: 'You are signed in',
    intro: [user.email ?? user.username, user.emailVerified === true && element('span', { class: 'badge' }, 'Confirmed')],
    content: [profileCard(context), sessionCard(context, user), ...(context.config.api ? [apiCard(context.auth, context.config.api)] : []), passwordCard(context, user)],
  };
}

function sessionCard({ auth, next }: Context, user: User): HTMLElement {
  const claims = element('div', {}, claimList(user));
  const status = element('p', { class: 'inline-status', role: 'status' });

  const refresh = element('button', { type: 'button', class: 'secondary' }, 'Refresh session');
  refresh.addEventListener('click', () => {
    void act(refresh, status, 'Refreshing…', async () => {
      claims.replaceChildren(claimList(await auth.refresh()));
      status.textContent = 'The session was refreshed.';
    });
  });
  const signOut = element('button', { type: 'button', class: 'secondary' }, 'Sign out');
  signOut.addEventListener('click', () => {
    void act(signOut, status, 'Signing out…', async () => {
      const { revoked } = await auth.signOut();
      next('sign-in', revoked ? 'You are signed out.' : 'You are signed out here. The service could not be told, so it still knows this session.');
    });
  });
  const everywhere = element('button', { type: 'button', class: 'secondary' }, 'Sign out everywhere');
  everywhere.addEventListener('click', () => {
    void act(everywhere, status, 'Signing out everywhere…', async () => {
      const { everywhere: done } = await auth.signOut({ everywhere: true });
      next('sign-in', done ? 'You are signed out on all devices.' : 'You are signed out here, but the service could not be told about the other devices.');
    });
  });

  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'session-title' },
    element('h2', { id: 'session-title' }, 'Your session'),
    element('p', { class: 'hint' }, 'Closing this tab ends it. The tokens stay in the worker: what follows are their verified claims.'),
    element('div', { class: 'actions' }, refresh, signOut, everywhere),
    status,
    claims,
  );
}

function passwordCard({ auth }: Context, user: User): HTMLElement {
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
