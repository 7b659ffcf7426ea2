import type { User } from 'cognate-auth';
import { element } from '../dom.ts';
import { newPasswordField, passwordField } from '../field.ts';
import { form } from '../form.ts';
import type { Context, Page } from '../page.ts';
import { wordingOf } from '../wording.ts';

/** Who is signed in: claims, the session, the password, the way out. */
export function accountPage(context: Context, user: User): Page {
  return {
    title: 'You are signed in',
    intro: [user.email ?? user.username, user.emailVerified === true && element('span', { class: 'badge' }, 'Confirmed')],
    content: [sessionCard(context, user), passwordCard(context, user)],
  };
}

function sessionCard({ auth, next }: Context, user: User): HTMLElement {
  const claims = element('div', {}, claimList(user));
  const status = element('p', { class: 'inline-status', role: 'status' });

  const act = async (button: HTMLButtonElement, busy: string, work: () => Promise<void>): Promise<void> => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    status.textContent = busy;
    try {
      await work();
    } catch (error) {
      status.textContent = wordingOf(error).text;
    } finally {
      button.removeAttribute('aria-disabled');
    }
  };
  const refresh = element('button', { type: 'button', class: 'secondary' }, 'Refresh session');
  refresh.addEventListener('click', () => {
    void act(refresh, 'Refreshing…', async () => {
      claims.replaceChildren(claimList(await auth.refresh()));
      status.textContent = 'The session was refreshed.';
    });
  });
  const signOut = element('button', { type: 'button', class: 'secondary' }, 'Sign out');
  signOut.addEventListener('click', () => {
    void act(signOut, 'Signing out…', async () => {
      const { revoked } = await auth.signOut();
      next('sign-in', revoked ? 'You are signed out.' : 'You are signed out here. The service could not be told, so it still knows this session.');
    });
  });
  const everywhere = element('button', { type: 'button', class: 'secondary' }, 'Sign out everywhere');
  everywhere.addEventListener('click', () => {
    void act(everywhere, 'Signing out everywhere…', async () => {
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

function claimList(user: User): HTMLElement {
  const rows = Object.entries(user.claims)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([name, value]) => element('div', { class: 'claim' }, element('dt', {}, name), element('dd', {}, claimText(name, value))));
  return element('dl', { class: 'claims' }, ...rows);
}

const FIRST = ['email', 'email_verified', 'sub', 'cognito:username', 'auth_time', 'iat', 'exp'];

function rank(name: string): number {
  const index = FIRST.indexOf(name);
  return index < 0 ? FIRST.length : index;
}

// Times are seconds since the epoch: nobody reads those.
function claimText(name: string, value: unknown): string {
  if (typeof value === 'number' && ['exp', 'iat', 'auth_time'].includes(name)) {
    return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(value * 1000);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
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
