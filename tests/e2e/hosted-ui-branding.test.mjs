// What an administrator stores about the look of the pages and the terms is what people see, in Chromium: colours in light and in dark, the
// logo, the links on the page that signs up; and after it is taken away, the pages' own.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateSync, crc32 } from 'node:zlib';
import {
  CreateManagedLoginBrandingCommand, CreateTermsCommand, DeleteManagedLoginBrandingCommand, SetUICustomizationCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { launchChromium } from '../support/chromium.mjs';
import { adminClient } from '../support/target.mjs';
import { heading, openLogin, startHosted, TITLES } from '../support/hosted-page.mjs';
import { assertClean } from './axe.mjs';

const LIGHT = 'rgb(122, 31, 162)';
const DARK = 'rgb(225, 180, 255)';
let system;
let browser;
let admin;
let names;

before(async () => {
  system = await startHosted();
  browser = await launchChromium();
  admin = adminClient(system.backend.url);
  names = { UserPoolId: system.backend.poolId, ClientId: system.backend.clientId };
});

after(async () => {
  await browser?.close();
  admin?.destroy();
  await system?.stop();
});

/** A PNG of one colour. */
function png(size, [r, g, b]) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const number = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes; };
    return Buffer.concat([number(data.length), body, number(crc32(body))]);
  };
  const header = Buffer.from([0, 0, 0, size, 0, 0, 0, size, 8, 2, 0, 0, 0]);
  const row = Buffer.concat([Buffer.from([0]), Buffer.from(Array(size).fill([r, g, b]).flat())]);
  const pixels = deflateSync(Buffer.concat(Array(size).fill(row)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

const button = (page) => page.getByRole('button', { name: 'Sign in', exact: true });
const background = (page) => button(page).evaluate((node) => getComputedStyle(node).backgroundColor);

test('colours, logo and terms of a client are on its pages, in light and in dark, and every rule of accessibility holds', async () => {
  const own = await openLogin(browser, system);
  const plain = await background(own.page);
  await own.close();

  const colour = (background, text) => ({ defaults: { backgroundColor: background, textColor: text } });
  const { ManagedLoginBranding: branding } = await admin.send(new CreateManagedLoginBrandingCommand({
    ...names,
    Settings: { components: { primaryButton: { lightMode: colour('7a1fa2ff', 'ffffffff'), darkMode: colour('e1b4ffff', '1b0030ff') } } },
    Assets: [{ Category: 'FORM_LOGO', ColorMode: 'LIGHT', Extension: 'PNG', Bytes: png(48, [122, 31, 162]) }],
  }));
  for (const [TermsName, address] of [['terms-of-use', 'terms'], ['privacy-policy', 'privacy']]) {
    await admin.send(new CreateTermsCommand({
      ...names, TermsName, TermsSource: 'LINK', Enforcement: 'NONE',
      Links: { 'cognito:default': `https://shop.example/${address}`, 'cognito:german': `https://shop.example/de/${address}` },
    }));
  }

  for (const [colorScheme, expected] of [['light', LIGHT], ['dark', DARK]]) {
    const { page, complaints, close } = await openLogin(browser, system, { colorScheme });
    assert.equal(await background(page), expected, colorScheme);
    const logo = page.locator('img.logo');
    assert.deepEqual(await logo.evaluate((node) => [node.complete, node.naturalWidth]), [true, 48]);
    await assertClean(page, `the branded sign-in in ${colorScheme}`);
    await page.getByRole('link', { name: 'Create one' }).click();
    await heading(page, TITLES.signUp);
    const links = await page.locator('main a[href^="https://shop.example/"]').evaluateAll((found) => found.map((link) => [link.href, link.rel]));
    assert.deepEqual(links.map(([href]) => href), ['https://shop.example/terms', 'https://shop.example/privacy']);
    for (const [, rel] of links) assert.match(rel, /noopener|noreferrer/);
    await assertClean(page, `the branded sign-up in ${colorScheme}`);
    assert.deepEqual(complaints(), []);
    await close();
  }

  const german = await openLogin(browser, system, { locale: 'de-DE', title: 'Anmelden' });
  await german.page.getByRole('link', { name: /Konto/ }).first().click();
  await german.page.locator('a[href="https://shop.example/de/terms"]').waitFor();
  await german.close();

  await admin.send(new DeleteManagedLoginBrandingCommand({ UserPoolId: names.UserPoolId, ManagedLoginBrandingId: branding.ManagedLoginBrandingId }));
  const again = await openLogin(browser, system);
  assert.equal(await background(again.page), plain, 'the pages have their own look again');
  await again.close();
});

test('classic customisation gives its colours, too, and nothing else of its CSS', async () => {
  const CSS = '.submitButton-customizable { background-color: #7a1fa2; color: #ffffff; } .background-customizable { background-color: #fff4e0; }';
  await admin.send(new SetUICustomizationCommand({ ...names, CSS, ImageFile: png(32, [0, 90, 60]) }));
  const { page, complaints, close } = await openLogin(browser, system, { colorScheme: 'light' });
  assert.equal(await background(page), LIGHT);
  assert.equal(await page.locator('img.logo').evaluate((node) => node.naturalWidth), 32);
  assert.deepEqual(complaints(), []);
  await close();
});
