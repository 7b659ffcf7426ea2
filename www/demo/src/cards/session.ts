import type { User } from 'cognate-auth';
import { act } from '../act.ts';
import { element } from '../dom.ts';
import type { Context } from '../page.ts';
import { claimList } from './profile.ts';

/** The session: its verified claims, new ones, and the way out. */
export function sessionCard({ auth, next }: Context, user: User): HTMLElement {
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
