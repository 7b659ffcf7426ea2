// The README's tables name what there is, all of it and nothing else: steps, error codes, options, methods.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');

/** The first cells of a section's table, without its head. */
function firstCells(title) {
  const section = readme.split(/^## /m).find((part) => part.startsWith(title));
  assert.ok(section, `there is a section "${title}"`);
  const rows = section.split('\n').filter((line) => line.startsWith('|')).slice(2);
  return rows.map((row) => row.split(' | ')[0].replace(/^\| */, ''));
}

const inCode = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
const sorted = (names) => [...new Set(names)].sort();

test('every kind of step is in the table of steps', () => {
  const kinds = [...read('src/steps.ts').matchAll(/^  \| Step<'(\w+)'/gm)].map(([, kind]) => kind);
  assert.ok(kinds.length > 5);
  assert.deepEqual(sorted(firstCells('Sign-in is a loop').flatMap(inCode)), sorted(kinds));
});

test('every error code is in the table of errors', () => {
  const union = read('src/errors.ts').match(/export type AuthErrorCode =([^;]+);/)[1];
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  assert.ok(codes.length > 20);
  assert.deepEqual(sorted(firstCells('Errors').flatMap(inCode)), sorted(codes));
});

test('every option is in the table of options', () => {
  const declared = read('src/config.ts').match(/export interface AuthConfig \{([\s\S]+?)\n\}/)[1];
  const options = [...declared.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);
  assert.ok(options.length > 5);
  assert.deepEqual(sorted(firstCells('Configuration').flatMap(inCode)), sorted(options));
});

test('every method of a client and of its groups is in the table of methods, and every row is one', () => {
  const [auth, account, identity] = ['auth', 'account', 'identity'].map((name) => read(`src/${name}.ts`));
  const groups = { signIn: [auth, 'SignIn'], mfa: [account, 'Mfa'], devices: [account, 'Devices'], passkeys: [account, 'Passkeys'] };
  const members = [...membersOf(auth, 'Auth'), ...membersOf(account, 'Account'), ...membersOf(identity, 'Identities')];
  const grouped = Object.entries(groups).flatMap(([name, type]) => membersOf(...type).map((member) => `${name}.${member}`));
  assert.ok(members.length > 15 && grouped.length > 8);
  const cells = firstCells('Methods').flatMap(inCode);
  // Within a cell, `.list` after `passkeys.create` is of the same group.
  let group;
  const named = cells.map((code) => {
    const [, shared, name] = code.match(/^(\.?)([\w.]+)/);
    if (!shared) group = name.split('.')[0];
    return shared ? `${group}.${name}` : name;
  });
  for (const name of named) assert.ok(members.includes(name) || grouped.includes(name), `${name} is a member of Auth`);
  const table = readme.split(/^## /m).find((part) => part.startsWith('Methods'));
  const said = [...named, ...inCode(table).map((code) => code.match(/^[\w.]+/)?.[0])];
  for (const name of grouped) assert.ok(said.includes(name), `${name} is in the table of methods`);
  for (const name of members) {
    if (!(name in groups)) assert.ok(said.some((code) => code === name || code?.startsWith(`${name}.`)), `${name} is in the table of methods`);
  }
});

/** The members of an interface, by its source. */
function membersOf(source, name) {
  const body = source.match(new RegExp(`export interface ${name}\\b[^{]*\\{([\\s\\S]+?)\\n\\}`))[1];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?:(]/gm)].map(([, member]) => member);
}
