import type { MfaFactor } from 'cognate-auth';
import { act } from '../act.ts';
import { element } from '../dom.ts';
import { enrolmentKey } from '../enrolment-key.ts';
import { codeField } from '../field.ts';
import { form } from '../form.ts';
import type { Context } from '../page.ts';
import { card, line, lines, loaded } from './card.ts';

// What the demo's pool has.
const NAMES: Partial<Record<MfaFactor, string>> = { totp: 'Authenticator app' };

/** What is asked for beside the password. */
export function secondFactorsCard({ auth }: Context): HTMLElement {
  const status = element('p', { class: 'inline-status', role: 'status' });
  const setUp = element('div', {});

  const begin = async (): Promise<void> => {
    const { secret, uri, qrCode, confirm } = await auth.mfa.setUpTotp({ issuer: 'Cognate demo' });
    status.textContent = '';
    setUp.replaceChildren(
      enrolmentKey({ secret, uri, qrCode }),
      form({
        fields: [codeField('Six digits, from the app.')],
        submit: 'Turn it on',
        busy: 'Checking…',
        onSubmit: async ({ code = '' }) => {
          await confirm({ code, deviceName: 'Authenticator app' });
          await auth.mfa.setPreference({ totp: 'preferred' });
          setUp.replaceChildren();
          status.textContent = 'From now on, signing in asks for a code of your app.';
          await list.reload();
        },
      }),
    );
    setUp.querySelector('input')?.focus();
  };

  const list = loaded(async () => {
    const { enabled } = await auth.mfa.preference();
    const items = (Object.entries(NAMES) as [MfaFactor, string][]).map(([factor, name]) => {
      const isOn = enabled.includes(factor);
      const button = element('button', { type: 'button', class: 'secondary', 'aria-label': `${isOn ? 'Turn off' : 'Turn on'}: ${name}` }, isOn ? 'Turn off' : 'Turn on');
      button.addEventListener('click', () => {
        void act(button, status, 'One moment…', async () => {
          if (factor === 'totp' && !isOn) return begin();
          await auth.mfa.setPreference({ [factor]: isOn ? 'off' : 'on' });
          status.textContent = isOn ? `${name}: off.` : `${name}: on.`;
          await list.reload();
        });
      });
      return line([name, isOn && element('span', { class: 'badge' }, 'On')], button);
    });
    return [lines(items, '')];
  });

  return card(
    'factors',
    'Second step',
    element('p', { class: 'hint' }, 'What signing in asks for beside your password.'),
    list.root,
    status,
    setUp,
  );
}
