// What a page does wrong for people with assistive technology.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Expects an empty list of violations, of every rule that axe knows but its experiments, or of the rules given. */
export async function expectAccessible(page: Page, rules: string[] = []): Promise<void> {
  // A colour on its way from one theme to the other is nobody's choice.
  await page.evaluate(() => Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished),
  ));
  const axe = new AxeBuilder({ page });
  if (rules.length > 0) axe.withRules(rules);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.map(node => `${node.target.join(' ')}: ${node.failureSummary}`),
  }));
  expect(found, 'what axe finds wrong').toEqual([]);
}
