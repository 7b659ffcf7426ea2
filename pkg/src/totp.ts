/** The address that authenticator apps read, mostly from a QR code. Each part is escaped by itself. */
export function otpauthUri(secret: string, account: string, issuer: string = location.hostname): string {
  const label = [issuer, account].map(encodeURIComponent).join(':');
  return `otpauth://totp/${label}?secret=${encodeURIComponent(secret)}&issuer=${encodeURIComponent(issuer)}`;
}
