/** What an authenticator app is set up with. */
export interface TotpKey {
  /** For people who type it: base32. */
  secret: string;
  /** The same for apps that open it: `otpauth://totp/`... */
  uri: string;
  /** The `uri` as a QR code: the text of an `<svg>`, dark on light, with a light margin. */
  qrCode(): Promise<string>;
}

/** A key as apps take it, in the name of the person and of who asks: by default the page's host. */
export function totpKey(secret: string, account: string, issuer?: string): TotpKey {
  const uri = otpauthUri(secret, account, issuer);
  return { secret, uri, qrCode: async () => (await import('./qr.js')).qrCode(uri) };
}

/** The address that authenticator apps read, mostly from a QR code. Each part is escaped by itself. */
function otpauthUri(secret: string, account: string, issuer: string = location.hostname): string {
  const label = [issuer, account].map(encodeURIComponent).join(':');
  return `otpauth://totp/${label}?secret=${encodeURIComponent(secret)}&issuer=${encodeURIComponent(issuer)}`;
}
