// While a page loads, when it cannot be shown, and on the way back to it.

import { OwnedClock } from '../support/clock.ts';
import { answered } from '../support/console.ts';
import { polling } from '../support/hydration.ts';
import { Overview, POLL } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';
import type { Page, Request } from '@playwright/test';

/** Some pages are opened several times. */
test.slow();

const section = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name, exact: true });

/** Holds the requests of some addresses. The function that it returns lets them through. */
async function hold(page: Page, address: RegExp, isMeant = (_: Request) => true): Promise<() => void> {
  let letThrough = () => {};
  const held = new Promise<void>(resolve => { letThrough = resolve; });
  await page.route(address, async route => {
    if (isMeant(route.request())) await held;
    await route.fallback();
  });
  return letThrough;
}

/** Opens the overview without polls: what they bring makes the page longer or shorter. */
async function openAtRest(page: Page): Promise<void> {
  // Of a broker that has just started a page without polls would have no values.
  await page.goto(DEMO);
  await new Overview(page).alive();
  await page.goto(`${DEMO}?refresh=off`);
  await new Overview(page).alive();
}

/** Notes how far an element, or the page, is scrolled when the next link is clicked: the way back leads there. */
async function noteAtClick(page: Page, selector = 'html'): Promise<() => Promise<number>> {
  await page.evaluate(selector => {
    const note = () => Object.assign(window, { noted: document.querySelector(selector)!.scrollTop });
    addEventListener('click', note, { capture: true, once: true });
  }, selector);
  return () => page.evaluate(() => (window as any).noted);
}

test('a slow page shows its title at once and placeholders for its panels', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await new Overview(page).alive();
  const letThrough = await hold(page, /\/fn\/(list|detail)\?/);
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

for (const [name, heading] of [
  ['Brokers', 'Brokers'], ['Health', /Health/], ['Meters', 'Meters'], ['System log', 'System log'], ['Sharing', 'Sharing'],
] as const) {
  test(`a slow page shows placeholders: ${name}`, async ({ signedIn: page }) => {
    await page.goto(DEMO);
    await new Overview(page).alive();
    const letThrough = await hold(page, /\/fn\/(?!overview)/);
    await section(page, name).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    await expect(page.locator('.skeleton')).toBeVisible();
    letThrough();
    await expect(page.locator('.skeleton')).toHaveCount(0);
  });
}

test('opening another object replaces the page of the first', async ({ signedIn: page }) => {
  await page.goto(`${DEMO}/exchanges/%2F/amq.direct`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/amq\.direct/);
  await polling(page);
  const letThrough = await hold(page, /\/fn\/(list|detail)\?/);
  await page.locator('.way a').last().click();
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(/amq\.direct/);
  await expect(page.locator('.skeleton')).toBeVisible();
  letThrough();
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await expect(page).toHaveURL(`${DEMO}/vhosts/%2F`);
});

test('Back restores the scroll position', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await openAtRest(page);
  const scrolled = () => page.evaluate(() => scrollY);
  await page.evaluate(() => scrollTo({ top: 700, behavior: 'instant' }));
  const atClick = await noteAtClick(page);
  await section(page, 'Queues').click();
  await expect(page.getByRole('table')).toBeVisible();
  const before = await atClick();
  expect(before).toBeGreaterThan(600);
  await page.goBack();
  // A viewer who presses a key while the page loads scrolls; a script that sends one does not.
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true })));
  await expect.poll(async () => Math.abs((await scrolled()) - before)).toBeLessThanOrEqual(2);
  await new Overview(page).alive();
});

test('Back restores the scroll position of a slow page', async ({ signedIn: page }) => {
  const clock = await OwnedClock.install(page);
  await page.setViewportSize({ width: 1280, height: 500 });
  await openAtRest(page);
  const scrolled = () => page.evaluate(() => scrollY);
  await page.evaluate(() => scrollTo({ top: 700, behavior: 'instant' }));
  const atClick = await noteAtClick(page);
  await section(page, 'Queues').click();
  await expect(page.getByRole('table')).toBeVisible();
  const before = await atClick();
  expect(before).toBeGreaterThan(600);
  const letThrough = await hold(page, POLL);
  // By the page's clock the answer comes after five seconds, however long that takes here.
  await clock.stop();
  clock.held = POLL;
  await page.goBack();
  await clock.run(5_000);
  await expect(page.locator('.skeleton')).toBeVisible();
  letThrough();
  clock.held = undefined;
  await clock.runUntil(async () => Math.abs((await scrolled()) - before) <= 2, 'scrolled back');
});

test('Back restores the scroll position of a list with late rows', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1280, height: 460 });
  await page.goto(`${DEMO}/exchanges`);
  const rows = page.locator('.rows');
  await expect(rows.locator('tbody tr').nth(6)).toBeAttached();
  await polling(page);
  const scrolled = () => rows.evaluate(element => element.scrollTop);
  const link = rows.getByRole('link', { name: 'amq.topic' }).last();
  await link.scrollIntoViewIfNeeded();
  const atClick = await noteAtClick(page, '.rows');
  await link.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/amq\.topic/);
  const before = await atClick();
  expect(before).toBeGreaterThan(40);
  const letThrough = await hold(page, /\/fn\/list\?/);
  await page.goBack();
  await expect(page.locator('.skeleton')).toBeVisible();
  letThrough();
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
  // The page asks whether it can be shown, and then loads itself: not before this test has looked at it.
  const letThrough = await hold(page, /\/brokers\/demo\/queues/, request => request.method() === 'HEAD');
  await section(page, 'Queues').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something went wrong');
  const [first, second] = await page.locator('.notice-page .button').evaluateAll(buttons =>
    buttons.map(button => button.getBoundingClientRect().toJSON()),
  );
  expect(second.left - first.right, 'between its buttons').toBeGreaterThanOrEqual(8);
  letThrough();
  // The page itself is served, and nobody presses anything.
  await expect(page.getByRole('table')).toBeVisible({ timeout: 60_000 });
});
