// The page for browsers that run no scripts: numbers and drawn charts, standing still.

import { CHARTS, Overview } from '../support/overview.ts';
import { fillIn } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

test.use({ javaScriptEnabled: false });

test('the form signs in', async ({ page, broker }) => {
  await page.goto(`${DEMO}?range=1h`);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${DEMO}?range=1h`);
});

test('the page has numbers and drawn charts', async ({ signedIn }) => {
  const overview = new Overview(signedIn);
  await expect(async () => {
    await signedIn.goto(DEMO);
    for (const id of CHARTS) expect(await overview.lines(id), id).not.toEqual([]);
    for (const number of Object.values(await overview.tileNumbers())) expect(number).toBeGreaterThanOrEqual(0);
    expect(await signedIn.locator('#nodes tbody tr').count()).toBe(1);
  }).toPass();
});

test('a link selects the range', async ({ signedIn }) => {
  await signedIn.goto(DEMO);
  await signedIn.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }).click();
  await expect(signedIn).toHaveURL(`${DEMO}?range=1h`);
  await expect(signedIn.locator('.choices [aria-current="true"]:visible')).toHaveText('1h');
});

test('a chart’s table opens', async ({ signedIn }) => {
  const chart = new Overview(signedIn).chart('objects');
  // A dashboard that has just started has no values yet.
  await expect(async () => {
    await signedIn.goto(DEMO);
    expect(await chart.locator('tbody tr').count()).toBeGreaterThan(0);
  }).toPass();
  await chart.locator('summary').click();
  await expect(chart.getByRole('table')).toBeVisible();
});

test('the page says that it does not update, shows its time, and offers no control that needs scripts', async ({ signedIn }) => {
  const overview = new Overview(signedIn);
  await signedIn.goto(DEMO);
  await expect(overview.notices).toContainText(/Values of \d\d:\d\d:\d\d UTC\. Without scripting/);
  await expect(overview.age).toHaveText(/\d\d:\d\d:\d\d UTC/);
  for (const name of ['Refresh now (R)', 'Theme: system', 'Expand: Objects']) {
    await expect(signedIn.getByRole('button', { name })).toHaveCount(0);
  }
  await expect(signedIn.getByRole('group', { name: 'Refresh' })).toHaveCount(0);
});

test('the button signs out', async ({ signedIn }) => {
  await signedIn.goto(DEMO);
  await signedIn.getByRole('button', { name: 'Sign out' }).click();
  await expect(signedIn).toHaveURL(/\/sign-in$/);
});
