import { act } from '../act.ts';
import { element } from '../dom.ts';
import type { Context } from '../page.ts';
import { card, line, lines, loaded } from './card.ts';

/** The browsers that the service knows: a remembered one is not asked for the second step again. */
export function devicesCard({ auth }: Context): HTMLElement {
  const status = element('p', { class: 'inline-status', role: 'status' });
  const list = loaded(async () => {
    const { devices } = await auth.devices.list();
    const items = devices.map(({ key, name, usedAt }) => {
      const shown = name === undefined ? key : browserOf(name);
      const forget = element('button', { type: 'button', class: 'secondary', 'aria-label': `Forget ${shown}` }, 'Forget');
      forget.addEventListener('click', () => {
        void act(forget, status, 'Forgetting…', async () => {
          await auth.devices.forget(key);
          status.textContent = 'The service has forgotten that browser. If it is this one, you will sign in again soon.';
          await list.reload();
        });
      });
      return line([shown, usedAt !== undefined && element('span', { class: 'hint' }, ` last ${moment(usedAt)}`)], forget);
    });
    return [lines(items, 'None yet. Signing in remembers this browser.')];
  });
  return card('devices', 'Browsers', element('p', { class: 'hint' }, 'A browser that you have signed in with. Forget those that are not yours.'), list.root, status);
}

const BROWSERS = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']] as const;
const SYSTEMS = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']] as const;

/** "Firefox on Linux", for a name that is what a browser calls itself; the name itself for any other. */
function browserOf(name: string): string {
  const find = (known: readonly (readonly [string, string])[]) => known.find(([part]) => name.includes(part))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser && system ? `${browser} on ${system}` : name;
}

function moment(ms: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}
