// Going from page to page: what a page started must end with it, and it must not ask for anything more.

import type { Page } from '@playwright/test';

import { List } from '../support/list.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** What server functions were asked for, from now on. */
function calls(page: Page): string[] {
  const all: string[] = [];
  page.on('request', request => {
    const { pathname, search } = new URL(request.url());
    if (pathname.includes('/fn/')) all.push(`${pathname}${search}`);
  });
  return all;
}

test('the search opens a page that leads on to another by keyboard, repeatedly', async ({ overview }) => {
  const { page } = overview;
  const dialog = page.locator('dialog[open]');
  // Leads to the users of a broker.
  const users = dialog.locator('[role="option"][href^="/users"]');
  for (let round = 0; round < 3; round += 1) {
    await page.keyboard.press('Control+k');
    await dialog.getByRole('combobox').fill('users');
    await expect(users).toBeVisible();
    await expect(async () => {
      if ((await users.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown');
      await expect(users).toHaveAttribute('aria-selected', 'true', { timeout: 500 });
    }).toPass();
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(page).toHaveURL(new RegExp(`${DEMO}/users`));
    await expect(page.getByRole('table')).toBeVisible();
    await page.goBack();
    await expect(page).toHaveURL(new RegExp(`${DEMO}$`));
    await expect(page.locator('.tile-value').first()).toHaveText(/\d/);
  }
});

test('a left page sends no requests for the next one', async ({ signedIn, warren }) => {
  const list = new List(signedIn);
  await list.open(`${DEMO}/queues?sort=messages`);
  const asked = calls(signedIn);
  await list.row('orders.new').first().getByRole('link').first().click();
  await expect(signedIn.getByRole('slider').first()).toBeVisible();
  await signedIn.locator('.way a').first().click();
  await expect(list.head('Name')).toBeVisible();
  await signedIn.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
  await expect(signedIn.locator('.tile-value').first()).toHaveText(/\d/);
  await signedIn.goBack();
  await expect(list.head('Name')).toBeVisible();
  await signedIn.getByRole('navigation').getByRole('link', { name: 'Health' }).click();
  await expect(signedIn.getByRole('heading', { level: 1 })).toHaveText(/Health/);
  const answers = await Promise.all(asked.filter(call => call.includes('?')).map(async call => {
    const cookie = (await signedIn.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const { status } = await fetch(new URL(call, warren.url), { headers: { cookie } });
    return [call, status];
  }));
  expect(answers.filter(([, status]) => status !== 200), 'calls that no page makes').toEqual([]);
  expect(asked.filter(call => /kind=(&|$)|kind=health/.test(call))).toEqual([]);
});
