// Everything works by keyboard alone, and one sees where one is.

import type { Locator, Page } from '@playwright/test';

import { answered } from '../support/console.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** Every press of Tab is a step of its own. */
test.slow();

/** Tabs on until something is focused. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let press = 0; press < 80; press += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate(element => element === document.activeElement)) return;
  }
  throw new Error(`80 presses of Tab do not lead to ${target}`);
}

test('signing in', async ({ page, broker }) => {
  const { name, password } = broker.administrator;
  await page.goto('/sign-in');
  await expect(page.getByLabel('User name'), 'the form is ready to be typed into').toBeFocused();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(DEMO);
});

test('the first Tab offers to skip to the content', async ({ overview }) => {
  const { page } = overview;
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await tabTo(page, skip);
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
  // From there on Tab goes into the page, not back into the navigation.
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement!.closest('main') !== null)).toBe(true);
});

test('choosing a range', async ({ overview }) => {
  const { page } = overview;
  await tabTo(page, page.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${DEMO}?range=1h`);
});

test('reading a chart', async ({ overview }) => {
  const { page } = overview;
  const slider = overview.slider('queued-messages');
  await tabTo(page, slider);
  await page.keyboard.press('ArrowLeft');
  await expect(overview.crosshair('queued-messages')).toHaveCount(1);
  await expect(slider).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d, Total/);
  await page.keyboard.press('Escape');
  await expect(overview.crosshair('queued-messages')).toHaveCount(0);
  await tabTo(page, overview.chart('queued-messages').locator('summary'));
  await page.keyboard.press('Enter');
  await expect(overview.chart('queued-messages').getByRole('table')).toBeVisible();
});

test('switching a line off', async ({ overview }) => {
  const { page } = overview;
  const entry = overview.chart('queued-messages').locator('.legend').getByRole('button', { name: 'Ready' });
  await tabTo(page, entry);
  await page.keyboard.press('Space');
  await expect(entry).toHaveAttribute('aria-pressed', 'false');
});

test('choosing a theme', async ({ overview }) => {
  const { page } = overview;
  await tabTo(page, page.getByRole('button', { name: /^Theme/ }));
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('signing out', async ({ overview, complaints }) => {
  const { page } = overview;
  // A poll may come between the end of the session and the form.
  complaints.expect(answered(401));
  await tabTo(page, page.getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/sign-in$/);
});

test('focused elements have an outline', async ({ overview }) => {
  const { page } = overview;
  const bare: string[] = [];
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const isBare = outlineStyle === 'none' || outlineWidth === '0px';
      return isBare ? element.outerHTML.slice(0, 120) : null;
    });
    if (found) bare.push(found);
  }
  expect(bare).toEqual([]);
});
