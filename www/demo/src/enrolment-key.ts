import { element } from './dom.ts';

/** The key of an authenticator app, as text in groups that can be read out, and as a link for an app on this device. */
export function enrolmentKey({ secret, uri }: { secret: string; uri: string }): HTMLElement {
  return element(
    'div',
    { class: 'enrolment' },
    element('p', {}, 'Key: ', element('code', { class: 'key' }, secret.replace(/.{4}(?=.)/g, '$& '))),
    element('p', {}, element('a', { href: uri }, 'Open it in an app on this device')),
  );
}
