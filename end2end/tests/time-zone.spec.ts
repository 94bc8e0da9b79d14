// Times in the viewer's zone, or in UTC by choice.

import { queue } from '../support/declared.ts';
import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

const SPAN = `${DEMO}?from=20261101T120000Z&to=20261101T130000Z`;

test('the UTC switch is remembered', async ({ signedIn: page, context }) => {
  await page.goto(SPAN);
  const shown = page.locator('.span-bar .shown');
  const button = page.getByRole('button', { name: 'Times in UTC' });
  await expect(shown).toHaveText('1 Nov 2026 20:00 – 21:00');
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await button.click();
  await expect(shown).toHaveText('1 Nov 2026 12:00 – 13:00 UTC');
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  const kept = async () => (await context.cookies()).find(({ name }) => name === 'warren_zone');
  await expect.poll(kept).toMatchObject({ value: 'utc', sameSite: 'Lax', path: '/' });

  await page.reload();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect(shown).toHaveText('1 Nov 2026 12:00 – 13:00 UTC');
  await page.goto('/brokers');
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('table')).toContainText('UTC');
  await button.click();
  await expect(page.getByRole('table')).not.toContainText('UTC');
});

test('chart axes and values follow the UTC switch', async ({ overview }) => {
  const { page } = overview;
  const slider = overview.slider('objects');
  await slider.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d/);
  const local = (await slider.getAttribute('aria-valuetext'))!.slice(0, 8);
  await page.getByRole('button', { name: 'Times in UTC' }).click();
  // Shanghai is eight hours ahead.
  const hour = (Number(local.slice(0, 2)) + 16) % 24;
  const utc = String(hour).padStart(2, '0') + local.slice(2);
  await expect(slider).toHaveAttribute('aria-valuetext', new RegExp(`^${utc}`));
});

test('times in lists follow the UTC switch', async ({ signedIn: page, broker }) => {
  await queue(broker, 'idle.zone');
  await page.goto(`${DEMO}/queues?name=idle.zone&columns=name,idle_since`);
  const cell = page.locator('.rows tbody td').first();
  await expect(cell).toHaveText(/\d\d:\d\d/);
  const hour = async () => Number((await cell.innerText()).match(/(\d\d):\d\d/)![1]);
  const local = await hour();
  await page.getByRole('button', { name: 'Times in UTC' }).click();
  // Shanghai is eight hours ahead.
  await expect.poll(hour).toBe((local + 16) % 24);
});

test.describe('at the start of summer time', () => {
  test.use({ timezoneId: 'Europe/Berlin' });

  test('hours follow the viewer’s clock', async ({ signedIn: page }) => {
    await page.goto(`${DEMO}?from=20260328T230000Z&to=20260329T110000Z`);
    const overview = new Overview(page);
    await expect(page.locator('.span-bar .shown')).toHaveText('29 Mar 2026 00:00 – 13:00');
    // Labels that this window does not need are there and empty.
    const labels = overview.chart('objects').locator('.x-axis text').filter({ hasText: /./ });
    await expect(labels).toHaveText(['04:00', '06:00', '08:00', '10:00', '12:00']);
  });
});
