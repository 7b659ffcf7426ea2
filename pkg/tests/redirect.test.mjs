// Which addresses are an answer to a sign-in by redirect, and what of them is left.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { load } from './compile.mjs';

const { asked, takeAnswer } = await load('redirect.ts');

const oauth = { domain: 'https://login.example', redirectUri: 'https://app.example/back?from=login' };
const config = { userPoolId: 'eu-central-1_Ab1Cd2Ef3', clientId: 'client', oauth };

afterEach(() => {
  delete globalThis.location;
  delete globalThis.history;
});

let sequence = 0;

/** What is taken from an address, and the address that the browser then shows; undefined where it was not touched. */
function take(href, configuration = config) {
  let shown;
  globalThis.location = { href };
  globalThis.history = { state: { of: 'the app' }, replaceState: (state, _, url) => (shown = { state, url: String(url) }) };
  // Each is the answer to a sign-in of its own.
  const own = href.replace('state=client.xyz', `state=client.${(sequence += 1)}`);
  globalThis.location = { href: own };
  const answer = takeAnswer(configuration, own);
  if (shown) assert.deepEqual(shown.state, { of: 'the app' }, 'the entry keeps the state of the app');
  return { answer, shown: shown?.url };
}

test('an answer is taken whole, and the app keeps its own parameters and its fragment', () => {
  const query = 'from=login&code=a%2Fb&state=client.xyz&tab=a%20b&iss=https%3A%2F%2Flogin.example%2Fpool';
  const { answer, shown } = take(`https://app.example/back?${query}#part`);
  assert.equal(answer, query.replace('client.xyz', `client.${sequence}`));
  assert.equal(shown, 'https://app.example/back?from=login&tab=a%20b#part');
});

test('an error is an answer too, and nothing of it stays in the address', () => {
  const { answer, shown } = take('https://app.example/back?error=login_required&error_description=a+b&error_uri=x&session_state=y&state=client.xyz');
  assert.match(answer, /^error=login_required/);
  assert.equal(shown, 'https://app.example/back');
});

test('an address whose state is not of this client is the business of the app', () => {
  for (const query of ['', '?code=voucher', '?code=voucher&state=open', '?code=a&state=clients.xyz', '?code=a&state=client', '?code=a&state=xclient.xyz']) {
    assert.deepEqual(take(`https://app.example/back${query}`), { answer: undefined, shown: undefined }, query);
  }
});

test('an answer counts on the page of the redirect URI only', () => {
  for (const page of ['https://app.example/', 'https://app.example/back/', 'https://app.example:8443/back', 'http://app.example/back', 'https://evil.example/back']) {
    assert.deepEqual(take(`${page}?code=a&state=client.xyz`), { answer: undefined, shown: undefined }, page);
  }
});

test('without oauth in the configuration, or with a redirect URI that is none, nothing is taken', () => {
  const here = 'https://app.example/back?code=a&state=client.xyz';
  assert.deepEqual(take(here, { ...config, oauth: undefined }), { answer: undefined, shown: undefined });
  assert.deepEqual(take(here, { ...config, oauth: { ...oauth, redirectUri: '/back' } }), { answer: undefined, shown: undefined });
});

test('a sign-in that would come back to another origin is refused before it begins: what it must remember stays on this one', () => {
  globalThis.location = { origin: 'https://www.app.example' };
  assert.throws(() => asked({}, oauth), { code: 'invalid_configuration', message: /https:\/\/www\.app\.example/ });
  globalThis.location = { origin: 'https://app.example' };
  const input = { loginHint: 'ada', idpIdentifier: 'works', appState: null };
  assert.deepEqual(asked(input, oauth), input);
});

test('a parameter that nothing reads is refused by name', () => {
  globalThis.location = { origin: 'https://app.example' };
  assert.throws(() => asked({ login_hint: 'ada' }, oauth), { code: 'invalid_parameter', message: /login_hint/ });
});

test('an e-mail address leads to the provider of its domain and is filled in, unless something else is asked for', () => {
  globalThis.location = { origin: 'https://app.example' };
  assert.deepEqual(asked({ email: 'Ada@Works.Example', lang: 'de' }, oauth), { idpIdentifier: 'works.example', loginHint: 'Ada@Works.Example', lang: 'de' });
  assert.deepEqual(asked({ email: 'a@b.example', loginHint: 'ada' }, oauth), { idpIdentifier: 'b.example', loginHint: 'ada' });
  for (const email of ['', 'ada', 'ada@', '@works.example', 'a b@works.example', 'a@b@c']) {
    assert.throws(() => asked({ email }, oauth), { code: 'invalid_parameter', message: /email/ }, email);
  }
});

test('two ways to say which provider is meant are refused before the page is left', () => {
  globalThis.location = { origin: 'https://app.example' };
  for (const input of [{ provider: 'Works', email: 'a@b.example' }, { idpIdentifier: 'w', provider: 'Works' }]) {
    assert.throws(() => asked(input, oauth), { code: 'invalid_parameter', message: /do not go together/ });
  }
  assert.deepEqual(asked({ provider: 'Works', email: undefined }, oauth), { provider: 'Works' });
});

test('an answer is taken once, and also when the app has gone on to another address meanwhile', () => {
  const href = 'https://app.example/back?code=a&state=client.once';
  let shown;
  globalThis.history = { replaceState: (_, __, url) => (shown = String(url)) };
  globalThis.location = { href: 'https://app.example/start?state=mine' };
  assert.equal(takeAnswer(config, href), 'code=a&state=client.once');
  assert.equal(shown, undefined, 'the address that is shown now is the business of the app');
  assert.equal(takeAnswer(config, href), undefined);
});
