// The overview leads to what it shows.

import { Overview, TILES } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('every tile links to its list', async ({ overview }) => {
  const { page } = overview;
  for (const [label, list] of Object.entries(TILES)) {
    const tile = page.locator('.tile').filter({ hasText: label });
    await expect(tile, label).toHaveAttribute('href', `${DEMO}/${list}`);
  }
  await page.locator('.tile').filter({ hasText: 'Queues' }).click();
  await expect(page).toHaveURL(`${DEMO}/queues`);
  await expect(page.getByRole('table')).toBeVisible();
});

test('a node links to its page', async ({ overview, broker }) => {
  const { page } = overview;
  const [{ name }] = await broker.get('/api/nodes');
  await page.locator('#nodes').getByRole('link', { name }).click();
  await expect(page).toHaveURL(`${DEMO}/nodes/${encodeURIComponent(name)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
});

test('a chart series links to its list, sorted by the largest', async ({ overview }) => {
  const { page } = overview;
  await overview.chart('queued-messages').getByRole('link', { name: 'Queues: Ready' }).click();
  await expect(page).toHaveURL(`${DEMO}/queues?sort=messages_ready&sort_reverse=true`);
  await expect(page.locator('th[aria-sort="descending"]')).toHaveText('Ready');
  await page.goBack();
  await expect(page).toHaveURL(DEMO);
  await new Overview(page).alive();
  await expect(overview.chart('objects').getByRole('link', { name: 'Connections: Connections' })).toHaveAttribute('href', `${DEMO}/connections`);
});
