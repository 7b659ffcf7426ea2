// What is read, and what is removed, of sessions that other clients have left.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { load } from './compile.mjs';

const { leftover, removeLeftovers } = await load('leftover.ts');

const CLIENT = 'demowebclient';
const PREFIX = `CognitoIdentityServiceProvider.${CLIENT}.`;
const left = (token, name = 'ana') => ({ [`${PREFIX}LastAuthUser`]: name, [`${PREFIX}${name}.refreshToken`]: token, [`${PREFIX}${name}.idToken`]: 'x' });
const device = { [`${PREFIX}ana.deviceKey`]: 'key', [`${PREFIX}ana.deviceGroupKey`]: 'group', [`${PREFIX}ana.randomPasswordKey`]: 'password' };
const storage = (entries = {}) => Object.defineProperties({ ...entries }, { removeItem: { value(key) { delete this[key]; } } });

/** Cookies of `name, path, domain`, as a browser keeps them. All of them are seen by the page. */
function cookieJar(...cookies) {
  return {
    get cookie() {
      return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
    set cookie(text) {
      const [, name, path, , domain = ''] = /^([^=]*)=; path=([^;]*)(; domain=([^;]*))?; max-age=0$/.exec(text);
      cookies = cookies.filter((one) => one.name !== name || one.path !== path || (one.domain ?? '') !== domain);
    },
  };
}

beforeEach(() => {
  globalThis.localStorage = storage();
  globalThis.sessionStorage = storage();
  globalThis.document = cookieJar();
  globalThis.location = { hostname: 'app.example.com', pathname: '/shop/cart' };
});

test('a cookie, which a sibling subdomain may have set, is read on request only', () => {
  globalThis.document = cookieJar(
    { name: `${PREFIX}LastAuthUser`, value: 'mallory', path: '/', domain: 'example.com' },
    { name: `${PREFIX}mallory.refreshToken`, value: 'token-of-mallory', path: '/', domain: 'example.com' },
  );
  assert.equal(leftover(CLIENT), undefined);
  assert.equal(leftover(CLIENT, ['localStorage']), undefined);
  assert.equal(leftover(CLIENT, ['localStorage', 'cookies']).refreshToken, 'token-of-mallory');
});

test('what is left in another place, or of another person, goes as well', () => {
  globalThis.localStorage = storage({ ...left('one'), theme: 'dark' });
  globalThis.sessionStorage = storage(left('two', 'ben.b'));
  globalThis.document = cookieJar(...Object.entries(left('three')).map(([name, value]) => ({ name, value, path: '/' })));
  removeLeftovers(CLIENT);
  assert.deepEqual(Object.keys(localStorage), ['theme']);
  assert.deepEqual(Object.keys(sessionStorage), []);
  assert.equal(document.cookie, '');
});

test('another client, and what only begins like a session, stay', () => {
  const others = { 'CognitoIdentityServiceProvider.another.ana.refreshToken': 'x', [`${PREFIX}ana.settings`]: 'x', [`x${PREFIX}ana.idToken`]: 'x' };
  globalThis.localStorage = storage({ ...left('one'), ...others });
  removeLeftovers(CLIENT);
  assert.deepEqual({ ...localStorage }, others);
});

test('a device is read with its session, and goes only where it is named', () => {
  globalThis.localStorage = storage({ ...left('one'), ...device });
  assert.deepEqual(leftover(CLIENT), { username: 'ana', refreshToken: 'one', deviceKey: 'key', deviceGroup: 'group', devicePassword: 'password' });
  removeLeftovers(CLIENT);
  assert.deepEqual({ ...localStorage }, device);
  removeLeftovers(CLIENT, 'ben');
  assert.deepEqual({ ...localStorage }, device);
  removeLeftovers(CLIENT, 'ana');
  assert.deepEqual({ ...localStorage }, {});
});

test('a cookie is found in every path and domain that the page may see one of', () => {
  const name = `${PREFIX}a@b.c.refreshToken`;
  for (const path of ['/', '/shop', '/shop/', '/shop/cart']) {
    for (const domain of [undefined, 'app.example.com', 'example.com']) {
      for (const written of [name, encodeURIComponent(name)]) {
        globalThis.document = cookieJar({ name: written, value: 'x', path, domain });
        removeLeftovers(CLIENT);
        assert.equal(document.cookie, '', `${written} ${path} ${domain}`);
      }
    }
  }
});

test('a name with half a character is a name like any other', () => {
  globalThis.localStorage = storage(left('one', '\ud800'));
  assert.equal(leftover(CLIENT).refreshToken, 'one');
  removeLeftovers(CLIENT, '\ud800');
  assert.deepEqual({ ...localStorage }, {});
});

test('a browser that denies storage denies that place only', () => {
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get() { throw new Error('denied'); } });
  globalThis.sessionStorage = storage(left('two'));
  try {
    assert.equal(leftover(CLIENT).refreshToken, 'two');
    removeLeftovers(CLIENT);
    assert.equal(leftover(CLIENT), undefined);
  } finally {
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, writable: true, value: undefined });
  }
});
