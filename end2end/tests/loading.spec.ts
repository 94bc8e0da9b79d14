// While a page loads, when it cannot be shown, and on the way back to it.

import { answered } from '../support/console.ts';
import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

const section = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name, exact: true });

test('a slow page shows its title at once and placeholders for its panels', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await new Overview(page).alive();
  let letThrough = () => {};
  const held = new Promise<void>(resolve => { letThrough = resolve; });
  await page.route(/\/fn\/(list|detail)\?/, async route => {
    await held;
    await route.continue();
  });
  await section(page, 'Queues').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Queues');
  const skeleton = page.locator('.skeleton');
  await expect(skeleton).toBeVisible();
  // Quick answers come before it is seen.
  const wait = await skeleton.evaluate(element => getComputedStyle(element).animationDelay);
  expect(wait).toBe('0.15s');
  letThrough();
  await expect(page.getByRole('table')).toBeVisible();
  await expect(skeleton).toHaveCount(0);
});

test('opening another object replaces the page of the first', async ({ signedIn: page }) => {
  await page.goto(`${DEMO}/exchanges/%2F/amq.direct`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/amq\.direct/);
  let letThrough = () => {};
  const held = new Promise<void>(resolve => { letThrough = resolve; });
  await page.route(/\/fn\/(list|detail)\?/, async route => {
    await held;
    await route.continue();
  });
  await page.locator('.way a').last().click();
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(/amq\.direct/);
  letThrough();
});

test('Back restores the scroll position', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.goto(DEMO);
  await new Overview(page).alive();
  const scrolled = () => page.evaluate(() => scrollY);
  await page.evaluate(() => scrollTo({ top: 700, behavior: 'instant' }));
  const before = await scrolled();
  expect(before).toBeGreaterThan(600);
  await section(page, 'Queues').click();
  await expect(page.getByRole('table')).toBeVisible();
  await page.goBack();
  // A viewer who presses a key while the page loads scrolls; a script that sends one does not.
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true })));
  await expect.poll(async () => Math.abs((await scrolled()) - before)).toBeLessThanOrEqual(2);
  await new Overview(page).alive();
});

test('Back restores the scroll position of a slow page', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.goto(DEMO);
  await new Overview(page).alive();
  const scrolled = () => page.evaluate(() => scrollY);
  await page.evaluate(() => scrollTo({ top: 700, behavior: 'instant' }));
  await section(page, 'Queues').click();
  await expect(page.getByRole('table')).toBeVisible();
  await page.route(/\/fn\/(overview|series|poll)/, async route => {
    await new Promise(resolve => setTimeout(resolve, 4000));
    await route.continue();
  });
  await page.goBack();
  await expect.poll(scrolled).toBeGreaterThan(698);
});

test('Back restores the scroll position of a list with late rows', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1280, height: 460 });
  await page.goto(`${DEMO}/exchanges`);
  const rows = page.locator('.rows');
  await expect(rows.locator('tbody tr').nth(6)).toBeAttached();
  const scrolled = () => rows.evaluate(element => element.scrollTop);
  const link = rows.getByRole('link', { name: 'amq.topic' }).last();
  await link.scrollIntoViewIfNeeded();
  const before = await scrolled();
  expect(before).toBeGreaterThan(40);
  await link.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/amq\.topic/);
  await page.route(/\/fn\/list\?/, async route => {
    await new Promise(resolve => setTimeout(resolve, 700));
    await route.continue();
  });
  await page.goBack();
  await expect.poll(async () => Math.abs((await scrolled()) - before)).toBeLessThanOrEqual(2);
});

test('the layout does not shift when the age changes', async ({ signedIn: page }) => {
  await page.goto(`${DEMO}?refresh=30s`);
  await new Overview(page).alive();
  for (const width of [1440, 1366, 1280, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    // In one go: no poll writes in between.
    const tops = await page.evaluate(() => {
      const words = document.querySelector('.age .needs-script')!;
      const top = (text: string) => {
        words.textContent = text;
        return document.querySelector('.tiles')!.getBoundingClientRect().top;
      };
      return ['< 10 s ago', '10 s ago', '1 min ago', '59 min ago'].map(top);
    });
    expect(new Set(tops).size, `${width} px wide: ${tops}`).toBe(1);
  }
});

test('a failed page loads by itself after recovery', async ({ signedIn: page, complaints }) => {
  complaints.expect(answered(503));
  await page.goto(DEMO);
  await new Overview(page).alive();
  await page.route(/\/fn\/list\?/, route => route.fulfill({ status: 503, contentType: 'text/html', body: '' }));
  await section(page, 'Queues').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something went wrong');
  const [first, second] = await page.locator('.notice-page .button').evaluateAll(buttons =>
    buttons.map(button => button.getBoundingClientRect().toJSON()),
  );
  expect(second.left - first.right, 'between its buttons').toBeGreaterThanOrEqual(8);
  // The page itself is served, and nobody presses anything.
  await expect(page.getByRole('table')).toBeVisible({ timeout: 20_000 });
});
