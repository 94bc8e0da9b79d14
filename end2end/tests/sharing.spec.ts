// Share links: made by whoever is signed in, opened by whoever has them, ended when revoked.

import { expectAccessible } from '../support/axe.ts';
import { answered } from '../support/console.ts';
import { hydrated } from '../support/hydration.ts';
import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('a link shows the live overview and nothing else, until it is revoked', async ({
  overview, browser, context: own, warren, broker, stopAtEnd, complaints,
}) => {
  test.setTimeout(240_000);
  const { page } = overview;
  await own.grantPermissions(['clipboard-read']);
  await page.getByRole('link', { name: 'Share', exact: true }).click();
  await expect(page).toHaveURL(/\/sharing\?view=/);
  await page.getByLabel('Note').fill('for the night shift');
  await page.getByLabel('Valid for').selectOption({ label: '1 day' });
  await page.getByRole('button', { name: 'Create link' }).click();
  await expect(page).toHaveURL('/sharing');
  const address = await page.locator('.fresh-link').getAttribute('href');
  expect(address).toMatch(new RegExp(`^/shared/[0-9a-f]{64}${DEMO}$`));
  await expect(page.locator('.fresh-link'), 'as it is sent to others').toHaveText(`${warren.url}${address}`);
  await hydrated(page);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${warren.url}${address}`);

  // Somebody else, in a browser that has never been here.
  const context = stopAtEnd(await browser.newContext());
  const guest = await context.newPage();
  complaints.listen(guest);
  const shared = new Overview(guest);
  await guest.goto(`${warren.url}${address}`);
  await shared.alive();
  await expect(guest.getByText(`Read-only link of ${broker.administrator.name}, valid until `)).toBeVisible();
  await expect(guest.getByRole('link', { name: 'Share' })).toHaveCount(0);
  await expectAccessible(guest);
  const before = await shared.lines('queued-messages');
  await expect.poll(() => shared.lines('queued-messages'), 'it lives').not.toEqual(before);
  expect(await context.cookies()).toEqual([]);
  // The link opens this page alone.
  const elsewhere = await guest.request.get(`${warren.url}/brokers`, { headers: { accept: 'text/html' } });
  expect(new URL(elsewhere.url()).pathname).toBe('/sign-in');
  const secret = address!.split('/')[2];
  const others = await guest.request.get(`${warren.url}/fn/sharing`, { headers: { 'x-share-link': secret } });
  expect(others.ok(), 'the links of whoever made it').toBe(false);

  // Whoever made it sees that it was opened, and ends it.
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'for the night shift' });
  await expect(row).toContainText(/[1-9]×, last /);
  // Times are as on other pages: by the viewer's clock.
  await expect(row).toContainText(/\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d/);
  await expect(row).not.toContainText('UTC');
  await expect(row).not.toContainText(/\d{4}-\d\d-\d\d/);
  complaints.expect(answered(401));
  await row.getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toHaveCount(0);
  await expect(page.locator('.fresh-link'), 'what opens nothing any more').toHaveCount(0);

  // The page that is open says so, and so does one that is opened now.
  await expect(guest.locator('.notices')).toContainText('This link has ended', { timeout: 30_000 });
  await expect(guest.getByRole('link', { name: 'Sign in again' })).toHaveCount(0);
  complaints.expect(answered(404));
  const answer = await guest.goto(`${warren.url}${address}`);
  expect(answer!.status()).toBe(404);
  await expect(guest.getByRole('heading', { level: 1 })).toHaveText('This link has ended');
  await expect(guest.locator('.plot')).toHaveCount(0);
  await expectAccessible(guest);
});
