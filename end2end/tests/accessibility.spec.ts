// Every page, in light and dark, without a violation that axe finds.

import { expectAccessible } from '../support/axe.ts';
import { answered } from '../support/console.ts';
import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('sign-in, with a message', async ({ page }) => {
      await page.goto('/sign-in?error=credentials');
      await expect(page.getByRole('alert')).toBeVisible();
      await expectAccessible(page);
    });

    test('overview, with everything opened', async ({ overview }) => {
      const { page } = overview;
      // Without polls: one of them may leave no idle series, and the button for these then goes.
      await page.goto(`${DEMO}?range=5d&refresh=off`);
      await overview.alive();
      for (const summary of await page.locator('.chart-table summary').all()) await summary.click();
      // A button that was clicked has another name.
      const idle = page.getByRole('button', { name: /^\+\d+ idle$/ });
      while (await idle.count() > 0) await idle.first().click();
      await overview.slider('objects').press('End');
      await expectAccessible(page);
    });

    test('overview, as it opens', async ({ overview }) => {
      await expectAccessible(overview.page);
    });

    test('brokers', async ({ signedIn }) => {
      await signedIn.goto('/brokers');
      await expect(signedIn.getByRole('table')).toBeVisible();
      await expectAccessible(signedIn);
    });

    test('not found', async ({ signedIn, complaints }) => {
      complaints.expect(answered(404));
      await signedIn.goto('/nowhere');
      await expect(signedIn.getByRole('heading', { level: 1 })).toBeVisible();
      await expectAccessible(signedIn);
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 } });

  test('overview', async ({ overview }) => {
    await expectAccessible(overview.page);
  });
});

test('values that change are not read out every few seconds', async ({ signedIn }) => {
  const overview = new Overview(signedIn);
  await signedIn.goto(DEMO);
  await overview.alive();
  const live = await signedIn.locator('[aria-live], [role="status"], [role="alert"]').all();
  const texts = () => Promise.all(live.map(region => region.innerText()));
  const before = await texts();
  await overview.moves();
  await overview.moves();
  expect(await texts()).toEqual(before);
});
