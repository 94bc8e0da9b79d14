// Search everywhere, and the keys that lead about.

import { expectAccessible } from '../support/axe.ts';
import { OwnedClock } from '../support/clock.ts';
import { hydrated } from '../support/hydration.ts';
import { DEMO, expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

const USERS = `${DEMO}/users`;

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Search' });
const field = (page: Page) => dialog(page).getByRole('combobox');

/** Opens the search, once scripts have taken the page over. */
async function open(page: Page, keys = 'Control+k'): Promise<void> {
  await hydrated(page);
  await page.keyboard.press(keys);
  await expect(field(page)).toBeFocused();
}

/** Presses one key after the other, in no time: the second has to follow soon. */
async function pressAtOnce(clock: OwnedClock, ...keys: string[]): Promise<void> {
  await clock.stop();
  for (const key of keys) await clock.page.keyboard.press(key);
  await clock.resume();
}

test('a few letters and Enter open a page', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await open(page);
  await expect(dialog(page).getByRole('option')).not.toHaveCount(0);
  await field(page).fill('syst');
  const option = dialog(page).getByRole('option', { name: 'System log' });
  await expect(option).toHaveAttribute('aria-selected', 'true');
  await expect(dialog(page).getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/log');
  await expect(dialog(page)).toHaveCount(0);
});

test('arrow keys select, Escape closes and restores the focus', async ({ signedIn: page }) => {
  await page.goto('/log');
  const button = page.getByRole('button', { name: 'Search' });
  await button.focus();
  await open(page, 'Enter');
  const options = dialog(page).getByRole('option');
  await expect(options.nth(1)).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', (await options.nth(1).getAttribute('id'))!);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(options.last()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(page).toHaveURL('/log');
});

test('a search without matches says so, and a click opens a result', async ({ signedIn: page }) => {
  await page.goto('/log');
  await open(page);
  await field(page).fill('no such thing');
  await expect(dialog(page).getByText('No matches.')).toBeVisible();
  await field(page).fill('meters');
  await dialog(page).getByRole('option', { name: 'Meters' }).click();
  await expect(page).toHaveURL(/\/meters/);
});

test('a selection and what was typed stay while an unfinished search finds more', async ({ signedIn: page }) => {
  const hit = (name: string, href: string) => ({ kind: 'Queue', name, place: 'demo', href });
  const hits = [hit('second', '/log'), hit('third', '/meters')];
  let isFinished = false;
  await page.route(/\/fn\/search\?/, route => {
    const isAsked = new URL(route.request().url()).searchParams.get('q') === 'queue';
    const found = isFinished ? [hit('first', '/brokers'), ...hits] : hits;
    return route.fulfill({ json: { hits: isAsked ? found : [], unfinished: isAsked && !isFinished } });
  });
  await page.goto('/log');
  await open(page);
  await field(page).fill('queue');
  const options = dialog(page).getByRole('option');
  await expect(options).toHaveCount(2);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+k');
  await expect(field(page)).toHaveValue('queue');
  isFinished = true;
  await expect(options).toHaveCount(3);
  await expect(options.filter({ hasText: 'third' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/meters/);
});

test('Enter opens a result of what was typed, however late it comes', async ({ signedIn: page }) => {
  await page.goto('/log');
  await open(page);
  // The results of the empty field are there: none of them may open.
  await expect(dialog(page).getByRole('option')).not.toHaveCount(0);
  let release: () => void = () => {};
  const released = new Promise<void>(resolve => { release = resolve; });
  await page.route(/\/fn\/search\?.*q=meters/, async route => {
    await released;
    await route.continue();
  });
  const asked = page.waitForRequest(/\/fn\/search\?.*q=meters/);
  await field(page).fill('meters');
  await page.keyboard.press('Enter');
  await asked;
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/log');
  release();
  await expect(page).toHaveURL(/\/meters/);
  await expect(dialog(page)).toHaveCount(0);
});

test('fast typing sends one request, and an older answer is ignored', async ({ signedIn: page }) => {
  // The page's clock is the test's: however slow the machine, no time passes between two letters.
  const clock = await OwnedClock.install(page);
  await page.goto('/log');
  await open(page);
  await expect(dialog(page).getByRole('option')).not.toHaveCount(0);
  await clock.stop();
  const asked: string[] = [];
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.pathname === '/fn/search') asked.push(url.searchParams.get('q') ?? '');
  });
  await field(page).pressSequentially('meter');
  await clock.run(500);
  await expect(dialog(page).getByRole('option')).toHaveCount(1);
  expect(asked).toEqual(['meter']);
});

test('the shortcut sheet lists the keys, and g with a letter opens a page', async ({ signedIn: page }) => {
  const clock = await OwnedClock.install(page);
  await page.goto('/log');
  await open(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard' });
  await expect(sheet.getByRole('row', { name: /Go to System log/ })).toContainText('l');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await pressAtOnce(clock, 'g', 'o');
  await expect(page).toHaveURL(DEMO);
});

test('a slash focuses the filter, where shortcuts are off', async ({ signedIn: page }) => {
  await page.goto(USERS);
  await open(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await page.keyboard.press('/');
  const filter = page.getByRole('searchbox', { name: 'Filter by name' });
  await expect(filter).toBeFocused();
  await page.keyboard.type('gl?');
  await expect(filter).toHaveValue('gl?');
  await expect(page).toHaveURL(`${USERS}?name=gl%3F`);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Escape moves from the filter to the rows and keeps the filter', async ({ signedIn: page }) => {
  const clock = await OwnedClock.install(page);
  await page.goto(USERS);
  const filter = page.getByRole('searchbox', { name: 'Filter by name' });
  await open(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await filter.fill('gu');
  await expect(page).toHaveURL(`${USERS}?name=gu`);
  await filter.press('Escape');
  await expect(page.locator('.rows')).toBeFocused();
  await expect(filter).toHaveValue('gu');
  // Keys mean the page again.
  await pressAtOnce(clock, 'g', 'o');
  await expect(page).toHaveURL(DEMO);
});

test('an empty search offers the main lists', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await open(page);
  const options = dialog(page).getByRole('option');
  for (const name of ['Queues and streams', 'Connections', 'Nodes']) {
    await expect(options.filter({ hasText: name })).not.toHaveCount(0);
  }
});

test('without scripting the search is not offered', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await expect(page.getByRole('button', { name: 'Search' })).toHaveCount(0);
  await context.close();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 } });

  test('the navigation opens from its button and closes after a selection', async ({ signedIn: page }) => {
    await page.goto('/log');
    const navigation = page.getByRole('navigation', { name: 'Navigation' });
    await expect(navigation).toBeHidden();
    await page.getByRole('button', { name: 'Navigation' }).click();
    await expectAccessible(page);
    await navigation.getByRole('link', { name: 'Meters' }).click();
    await expect(page).toHaveURL(/\/meters/);
    await expect(navigation).toBeHidden();
  });

  test('the search fits, and all its controls have names', async ({ signedIn: page }) => {
    await page.goto('/log');
    await open(page);
    await expect(dialog(page).getByRole('option').first()).toBeVisible();
    const box = (await dialog(page).boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(360);
    await expectAccessible(page);
  });
});
