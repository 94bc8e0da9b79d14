// Ranges that reach further than the history, or past it, say only what is known.

import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test as base } from '../support/test.ts';
import type { Warren } from '../support/warren.ts';

interface Fixtures {
  /** A dashboard that has just started, so that its history is short, with the administrator signed in. */
  started: Warren;
}

const test = base.extend<Fixtures>({
  started: async ({ context, broker, startWarren }, use) => {
    const warren = await startWarren({ brokers: [`demo=${broker.urlWithAccount}`] });
    await context.addCookies([await session(warren.url, broker.administrator)]);
    await use(warren);
  },
});

const PAST = `${DEMO}?from=20200101T120000Z&to=20200101T130000Z`;

test('tiles state the time of their change, not the requested range', async ({ page, started }) => {
  for (const range of ['1y', '1h']) {
    await page.goto(`${started.url}${DEMO}?range=${range}`);
    await new Overview(page).alive();
    // The history of totals begins with the dashboard, a minute or a few ago.
    for (const change of await page.locator('.tile-change').all()) {
      await expect(change, range).toHaveText(/^(unchanged|[+−][\d,]+) in \d+ (s|min)$/);
    }
  }
});

test('sparklines show the range: short history at its end, none before', async ({ page, started }) => {
  const lines = page.locator('.tile .sparkline path.line:not(.area)');
  await page.goto(`${started.url}${DEMO}?range=1h`);
  await new Overview(page).alive();
  const begin = async () => {
    const d = (await lines.first().getAttribute('d')) ?? '';
    return Number(d.match(/^M(\d+)/)?.[1]);
  };
  const width = 2400;
  // The dashboard has run for a minute or a few.
  await expect.poll(begin).toBeGreaterThan(width / 2);
  await page.goto(started.url + PAST);
  await expect(page.locator('.no-data')).toBeVisible();
  const drawn = () => lines.evaluateAll(all => all.map(line => line.getAttribute('d') ?? '').filter(d => d !== ''));
  await expect.poll(drawn).toEqual([]);
});

for (const range of ['6h', '30d', '1y']) {
  test(`the last ${range} ends now`, async ({ signedIn: page }) => {
    await page.goto(`${DEMO}?range=${range}`);
    await new Overview(page).alive();
    const shown = page.locator('.span-bar .shown');
    await expect(shown).not.toContainText('UTC');
    // A poll that comes late moves the end late.
    await expect(async () => {
      const text = await shown.innerText();
      const [, hours, minutes] = text.match(/(\d\d):(\d\d)(?::\d\d)?$/)!;
      // The pages of tests are in Asia/Shanghai.
      const now = new Date(Date.now() + 8 * 3_600_000);
      const apart = now.getUTCHours() * 60 + now.getUTCMinutes() - (Number(hours) * 60 + Number(minutes));
      expect((apart + 1440) % 1440, text).toBeLessThanOrEqual(2);
    }).toPass({ timeout: 60_000 });
  });
}

test('a range without data says so and names the first data', async ({ signedIn: page }) => {
  await page.goto(PAST);
  const message = page.locator('.no-data');
  await expect(message).toContainText('No data in this range');
  await expect(message).toContainText(/The first data is from .*\d\d:\d\d:\d\d\./, { timeout: 30_000 });
  await expect(page.locator('.plot .empty:visible').first()).toHaveText('No data in this range');
  await page.getByRole('link', { name: 'Back to now' }).click();
  await expect(message).toHaveCount(0);
});
