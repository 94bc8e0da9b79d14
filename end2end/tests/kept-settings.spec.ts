// Range and refresh go along to other pages.

import { DEMO, expect, test } from '../support/test.ts';
import { polling } from '../support/hydration.ts';
import { List } from '../support/list.ts';
import { Overview } from '../support/overview.ts';
import type { Page } from '@playwright/test';

const chosen = (page: Page, group: 'Range' | 'Refresh') =>
  page.getByRole('group', { name: group }).locator('[aria-current="true"]');
// By its own text: the link to the health page says too what is wrong, such as that a busy broker's statistics wait.
const section = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Navigation' }).getByRole('link')
    .filter({ has: page.locator('.name').filter({ hasText: new RegExp(`^${name}$`) }) });

test('links and shortcuts keep the range of the overview', async ({ signedIn: page }) => {
  await page.goto(`${DEMO}?range=1h`);
  await new Overview(page).alive();
  await section(page, 'Queues').click();
  await expect(page).toHaveURL(`${DEMO}/queues?range=1h`);
  // Alone: queues that clients declare for themselves come and go above it, and it would move under the pointer.
  const list = new List(page);
  await list.filter.fill('orders.new');
  await expect.poll(() => list.names()).toEqual(['orders.new']);
  await page.locator('.rows').getByRole('link', { name: 'orders.new', exact: true }).click();
  await expect(page).toHaveURL(/\/queues\/[^/]+\/orders\.new\?range=1h$/);
  await expect(chosen(page, 'Range')).toHaveText('1h');
  await page.reload();
  await expect(chosen(page, 'Range')).toHaveText('1h');
  await polling(page);
  // A later choice counts, also for links that were followed before.
  await page.getByRole('group', { name: 'Range' }).getByRole('link', { name: '10m' }).click();
  await expect(chosen(page, 'Range')).toHaveText('10m');
  // Sent together: the second has to follow soon.
  await Promise.all([page.keyboard.press('g'), page.keyboard.press('q')]);
  await expect(page).toHaveURL(`${DEMO}/queues`);
  // The way back leads to what was chosen there.
  await page.goBack();
  await page.goBack();
  await expect(chosen(page, 'Range')).toHaveText('1h');
});

test('paused updates stay paused on other pages', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await new Overview(page).alive();
  await page.getByRole('group', { name: 'Refresh' }).getByRole('link', { name: 'Pause' }).click();
  await expect(chosen(page, 'Refresh')).toHaveText('Pause');
  await section(page, 'Queues').click();
  await expect(chosen(page, 'Refresh')).toHaveText('Pause');
  await expect(page.locator('.notices')).toContainText('Updates are paused.');
  // A filter leaves it as it is.
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('a');
  await expect(page).toHaveURL(/name=a/);
  await expect(chosen(page, 'Refresh')).toHaveText('Pause');
  for (const name of ['System log', 'Brokers', 'Health']) {
    await section(page, name).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
    await expect(chosen(page, 'Refresh'), name).toHaveText('Pause');
  }
  await page.reload();
  await expect(chosen(page, 'Refresh')).toHaveText('Pause');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('navigation links keep the range', async ({ signedIn: page }) => {
    await page.goto(`${DEMO}?range=1h`);
    await section(page, 'Queues').click();
    await expect(page).toHaveURL(`${DEMO}/queues?range=1h`);
  });
});
