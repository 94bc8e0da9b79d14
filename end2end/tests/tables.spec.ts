// Tables fit the windows that viewers have.

import { page as pageOf } from '../support/declared.ts';
import { tableFaults } from '../support/tables.ts';
import { DEMO, expect, test } from '../support/test.ts';

// As the server sends them: scripts draw the same tables.
test.use({ javaScriptEnabled: false });

const LISTS = [
  'connections', 'channels', 'exchanges', 'bindings', 'queues', 'consumers', 'nodes', 'users', 'vhosts',
  'permissions', 'topic-permissions', 'policies', 'operator-policies', 'vhost-limits', 'user-limits',
  'feature-flags', 'shovels', 'federation-links', 'federation-upstreams', 'traces', 'trace-files',
  'stream-publishers', 'stream-consumers', 'super-streams',
];
const OTHERS = [
  DEMO, '/brokers', '/meters', '/sharing', `${DEMO}/health`, '/log', pageOf('queues', '/', 'orders.new'),
  pageOf('exchanges', '/', 'demo.events'), pageOf('vhosts', '/'),
];
/** A phone scrolls wide tables sideways; on a screen they fit. */
const WIDTHS = [[360, true], [1024, false], [1440, false]] as const;

for (const [language, locale] of [['English', 'en-GB'], ['Chinese', 'zh-CN']] as const) {
  test.describe(language, () => {
    test.use({ locale });

    for (const [kind, paths] of [['lists', LISTS.map(list => `${DEMO}/${list}`)], ['other pages', OTHERS]] as const) {
      test(`tables of ${kind} fit at each width, and no head breaks within a word`, async ({ signedIn: page }) => {
        test.slow();
        const faults: Record<string, string[]> = {};
        for (const path of paths) {
          await page.goto(path);
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
          for (const [width, mayScroll] of WIDTHS) {
            await page.setViewportSize({ width, height: 900 });
            // The table of a meter has a column for each group.
            const found = await tableFaults(page, mayScroll || path.startsWith('/meters'));
            if (found.length > 0) faults[`${path} at ${width} px`] = found;
          }
        }
        expect(faults).toEqual({});
      });
    }
  });
}

test('names of queues have 160 px beside the navigation of a screen of 1024 px', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1024, height: 900 });
  await page.goto(`${DEMO}/queues`);
  const names = page.locator('.rows tbody th');
  await expect(names.first()).toBeVisible();
  const widths = await names.evaluateAll(cells => cells.map(cell => cell.getBoundingClientRect().width));
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(160);
  const features = page.getByRole('columnheader', { name: 'Features' });
  await expect(features).toBeHidden();
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(features).toBeVisible();
});

test('the change on a tile is not cut off at any width', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await expect(page.locator('.tile').first()).toBeVisible();
  for (const width of [360, 1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.locator('.tile').evaluateAll(tiles => tiles.map(tile => {
      const change = tile.querySelector('.tile-change')!;
      tile.querySelector('.tile-value')!.textContent = '1,234';
      change.textContent = 'unchanged in 10 min';
      const text = document.createRange();
      text.selectNodeContents(change);
      return Math.ceil(text.getBoundingClientRect().right - tile.getBoundingClientRect().right);
    }));
    expect(Math.max(...beyond), `px beyond the tile at ${width} px`).toBeLessThanOrEqual(0);
  }
});
