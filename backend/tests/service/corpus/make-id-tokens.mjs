// Writes ./id_token anew: `node backend/tests/service/corpus/make-id-tokens.mjs`. What signs is jose (npm), which is not ours, with keys that
// are forgotten afterwards. A refused file's name begins with the word for why it is refused.

import { createHmac } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';

const FOLDER = join(import.meta.dirname, 'id_token');
const NOW = Date.parse('2026-11-23T00:00:00Z') / 1000;
const CLAIMS = { iss: 'https://issuer.example.com', sub: 'alice', aud: 'us', nonce: 'n', iat: NOW, exp: NOW + 300, email: 'alice@example.com' };

const keys = {};
for (const alg of ['ES256', 'RS256', 'PS384', 'EdDSA']) keys[alg] = await generateKeyPair(alg, { extractable: true });
const other = await generateKeyPair('ES256');
const part = (json) => Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64url');
const sign = (alg, { claims = {}, header = {}, key = keys[alg].privateKey } = {}) => new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg, kid: alg, ...header }).sign(key);
const genuine = await sign('ES256');
const [head, body, signature] = genuine.split('.');

rmSync(FOLDER, { recursive: true, force: true });
for (const folder of ['believed', 'refused']) mkdirSync(join(FOLDER, folder), { recursive: true });
const published = [];
for (const [alg, pair] of Object.entries(keys)) published.push({ ...await exportJWK(pair.publicKey), kid: alg, alg, use: 'sig' });
writeFileSync(join(FOLDER, 'keys.json'), `${JSON.stringify({ keys: published })}\n`);
write('believed', Object.fromEntries(await Promise.all(Object.keys(keys).map(async (alg) => [alg.toLowerCase(), await sign(alg)]))));
const hmac = `${part({ alg: 'HS256', kid: 'RS256' })}.${body}`;
write('refused', {
  'algorithm.none': `${part({ alg: 'none' })}.${body}.`,
  'algorithm.hmac-with-the-public-key': `${hmac}.${createHmac('sha256', await exportSPKI(keys.RS256.publicKey)).update(hmac).digest('base64url')}`,
  'algorithm.critical': `${part({ alg: 'ES256', kid: 'ES256', crit: ['b64'], b64: false })}.${body}.${signature}`,
  'issuer.other': await sign('ES256', { claims: { iss: 'https://issuer.example.com.evil.example' } }),
  'issuer.list': await sign('ES256', { claims: { iss: [CLAIMS.iss] } }),
  'signature.other-key': await sign('ES256', { key: other.privateKey }),
  'signature.key-in-the-token': await sign('ES256', { key: other.privateKey, header: { jwk: await exportJWK(other.publicKey) } }),
  'signature.empty': `${head}.${body}.`,
  'signature.zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
  'signature.changed': `${head}.${part({ ...CLAIMS, sub: 'admin' })}.${signature}`,
  'key.unknown': await sign('ES256', { header: { kid: 'unknown' } }),
  'key.of-another-kind': await sign('ES256', { header: { kid: 'RS256' } }),
  'expired.long-ago': await sign('ES256', { claims: { exp: NOW - 3600 } }),
  'expired.never': await sign('ES256', { claims: { exp: undefined } }),
  'expired.text': await sign('RS256', { claims: { exp: 'never' } }).catch(() => undefined),
  'early.from-tomorrow': await sign('ES256', { claims: { nbf: NOW + 86_400 } }),
  'early.made-tomorrow': await sign('ES256', { claims: { iat: NOW + 86_400, exp: NOW + 90_000 } }),
  'nobody.empty': await sign('ES256', { claims: { sub: '' } }),
  'nobody.number': await sign('ES256', { claims: { sub: 7 } }).catch(() => undefined),
  'malformed.empty': '',
  'malformed.dots': '....',
  'malformed.page': '<!doctype html>',
  'malformed.list': `${part([])}.${part([])}.`,
  'malformed.deep': `${part('['.repeat(20_000))}.${body}.`,
  'malformed.padded': `${head}==.${body}.${signature}`,
});

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) if (text !== undefined) writeFileSync(join(FOLDER, folder, `${name}.jwt`), text);
}
