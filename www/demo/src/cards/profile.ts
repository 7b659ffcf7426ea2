import type { User } from 'cognate-auth';
import { element } from '../dom.ts';
import type { Context } from '../page.ts';
import { wordingOf } from '../wording.ts';

/** The attributes as the service has them now; the claims are as old as the token. */
export function profileCard({ auth }: Context): HTMLElement {
  const status = element('p', { class: 'inline-status', role: 'status' }, 'Loading…');
  const made = element(
    'section',
    { class: 'card', 'aria-labelledby': 'profile-title' },
    element('h2', { id: 'profile-title' }, 'Your profile'),
    element('p', { class: 'hint' }, 'Asked of the service just now.'),
    status,
  );
  void auth.getUser().then(
    ({ attributes }) => {
      status.remove();
      made.append(rowsOf(attributes));
    },
    (error: unknown) => (status.textContent = wordingOf(error).text),
  );
  return made;
}

/** The verified claims of the ID token. */
export function claimList(user: User): HTMLElement {
  return rowsOf(user.claims);
}

/** Names and values in two columns, the telling ones first. */
export function rowsOf(values: object): HTMLElement {
  const rows = Object.entries(values)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([name, value]) => element('div', { class: 'claim' }, element('dt', {}, name), element('dd', {}, valueText(name, value))));
  return element('dl', { class: 'claims' }, ...rows);
}

const FIRST = ['email', 'email_verified', 'sub', 'cognito:username', 'auth_time', 'iat', 'exp'];

function rank(name: string): number {
  const index = FIRST.indexOf(name);
  return index < 0 ? FIRST.length : index;
}

// Times are seconds since the epoch: nobody reads those.
function valueText(name: string, value: unknown): string {
  if (typeof value === 'number' && ['exp', 'iat', 'auth_time'].includes(name)) {
    return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(value * 1000);
  }
  if (Array.isArray(value)) return value.join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
