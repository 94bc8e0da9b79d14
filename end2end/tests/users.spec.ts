// The accounts of a broker and their tags.

import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/axe.ts';
import { answered } from '../support/console.ts';
import { session } from '../support/sign-in.ts';
import { expect, test } from '../support/test.ts';

const names = (page: Page) => page.locator('tbody').getByRole('rowheader').allInnerTexts();

test('the accounts are the broker’s own, by name', async ({ signedIn: page, broker }) => {
  await broker.addUser({ name: 'Zora', password: 'p' }, ['monitoring', 'management'], '/');
  await broker.addUser({ name: 'anna', password: 'p' }, [], '/');
  await page.goto('/users');
  await expect(page).toHaveTitle('Users · Warren');
  const told: { name: string; tags: string[] | string }[] = await broker.get('/api/users');
  const sorted = told.map(({ name }) => name).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  expect(await names(page)).toEqual(sorted);
  const row = page.getByRole('row').filter({ hasText: 'Zora' });
  await expect(row.locator('.tag')).toHaveText(['monitoring', 'management']);
});

test('a form filters, heads sort, and the address holds both', async ({ signedIn: page, broker }) => {
  await broker.addUser({ name: 'mona', password: 'p' }, ['monitoring'], '/');
  await broker.addUser({ name: 'plain', password: 'p' }, [], '/');
  await page.goto('/users');
  await page.getByRole('link', { name: 'Tags' }).click();
  await expect(page).toHaveURL('/users?sort=tags');
  await expect(page.getByRole('columnheader', { name: 'Tags' })).toHaveAttribute('aria-sort', 'ascending');
  expect((await names(page))[0]).toBe(broker.administrator.name);
  await page.getByLabel('Name or tag').fill('MONITOR');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL('/users?sort=tags&text=MONITOR');
  await expect.poll(() => names(page)).toContain('mona');
  expect(await names(page)).not.toContain('plain');
  await page.reload();
  await expect(page.getByLabel('Name or tag')).toHaveValue('MONITOR');
});

test('who may not see them is told why', async ({ page, context, warren, broker }) => {
  const account = await broker.addUser({ name: 'narrow', password: 'p' }, ['management'], '/');
  await context.addCookies([await session(warren.url, account)]);
  await page.goto('/users');
  await expect(page.getByText('that takes the tag monitoring or administrator')).toBeVisible();
  await expect(page.getByRole('table')).toHaveCount(0);
  await expectAccessible(page);
});

test('an unknown broker is a 404', async ({ signedIn: page, complaints }) => {
  complaints.expect(answered(404));
  const answer = await page.goto('/users?broker=none');
  expect(answer?.status()).toBe(404);
  await expect(page.getByText('There is no broker “none”')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the form filters all the same', async ({ signedIn: page, broker }) => {
    await page.goto('/users');
    await page.getByLabel('Name or tag').fill(broker.administrator.name);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(`/users?text=${broker.administrator.name}`);
    expect(await names(page)).toEqual([broker.administrator.name]);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('nothing that axe finds', async ({ signedIn: page }) => {
      await page.goto('/users?sort=tags');
      await expect(page.getByRole('table')).toBeVisible();
      await expectAccessible(page);
    });
  });
}
