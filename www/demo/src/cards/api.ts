import type { Auth } from 'cognate-auth';
import { act } from '../act.ts';
import { element } from '../dom.ts';
import { rowsOf } from './profile.ts';

/** The demo's own API, on another origin, asked with the access token that this page does not have. */
export function apiCard(auth: Auth, api: string): HTMLElement {
  const status = element('p', { class: 'inline-status', role: 'status' });
  const answer = element('div', {});
  const ask = element('button', { type: 'button', class: 'secondary' }, 'Ask the API who I am');
  ask.addEventListener('click', () => {
    void act(ask, status, 'Asking…', async () => {
      const response = await auth.fetch(`${api}/me`);
      const body = (await response.json()) as object;
      status.textContent = response.ok ? 'The API has checked the token and answered:' : `The API answered ${response.status}:`;
      answer.replaceChildren(rowsOf(body));
    });
  });
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'api-title' },
    element('h2', { id: 'api-title' }, 'An API of this app'),
    element('p', { class: 'hint' }, 'A server of its own. The worker sends the access token there; this page never sees it.'),
    element('div', { class: 'actions' }, ask),
    status,
    answer,
  );
}
