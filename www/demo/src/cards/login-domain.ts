import { element } from '../dom.ts';
import type { DemoConfig } from '../config.ts';

/** The way to the account page of the login domain, which is the service's own. */
export function loginDomainCard({ clientId }: DemoConfig, domain: string): HTMLElement {
  const address = new URL('/account', domain);
  address.searchParams.set('client_id', clientId);
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'login-domain-title' },
    element('h2', { id: 'login-domain-title' }, 'Your ways to sign in'),
    element('p', { class: 'hint' }, 'The hosted page shows how and where you are signed in on the login domain, links other providers, and ends what you do not know.'),
    element('p', {}, element('a', { href: address.href }, 'Open your account page')),
  );
}
