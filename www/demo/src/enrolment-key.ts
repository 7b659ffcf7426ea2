import { element } from './dom.ts';

/**
 * The key of an authenticator app: as a picture for the camera of a phone, as text in groups that can be read out, and as a link
 * for an app on this device.
 */
export function enrolmentKey({ secret, uri, qrCode }: { secret: string; uri: string; qrCode: () => Promise<string> }): HTMLElement {
  const image = element('img', { class: 'qr', alt: 'The key as a QR code', width: 200, height: 200, hidden: true });
  void qrCode().then(
    (svg) => {
      // As an image: whatever is in a drawing, it cannot run there.
      image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      image.hidden = false;
    },
    () => {}, // the key below is enough
  );
  return element(
    'div',
    { class: 'enrolment' },
    image,
    element('p', {}, 'Key: ', element('code', { class: 'key' }, secret.replace(/.{4}(?=.)/g, '$& '))),
    element('p', {}, element('a', { href: uri }, 'Open it in an app on this device')),
  );
}
