// Accessibility checks that every suite of pages shares: axe-core's rules, and the Tab key.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails with every violation that axe-core finds in the page as it is. */
export async function assertClean(page, where) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run({ runOnly: { type: 'tag', values } });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(', ')}`);
  }, RULES);
  assert.deepEqual(violations, [], where);
}

/** Presses Tab until the element has the focus, and shows it. */
export async function tabTo(page, role, name) {
  const target = page.getByRole(role, { name, exact: true });
  for (let presses = 0; presses < 30; presses += 1) {
    if (await target.evaluate((node) => node === document.activeElement)) {
      const outline = await target.evaluate((node) => getComputedStyle(node).outlineStyle);
      assert.notEqual(outline, 'none', `${name} shows that it has the focus`);
      return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail(`the Tab key never reached ${name}`);
}
