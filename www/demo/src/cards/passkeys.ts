import { act } from '../act.ts';
import { element } from '../dom.ts';
import type { Context } from '../page.ts';
import { card, line, lines, loaded } from './card.ts';

/** Passkeys: signing in with a fingerprint, a face or a key instead of a password. */
export function passkeysCard({ auth }: Context): HTMLElement {
  const status = element('p', { class: 'inline-status', role: 'status' });
  const list = loaded(async () => {
    const { passkeys } = await auth.passkeys.list();
    const items = passkeys.map(({ id, name, createdAt }) => {
      const remove = element('button', { type: 'button', class: 'secondary', 'aria-label': `Delete the passkey ${name}` }, 'Delete');
      remove.addEventListener('click', () => {
        void act(remove, status, 'Deleting…', async () => {
          await auth.passkeys.delete(id);
          status.textContent = 'The passkey is deleted. Your device may still list it; it opens nothing any more.';
          await list.reload();
        });
      });
      return line([name, createdAt !== undefined && element('span', { class: 'hint' }, ` since ${day(createdAt)}`)], remove);
    });
    return [lines(items, 'None yet.')];
  });
  const create = element('button', { type: 'button', class: 'secondary' }, 'Create a passkey');
  create.addEventListener('click', () => {
    void act(create, status, 'Your browser asks you now…', async () => {
      await auth.passkeys.create();
      status.textContent = 'You can sign in with your passkey from now on.';
      await list.reload();
    });
  });
  return card(
    'passkeys',
    'Passkeys',
    element('p', { class: 'hint' }, 'Sign in with your fingerprint, your face, or the code of your device. Nothing to remember, nothing to steal.'),
    list.root,
    element('div', { class: 'actions' }, create),
    status,
  );
}

function day(ms: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(ms);
}
