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

test('the search opens other pages by keyboard, repeatedly', async ({ overview }) => {
  const { page } = overview;
  for (let round = 0; round < 3; round += 1) {
    await page.keyboard.press('Control+k');
    await expect(page.locator('dialog[open] [role="option"]').nth(5)).toBeVisible();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.locator('dialog[open]')).toHaveCount(0);
    await expect(page).not.toHaveURL(new RegExp(`${DEMO}$`));
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
