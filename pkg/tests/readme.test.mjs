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

test('every method of a client is in the table of methods, and every row is one', () => {
  const auth = read('src/auth.ts');
  const own = auth.match(/export interface Auth [^{]*\{([\s\S]+?)\n\}/)[1];
  const account = read('src/account.ts').match(/export interface Account \{([\s\S]+?)\n\}/)[1];
  const members = [...`${own}${account}`.matchAll(/^ {2}(?:readonly )?(\w+)[?:(]/gm)].map(([, name]) => name);
  const table = readme.split(/^## /m).find((part) => part.startsWith('Methods'));
  const named = inCode(table).map((code) => code.match(/^(\w+)/)?.[1]);
  for (const name of members) assert.ok(named.includes(name), `${name} is in the table of methods`);
  for (const cell of firstCells('Methods')) {
    for (const code of inCode(cell)) {
      const name = code.replace(/^\./, 'passkeys.').match(/^(\w+)/)[1];
      assert.ok(members.includes(name), `${name} is a member of Auth`);
    }
  }
});
