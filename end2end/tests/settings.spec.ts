// Range and refresh live in the address.

import { Gate } from '../support/gate.ts';
import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('a range is selected by a link, is in the URL and survives a reload', async ({ overview }) => {
  const { page } = overview;
  const ranges = page.getByRole('group', { name: 'Range' });
  await expect(ranges.getByRole('link', { name: '10m' })).toHaveAttribute('aria-current', 'true');
  const before = await overview.lines('objects');
  await ranges.getByRole('link', { name: '1m', exact: true }).click();
  await expect(page).toHaveURL(`${DEMO}?range=1m`);
  await expect.poll(() => overview.lines('objects'), 'the chart is redrawn at once').not.toEqual(before);
  await page.reload();
  await expect(ranges.getByRole('link', { name: '1m', exact: true })).toHaveAttribute('aria-current', 'true');
  await expect(page).toHaveURL(`${DEMO}?range=1m`);
});

test('a refresh interval keeps the range, and Back undoes both', async ({ overview }) => {
  const { page } = overview;
  await page.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }).click();
  await expect(page).toHaveURL(`${DEMO}?range=1h`);
  await page.getByRole('group', { name: 'Refresh' }).getByRole('link', { name: '30s' }).click();
  await expect(page).toHaveURL(`${DEMO}?range=1h&refresh=30s`);
  await page.reload();
  const chosen = page.locator('.choices [aria-current="true"]');
  await expect(chosen).toHaveText(['1h', '30s']);
  await page.goBack();
  await expect(page).toHaveURL(`${DEMO}?range=1h`);
  await expect(chosen).toHaveText(['1h', '5s']);
});

test('Back works while scripts are still loading', async ({ overview }) => {
  const { page } = overview;
  await page.getByRole('group', { name: 'Refresh' }).getByRole('link', { name: '30s' }).click();
  await expect(page).toHaveURL(`${DEMO}?refresh=30s`);
  let letThrough = () => {};
  const held = new Promise<void>(resolve => { letThrough = resolve; });
  await page.route(/_bg\.wasm$/, async route => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: 'commit' });
  const chosen = page.locator('.choices [aria-current="true"]');
  await expect(chosen).toHaveText(['10m', '30s']);
  await page.goBack({ waitUntil: 'commit' });
  await expect(page).toHaveURL(DEMO);
  letThrough();
  await expect(chosen).toHaveText(['10m', '5s']);
  await overview.alive();
});

test('Back works while the page is still on its way', async ({ overview, warren, broker, context, stopAtEnd }) => {
  const { page } = overview;
  let release = () => {};
  let isBroken = false;
  const gate = stopAtEnd(await Gate.open(new URL(warren.url).origin, {
    breaks: path => (isBroken && path.startsWith(DEMO) ? '</body>' : undefined),
    release: new Promise(resolve => { release = resolve; }),
  }));
  await context.addCookies([await session(gate.url, broker.administrator)]);
  await page.goto(gate.url + DEMO);
  await overview.alive();
  await page.getByRole('group', { name: 'Refresh' }).getByRole('link', { name: '30s' }).click();
  await expect(page).toHaveURL(`${gate.url}${DEMO}?refresh=30s`);
  isBroken = true;
  await page.reload({ waitUntil: 'commit' });
  const chosen = page.locator('.choices [aria-current="true"]');
  await expect(chosen).toHaveText(['10m', '30s']);
  // The scripts have not started: they wait for the end of the page.
  await page.evaluate(() => history.back());
  await expect(page).toHaveURL(gate.url + DEMO);
  isBroken = false;
  release();
  await expect(chosen).toHaveText(['10m', '5s']);
  await overview.alive();
});

test('selecting does not reload the page', async ({ overview }) => {
  const { page } = overview;
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await page.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }).click();
  await expect(page).toHaveURL(`${DEMO}?range=1h`);
  expect(await page.evaluate(() => 'marked' in window)).toBe(true);
});

test('an unknown range and refresh are named, and the page works', async ({ signedIn }) => {
  const overview = new Overview(signedIn);
  await signedIn.goto(`${DEMO}?range=5d&refresh=<b>`);
  await overview.alive();
  await expect(overview.notices).toContainText('range “5d”; showing 10m. Accepted: 1m, 10m, 1h, 6h, 1d, 7d, 30d, 1y.');
  await expect(overview.notices).toContainText('interval “<b>”; using 5s. Accepted: 5s, 10s, 30s, off.');
  await signedIn.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }).click();
  await expect(overview.notices).not.toContainText('5d');
});
