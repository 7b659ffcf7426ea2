// Writes ./saml and ./saml_logout anew: `node backend/tests/service/corpus/make-saml.mjs`. What signs is samlp (npm), which is not ours, with a key that is
// forgotten afterwards; what is forged is made from that here. A refused file's name begins with the word for why it is refused. Of logouts,
// `.xml` is what a form brings, `.query` the query of a redirect.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { promisify } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import samlp from 'samlp';
import SessionParticipants from 'samlp/lib/sessionParticipants/index.js';

const NOW = Date.parse('2026-11-23T00:00:00Z');
const ISSUER = 'https://samlp.example.com';
const ADDRESS = 'https://auth.example.com/saml2/idpresponse';
const LOGOUT_ADDRESS = 'https://auth.example.com/us-east-1_saml/saml2/logout';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const PERSON = { id: 'alice', displayName: 'Alice A. & Söhne', emails: [{ value: 'alice@example.com' }], name: { givenName: 'Alice', familyName: 'A.' } };

mock.timers.enable({ apis: ['Date'], now: NOW });
const signer = newSigner();
const genuine = await response({});
const whole = await response({ signAssertion: false, signResponse: true });
const genuineLogouts = [];

for (const corpus of ['saml', 'saml_logout']) {
  rmSync(join(import.meta.dirname, corpus), { recursive: true, force: true });
  for (const folder of ['believed', 'refused']) mkdirSync(join(import.meta.dirname, corpus, folder), { recursive: true });
  writeFileSync(join(import.meta.dirname, corpus, 'metadata.xml'), metadata(signer.cert));
}
write('saml/believed', {
  'assertion-signed': genuine,
  'response-signed': whole,
  'both-signed': await response({ signResponse: true }),
  'with-prefix': await response({ signatureNamespacePrefix: 'ds' }),
  'in-a-session': await response({ sessionIndex: '_s1' }),
});
const evil = assertion(genuine).replace(/ID="_[^"]+"/, 'ID="_evil"').replace('>alice<', '>admin<').replace(/<Signature.*<\/Signature>/s, '');
const signature = genuine.match(/<Signature.*<\/Signature>/s)[0];
write('saml/refused', {
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

for (const [kind, make, other] of [['request', request, answer], ['answer', answer, request]]) {
  const parameter = kind === 'request' ? 'SAMLRequest' : 'SAMLResponse';
  const form = await make(POST);
  const query = await make(REDIRECT);
  genuineLogouts.push(form, query);
  const signed = form.match(/<Signature.*<\/Signature>/s)[0];
  /** The query with other parameters, whose signature is the genuine one's. */
  const changed = (change) => {
    const parameters = new URLSearchParams(query);
    change(parameters);
    return parameters.toString();
  };
  const rewritten = (from, to) => changed((all) => all.set(parameter, deflated(inflated(all.get(parameter)).replace(from, to))));
  write('saml_logout/believed', { [`${kind}.form.xml`]: form, [`${kind}.redirect.query`]: query });
  write('saml_logout/refused', {
    [`signature.${kind}.unsigned.xml`]: form.replace(signed, ''),
    [`signature.${kind}.unsigned.query`]: changed((all) => (all.delete('Signature'), all.delete('SigAlg'))),
    [`signature.${kind}.other-key.xml`]: await make(POST, newSigner()),
    [`signature.${kind}.other-key.query`]: await make(REDIRECT, newSigner()),
    [`signature.${kind}.sha1.xml`]: await make(POST, { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }),
    [`signature.${kind}.sha1.query`]: await make(REDIRECT, { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }),
    [`signature.${kind}.changed.xml`]: form.replace(/ID="_/, 'ID="_x').replace(/URI="#_/, 'URI="#_x'),
    [`signature.${kind}.changed.query`]: rewritten(/ID="_/, 'ID="_x'),
    ...(kind === 'request' && { [`signature.${kind}.other-state.query`]: changed((all) => all.set('RelayState', 'another')) }),
    [`issuer.${kind}.other.xml`]: await make(POST, { issuer: 'https://other.example.com' }),
    [`issuer.${kind}.other.query`]: await make(REDIRECT, { issuer: 'https://other.example.com' }),
    [`audience.${kind}.destination.xml`]: await make(POST, {}, 'https://evil.example.com/logout'),
    [`audience.${kind}.destination.query`]: await make(REDIRECT, {}, 'https://evil.example.com/logout'),
    // An answer is as old as the request that it names, which is waited for ten minutes, once.
    ...(kind === 'request' && {
      'time.request.old.xml': await at(NOW - 7_200_000, () => make(POST)),
      'time.request.to-come.query': await at(NOW + 7_200_000, () => make(REDIRECT)),
    }),
    [`wrapped.${kind}.two-signatures.xml`]: form.replace(signed, `${signed}${signed}`),
    [`malformed.${kind}.doctype.xml`]: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${form.replace('>https://samlp', '>&e;https://samlp')}`,
    [`malformed.${kind}.cut.xml`]: form.slice(0, form.length / 2),
    [`malformed.${kind}.no-deflate.query`]: changed((all) => all.set(parameter, Buffer.from(inflated(all.get(parameter))).toString('base64'))),
    [`malformed.${kind}.twice.query`]: `${query}&${parameter}=x`,
    [`malformed.${kind}.other-kind.xml`]: await other(POST),
  });
}

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    if (folder.endsWith('refused') && [genuine, whole, ...genuineLogouts].includes(text)) throw new Error(`${name} is genuine`);
    writeFileSync(join(import.meta.dirname, folder, folder.startsWith('saml/') ? `${name}.xml` : name), text);
  }
}

/** A request for logout, by form or by redirect. */
function request(binding, change = {}, destination = LOGOUT_ADDRESS) {
  const participant = { serviceProviderId: 'urn:amazon:cognito:sp:us-east-1_saml', nameId: 'alice', sessionIndex: '_s1', serviceProviderLogoutURL: destination };
  const store = { save: (_, state, done) => done(null, 'theirs') };
  return sent('SAMLRequest', binding, change, (options) => samlp.logout({ ...options, store, reference: "//*[local-name(.)='LogoutRequest']", sessionParticipants: new SessionParticipants([participant]) }));
}

/** What the provider says to a request of ours. */
function answer(binding, change = {}, destination = LOGOUT_ADDRESS) {
  const error = { code: 'urn:oasis:names:tc:SAML:2.0:status:Success' };
  return sent('SAMLResponse', binding, change, (options) => samlp.sendLogoutError({ ...options, destination, inResponseTo: '_request1', error }));
}

function sent(parameter, protocolBinding, change, act) {
  const options = {
    issuer: ISSUER, deflate: protocolBinding === REDIRECT, protocolBinding, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', ...signer, ...change,
  };
  return new Promise((resolve, reject) => {
    const send = (form) => resolve(Buffer.from(form.match(new RegExp(`name="${parameter}"\\s+value="([^"]*)"`))[1], 'base64').toString());
    act(options)({ query: {}, body: {} }, { set: () => {}, send, redirect: (url) => resolve(new URL(url).search.slice(1)) }, reject);
  });
}

function inflated(text) {
  return inflateRawSync(Buffer.from(text, 'base64')).toString();
}

function deflated(xml) {
  return deflateRawSync(xml).toString('base64');
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
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${bare}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleLogoutService Binding="${REDIRECT}" Location="${ISSUER}/slo"/><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ISSUER}/sso"/></IDPSSODescriptor></EntityDescriptor>\n`;
}
