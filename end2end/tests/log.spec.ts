// The system log: what Warren saw, newest first, by filters that stand in the address.

import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/axe.ts';
import { answered } from '../support/console.ts';
import { Overview } from '../support/overview.ts';
import { fillIn, session } from '../support/sign-in.ts';
import { expect, test } from '../support/test.ts';

const lines = (page: Page) => page.locator('.log li');
/** Waits until scripts have taken the page over: the server knows no zone but UTC. */
const alive = (page: Page) => expect(lines(page).first()).not.toContainText('UTC');

test('entries are listed newest first in the viewer’s time', async ({ signedIn: page }) => {
  await page.goto('/log');
  await expect(page).toHaveTitle('System log · Warren');
  await alive(page);
  const times = await lines(page).locator('time').evaluateAll(all => all.map(time => time.getAttribute('datetime')!));
  expect(times.length).toBeGreaterThan(0);
  expect(times).toEqual([...times].sort().reverse());
  await expect(lines(page).first().locator('time')).toHaveText(/^\d+ \w+ \d{4} \d\d:\d\d:\d\d$/);
});

test('the form filters without a page load, and the URL has it', async ({ signedIn: page }) => {
  await page.goto('/log?refresh=30s');
  await alive(page);
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await page.getByLabel('Source').selectOption('identity');
  await page.getByLabel('Text').fill('token');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL('/log?refresh=30s&source=identity&text=token');
  // The lines of the address before stand until the answer is there.
  await expect(lines(page).filter({ hasNotText: /token/i })).toHaveCount(0);
  for (const source of await lines(page).locator('.source').all()) await expect(source).toHaveText('identity');
  expect(await page.evaluate(() => 'marked' in window)).toBe(true);
  await page.reload();
  await expect(page.getByLabel('Source')).toHaveValue('identity');
  await expect(page.getByLabel('Text')).toHaveValue('token');
  await page.goBack();
  await expect(page).toHaveURL('/log?refresh=30s');
  await expect(page.getByLabel('Text')).toHaveValue('');
});

test('an entry’s source is a filter link', async ({ signedIn: page }) => {
  // Without polls: a new entry would be the first one.
  await page.goto('/log?refresh=off');
  await alive(page);
  const source = lines(page).first().locator('.source');
  const name = await source.innerText();
  await source.click();
  await expect(page).toHaveURL(`/log?refresh=off&source=${encodeURIComponent(name)}`);
});

test('a filter without matches says so, and an unknown level is named', async ({ signedIn: page }) => {
  await page.goto('/log?text=no%20line%20holds%20this%20100%25');
  await expect(page.getByText('No matching entries.')).toBeVisible();
  await expect(page.getByLabel('Text')).toHaveValue('no line holds this 100%');
  await page.goto('/log?level=loud');
  await expect(page.locator('.notices')).toContainText('level “loud”; showing all. Accepted: info, warning, error');
});

test('new entries appear by themselves, and older ones are on further pages', async ({ page, context, broker, startWarren }) => {
  test.slow();
  // A log of its own: the newcomer is in no line of it yet, and the few lines of sign-ins that a minute
  // may have are all left.
  const warren = await startWarren({ brokers: [`demo=${broker.urlWithAccount}`] });
  const newcomer = await broker.addUser({ name: 'newcomer', password: 'pw' }, ['administrator'], '/');
  await context.addCookies([await session(warren.url, broker.administrator)]);
  await page.goto(`${warren.url}/log?source=identity`);
  await alive(page);
  await expect(page.locator('.log')).not.toContainText(newcomer.name);
  for (const password of ['a', 'b', 'c']) {
    const form = { user: 'nobody', password };
    await page.request.post(`${warren.url}/fn/sign_in`, { form, headers: { origin: warren.url }, maxRedirects: 0 });
  }
  for (let sign = 0; sign < 24; sign += 1) await session(warren.url, newcomer);
  await expect(lines(page).first()).toContainText(newcomer.name, { timeout: 30_000 });
  await expect(lines(page)).toHaveCount(20);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(`${warren.url}/log?source=identity&page=2`);
  await expect(page.getByText('Page 2')).toBeVisible();
  await page.getByRole('link', { name: 'Newer' }).click();
  await expect(page).toHaveURL(`${warren.url}/log?source=identity`);
});

test('failed polls keep the entries and are reported', async ({ signedIn: page, complaints }) => {
  complaints.expect(answered(503));
  // Without polls but the one that fails: another could bring entries first.
  await page.goto('/log?refresh=off');
  await alive(page);
  const count = await lines(page).count();
  await page.route(/\/fn\/log/, route => route.fulfill({ status: 503, body: '' }));
  await page.keyboard.press('r');
  await expect(page.locator('.notices')).toContainText('Updates fail');
  expect(await lines(page).count()).toBe(count);
});

test('a broker failure is an entry and a mark on its charts', async ({ page, context, victim, startWarren }) => {
  test.slow();
  const warren = await startWarren({ brokers: [`shaken=${victim.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, victim.administrator)]);
  await victim.kill();
  await page.goto(`${warren.url}/log?source=shaken&level=error`);
  await expect(lines(page).first()).toContainText('■ error', { timeout: 60_000 });
  await victim.restart();
  const overview = new Overview(page);
  const mark = overview.chart('objects').locator('.mark.bad');
  await page.goto(`${warren.url}/brokers/shaken`);
  await overview.alive();
  await expect(mark).toHaveAttribute('d', /^M/);
  // Without polls: each moves the mark.
  await page.goto(`${warren.url}/brokers/shaken?refresh=off`);
  await overview.alive();
  const box = await overview.chart('objects').locator('.plot-area').getAttribute('viewBox');
  const [width, height] = box!.split(' ').slice(2);
  await expect(mark).toHaveAttribute('d', new RegExp(`^M\\d+ 0V${height}`));
  // Its words stand where the crosshair is, and in the table.
  const [x] = (await mark.getAttribute('d'))!.match(/\d+/)!;
  const plot = await overview.plot('objects');
  await page.mouse.move(plot.x + (plot.width * Number(x)) / Number(width), plot.y + 20);
  await expect(overview.chart('objects').locator('.event-note')).toBeVisible();
  await overview.chart('objects').locator('summary').click();
  await expect(overview.chart('objects').locator('.events li').first()).toContainText('■ error');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the form filters', async ({ signedIn: page }) => {
    await page.goto('/log');
    await expect(lines(page).first()).toContainText('UTC');
    await page.getByLabel('Level').selectOption('error');
    await page.getByLabel('Text').fill('nothing has this');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/\/log\?.*level=error&text=nothing\+has\+this$/);
    await expect(page.getByLabel('Level')).toHaveValue('error');
    await expect(page.getByText('No matching entries.')).toBeVisible();
  });
});

test('sign-in returns to the filter', async ({ page, broker }) => {
  await page.goto('/log?level=error');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL('/log?level=error');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds no fault', async ({ signedIn: page }) => {
      await page.goto('/log');
      await alive(page);
      await expectAccessible(page);
    });
  });
}
