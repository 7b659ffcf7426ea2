// Writes ./saml anew: `node backend/tests/service/corpus/make-saml.mjs`. What signs is samlp (npm), which is not ours, with a key that is
// forgotten afterwards; what is forged is made from that here. A refused file's name begins with the word for why it is refused.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { promisify } from 'node:util';
import samlp from 'samlp';

const FOLDER = join(import.meta.dirname, 'saml');
const NOW = Date.parse('2026-11-23T00:00:00Z');
const ISSUER = 'https://samlp.example.com';
const ADDRESS = 'https://auth.example.com/saml2/idpresponse';
const PERSON = { id: 'alice', displayName: 'Alice A. & Söhne', emails: [{ value: 'alice@example.com' }], name: { givenName: 'Alice', familyName: 'A.' } };

mock.timers.enable({ apis: ['Date'], now: NOW });
const signer = newSigner();
const genuine = await response({});
const whole = await response({ signAssertion: false, signResponse: true });

rmSync(FOLDER, { recursive: true, force: true });
for (const folder of ['believed', 'refused']) mkdirSync(join(FOLDER, folder), { recursive: true });
writeFileSync(join(FOLDER, 'metadata.xml'), metadata(signer.cert));
write('believed', {
  'assertion-signed': genuine,
  'response-signed': whole,
  'both-signed': await response({ signResponse: true }),
  'with-prefix': await response({ signatureNamespacePrefix: 'ds' }),
  'in-a-session': await response({ sessionIndex: '_s1' }),
});
const evil = assertion(genuine).replace(/ID="_[^"]+"/, 'ID="_evil"').replace('>alice<', '>admin<').replace(/<Signature.*<\/Signature>/s, '');
const signature = genuine.match(/<Signature.*<\/Signature>/s)[0];
write('refused', {
  'signature.sha1': await response({ signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }),
  'signature.sha1-of-the-response': await response({ signAssertion: false, signResponse: true, signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }),
  'signature.sha1-digest': await response({ digestAlgorithm: 'sha1' }),
  'signature.unsigned': await response({ signAssertion: false }),
  'signature.other-key': await response(newSigner()),
  'signature.changed': genuine.replace('>alice<', '>admin<'),
  'signature.empty': genuine.replace(/<SignatureValue>.*<\/SignatureValue>/s, '<SignatureValue></SignatureValue>'),
  'issuer.other': await response({ issuer: 'https://other.example.com' }),
  'audience.other': await response({ audience: 'urn:amazon:cognito:sp:us-east-1_other' }),
  'audience.recipient': await response({ recipient: 'https://evil.example.com/saml2/idpresponse' }),
  'audience.destination': await response({ destination: 'https://evil.example.com/saml2/idpresponse', signResponse: true }),
  'inresponseto.other': await response({ inResponseTo: '_request2' }),
  'time.expired': await at(NOW - 7_200_000, () => response({})),
  'time.to-come': await at(NOW + 7_200_000, () => response({})),
  'refused.by-the-provider': await error(),
  'wrapped.xsw1': genuine.replace('</samlp:Response>', `${evil}</samlp:Response>`),
  'wrapped.xsw2': genuine.replace('<saml:Assertion', `${evil}<saml:Assertion`),
  'wrapped.xsw4': genuine.replace(assertion(genuine), evil.replace('</saml:Assertion>', `${assertion(genuine)}</saml:Assertion>`)),
  'wrapped.xsw7': genuine.replace('<saml:Assertion', `<samlp:Extensions>${evil}</samlp:Extensions><saml:Assertion`),
  'wrapped.xsw8': genuine.replace('</Signature>', `<Object>${evil}</Object></Signature>`),
  'wrapped.same-id': genuine.replace(/(<samlp:Response[^>]*) ID="[^"]*"/, `$1 ID="${genuine.match(/<saml:Assertion[^>]* ID="([^"]*)"/)[1]}"`),
  'wrapped.two-signatures': genuine.replace(signature, `${signature}${signature}`),
  'malformed.comment': genuine.replace('>alice<', '>alice<!---->.evil<'),
  'malformed.doctype': `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${genuine.replace('>alice<', '>&e;<')}`,
  'malformed.bomb': `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>${genuine.replace('>alice<', '>&c;<')}`,
  'malformed.no-time': genuine.replace(/IssueInstant="[^"]*"/, 'IssueInstant="2026-J1-01T00:00:00Z"'),
  'malformed.deep': genuine.replace('<samlp:Status>', `${'<x>'.repeat(200)}${'</x>'.repeat(200)}<samlp:Status>`),
  'malformed.cut': genuine.slice(0, genuine.length / 2),
  'malformed.page': '<!doctype html><title>Sign in</title>',
  'malformed.request': '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_request1" Version="2.0"/>',
});

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    if (folder === 'refused' && (text === genuine || text === whole)) throw new Error(`${name} is genuine`);
    writeFileSync(join(FOLDER, folder, `${name}.xml`), text);
  }
}

function response(change) {
  return promisify(samlp.getSamlResponse)({
    issuer: ISSUER, audience: 'urn:amazon:cognito:sp:us-east-1_saml', recipient: ADDRESS, destination: ADDRESS, inResponseTo: '_request1',
    signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', lifetimeInSeconds: 300, ...signer, ...change,
  }, PERSON);
}

async function error() {
  const form = await new Promise((resolve, reject) => {
    const options = {
      issuer: ISSUER, destination: ADDRESS, inResponseTo: '_request1', signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', signResponse: true, ...signer,
      error: { description: 'not you' }, getPostURL: (_, done) => done(null, ADDRESS),
    };
    samlp.sendError(options)({}, { set: () => {}, send: resolve }, reject);
  });
  return Buffer.from(form.match(/name="SAMLResponse"\s+value="([^"]*)"/)[1], 'base64').toString();
}

async function at(time, act) {
  mock.timers.setTime(time);
  const made = await act();
  mock.timers.setTime(NOW);
  return made;
}

function assertion(xml) {
  return xml.match(/<saml:Assertion.*<\/saml:Assertion>/s)[0];
}

function newSigner() {
  const folder = mkdtempSync(join(tmpdir(), 'saml-corpus-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=samlp.example.com', '-days', '3650', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const signer = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return signer;
}

function metadata(cert) {
  const bare = cert.split('\n').filter((line) => !line.startsWith('--')).join('');
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${bare}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ISSUER}/sso"/></IDPSSODescriptor></EntityDescriptor>\n`;
}
