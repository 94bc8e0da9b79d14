// Theme, motion and width are the viewer's.

import type { Locator, Page } from '@playwright/test';

import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

const LIGHT = 'rgb(246, 247, 249)';
const DARK = 'rgb(15, 20, 26)';
const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
/** Expects a colour behind the page, once the browser has applied what was changed. */
const expectBackground = (page: Page, colour: string) => expect.poll(() => background(page)).toBe(colour);

test('the theme follows the system until one is chosen', async ({ signedIn: page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(DEMO);
  await expectBackground(page, DARK);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectBackground(page, LIGHT);
});

test('the server sends the page with the chosen theme', async ({ overview, context }) => {
  const { page } = overview;
  await page.emulateMedia({ colorScheme: 'light' });
  const button = page.getByRole('button', { name: /^Theme/ });
  await expect(button).toHaveAccessibleName('Theme: system');
  await button.click();
  await expect(button).toHaveAccessibleName('Theme: light');
  await button.click();
  await expect(button).toHaveAccessibleName('Theme: dark');
  await expectBackground(page, DARK);

  const kept = async () => (await context.cookies()).find(({ name }) => name === 'warren_theme');
  await expect.poll(kept).toMatchObject({ value: 'dark', sameSite: 'Lax', path: '/' });
  // Not a moment of light: it stands in the HTML.
  const html = await (await page.request.get(DEMO)).text();
  expect(html).toMatch(/<html[^>]* data-theme="dark"/);
  await page.reload();
  await expect(button).toHaveAccessibleName('Theme: dark');
  await expectBackground(page, DARK);
  // And for the form, too.
  await page.goto('/sign-in');
  await expectBackground(page, DARK);
});

test('reduced motion is respected', async ({ overview }) => {
  const moving = () => [...document.querySelectorAll('*')].filter(element => {
    const { transitionDuration, animationName } = getComputedStyle(element);
    return animationName !== 'none' || transitionDuration.split(', ').some(duration => duration !== '0s');
  }).length;
  await overview.page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await overview.page.evaluate(moving)).toBe(0);
  await overview.page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await overview.page.evaluate(moving), 'the test would notice').toBeGreaterThan(0);
});

for (const width of [360, 768, 1280, 2560]) {
  test(`nothing is wider than ${width} pixels`, async ({ signedIn: page }) => {
    await page.setViewportSize({ width, height: 800 });
    const overflow = () => document.documentElement.scrollWidth - window.innerWidth;
    await page.goto(DEMO);
    const overview = new Overview(page);
    await overview.alive();
    expect(await page.evaluate(overflow), 'overview').toBeLessThanOrEqual(0);
    for (const summary of await page.locator('.chart-table summary').all()) await summary.click();
    expect(await page.evaluate(overflow), 'with every table open').toBeLessThanOrEqual(0);
    for (const path of ['/brokers', '/meters', '/log', '/users', '/sign-in']) {
      await page.goto(path);
      expect(await page.evaluate(overflow), path).toBeLessThanOrEqual(0);
    }
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });

  test('a finger moves the crosshair', async ({ overview }) => {
    const slider = overview.slider('queued-messages');
    const { width, height } = (await slider.boundingBox())!;
    // Relative to the plot: where that is on the page changes with what stands above.
    await slider.tap({ position: { x: width * 0.98, y: height / 2 } });
    await expect(slider).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d/);
  });

  test('every control is visible and large enough to tap', async ({ overview }) => {
    const { page } = overview;
    const canBeHit = async (target: Locator) => {
      await target.click({ trial: true });
      const box = (await target.boundingBox())!;
      // Success criterion 2.5.8 of WCAG 2.2.
      expect(Math.min(box.width, box.height), String(target)).toBeGreaterThanOrEqual(24);
    };
    const menu = page.getByRole('button', { name: 'Navigation' });
    for (const target of [
      menu,
      page.getByRole('button', { name: 'Search' }),
      page.getByRole('button', { name: 'Refresh now (R)' }),
      page.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }),
    ]) await canBeHit(target);
    await menu.click();
    for (const target of [
      page.getByRole('button', { name: 'Sign out' }),
      page.getByRole('button', { name: /^Theme/ }),
      page.getByRole('button', { name: '切换为简体中文' }),
      page.getByRole('navigation').getByRole('link', { name: 'System log' }),
    ]) await canBeHit(target);
  });
});
