// Pages that something between the server and the viewer has changed: a browser's translation, a proxy.

import type { Page } from '@playwright/test';

import { DEMO, expect, test } from '../support/test.ts';

test('numbers update in a translated page', async ({ overview }) => {
  const { page } = overview;
  // As Chromium's translation does it: each text is replaced by an element with another one.
  const count = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    const translated = texts.filter(text =>
      text.data.trim() && !text.parentElement!.closest('script, style, noscript, [translate="no"]'));
    for (const text of translated) {
      const font = document.createElement('font');
      font.append(Object.assign(document.createElement('font'), { textContent: `«${text.data}»` }));
      text.replaceWith(font);
    }
    return translated.length;
  });
  expect(count, 'texts that were translated').toBeGreaterThan(5);
  const values = page.locator('#message-rates .legend-entry b');
  const before = await values.allTextContents();
  await expect.poll(() => values.allTextContents(), { timeout: 60_000 }).not.toEqual(before);
  await page.getByRole('navigation').getByRole('link', { name: 'Queues' }).click();
  await expect(page.locator('.rows tbody tr').first()).toBeVisible();
  await page.goBack();
  await expect(page.locator('.tile-value').first()).toHaveText(/\d/);
});

test('proxies must not change pages', async ({ warren }) => {
  const answer = await fetch(`${warren.url}/sign-in`);
  expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
});

/** Serves pages as a proxy does that leaves out comments; from the second on, if `once`, as they are. */
async function behindMinifier(page: Page, once: boolean): Promise<() => number> {
  let loads = 0;
  await page.route(new RegExp(`${DEMO}$`), async route => {
    loads += 1;
    const answer = await route.fetch();
    const text = await answer.text();
    const body = once && loads > 1 ? text : text.replaceAll(/<!--.*?-->|<!>/g, '');
    await route.fulfill({ response: answer, body });
  });
  return () => loads;
}

test('a page altered in transit is loaded once more', async ({ signedIn, complaints }) => {
  complaints.expect(/panicked|unreachable|hydrat/i);
  const loads = await behindMinifier(signedIn, true);
  await signedIn.goto(DEMO);
  await expect.poll(loads).toBe(2);
  const line = signedIn.locator('#objects .plot-area path.line').last();
  await expect(line).toHaveAttribute('d', /^M/);
  const before = await line.getAttribute('d');
  await expect.poll(() => line.getAttribute('d'), { timeout: 60_000 }).not.toBe(before);
  await expect(signedIn.getByRole('alert')).toHaveCount(0);
});

test('a page that is always altered says so and stays readable', async ({ signedIn, complaints }) => {
  complaints.expect(/panicked|unreachable|hydrat/i);
  const loads = await behindMinifier(signedIn, false);
  await signedIn.goto(DEMO);
  await expect(signedIn.getByRole('alert')).toContainText('This page does not update');
  expect(loads()).toBe(2);
  await expect(signedIn.locator('.tile-value').first()).toHaveText(/\d/);
});
