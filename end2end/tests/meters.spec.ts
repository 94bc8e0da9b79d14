// Meters: any of them, as a chart, a table, and the request behind both.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/axe.ts';
import type { Account } from '../support/broker.ts';
import { expect, test } from '../support/test.ts';
import type { Warren } from '../support/warren.ts';

const run = promisify(execFile);

/** A token of the metering API. */
async function token(warren: Warren, { name, password }: Account): Promise<string> {
  const answer = await fetch(`${warren.apiUrl}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: { identity: { methods: ['password'], password: { user: { name, domain: { name: 'Default' }, password } } } },
    }),
  });
  return answer.headers.get('x-subject-token')!;
}

/** Posts a sample every ten seconds of the last twenty minutes, of two resources. */
async function post(warren: Warren, account: Account, meter: string, unit: string, volume: number): Promise<void> {
  const now = Date.now();
  const samples = ['left', 'right'].flatMap((resource, index) =>
    Array.from({ length: 120 }, (_, ago) => ({
      counter_name: meter,
      counter_type: 'gauge',
      counter_unit: unit,
      counter_volume: volume * (index + 1) + ago,
      resource_id: resource,
      timestamp: new Date(now - ago * 10_000).toISOString().slice(0, 19),
    })));
  const answer = await fetch(`${warren.apiUrl}/v2/meters/${meter}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': await token(warren, account) },
    body: JSON.stringify(samples),
  });
  expect(answer.status).toBe(201);
}

test.beforeEach(async ({ warren, broker }) => {
  await post(warren, broker.administrator, 'e2e.load', 'thing', 100);
  await post(warren, broker.administrator, 'e2e.memory', 'B', 300_000_000);
});

/** Opens the page. */
async function open(page: Page, search: string): Promise<void> {
  await page.goto(`/meters${search}`);
  await expect(page.locator('#meter')).toBeVisible();
}

/** Waits until scripts have taken the page over: the server knows no zone but UTC. */
const alive = (page: Page) => expect(page.locator('.span-bar .shown')).not.toContainText('UTC');

test('a meter is shown as chart and table', async ({ signedIn: page }) => {
  await open(page, '?meter=e2e.load');
  await expect(page).toHaveTitle('Meters · Warren');
  await alive(page);
  await expect(page.getByRole('heading', { name: 'e2e.load' })).toBeVisible();
  await expect(page.locator('.plot-area path.line').first()).toHaveAttribute('d', /^M/);
  const rows = page.locator('.numbers tbody tr');
  await expect(rows.first().getByRole('cell')).toHaveText([/^[\d.,]+$/, /^[\d.,]+$/]);
  await expect(page.locator('.legend .label')).toHaveText(['left', 'right']);
});

test('the form changes the query without a page load, and the URL has it', async ({ signedIn: page }) => {
  await open(page, '?meter=e2e.load&range=1h');
  await alive(page);
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await page.getByRole('combobox', { name: 'Meter', exact: true }).selectOption('e2e.memory');
  await page.getByRole('combobox', { name: 'Function' }).selectOption('max');
  await page.getByRole('combobox', { name: 'Period' }).selectOption('300');
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('none');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL('/meters?range=1h&meter=e2e.memory&function=max&period=300&group=none');
  await expect(page.getByRole('heading', { name: 'e2e.memory' })).toBeVisible();
  await expect(page.locator('.numbers tbody td').first()).toHaveText(/MiB|GiB/);
  expect(await page.evaluate(() => 'marked' in window)).toBe(true);
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Function' })).toHaveValue('max');
  await expect(page.getByRole('combobox', { name: 'Period' })).toHaveValue('300');
  await expect(page.getByRole('combobox', { name: 'Group by' })).toHaveValue('none');
});

test('the request can be copied, has no token, and returns the same numbers', async ({ signedIn: page, context, warren, broker }) => {
  await context.grantPermissions(['clipboard-read']);
  await open(page, '?meter=e2e.load&function=max&group=none&range=1h');
  await alive(page);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  expect(line).toContain('$OS_TOKEN');
  expect(line).toContain(`${warren.apiUrl}/v2/meters/`);
  const { stdout } = await run('sh', ['-c', line], { env: { ...process.env, OS_TOKEN: await token(warren, broker.administrator) } });
  const theirs = JSON.parse(stdout).map(({ aggregate }: any) => String(aggregate.max)).reverse();
  expect(await page.locator('.numbers tbody td').allInnerTexts()).toEqual(theirs);
});

test('dragging over the chart zooms to that time', async ({ signedIn: page }) => {
  await open(page, '?meter=e2e.load');
  await alive(page);
  const plot = (await page.locator('#meter .plot').boundingBox())!;
  await page.mouse.move(plot.x + plot.width * 0.4, plot.y + 50);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.9, plot.y + 50, { steps: 5 });
  await page.mouse.up();
  await expect(page).toHaveURL(/\/meters\?meter=e2e\.load&from=\d{8}T\d{6}Z&to=\d{8}T\d{6}Z$/);
  await page.goBack();
  await expect(page).toHaveURL('/meters?meter=e2e.load');
});

test('unknown values in the URL are named', async ({ signedIn: page }) => {
  await open(page, '?meter=e2e.load&function=median&group=colour&period=1&range=1h');
  const notices = page.locator('.notices');
  await expect(notices).toContainText('function “median”; showing avg. Accepted: avg, min');
  await expect(notices).toContainText('group “colour”; showing resource_id. Accepted: resource_id');
  await expect(notices).toContainText('period of “1” seconds');
});

test('a meter without samples says so', async ({ signedIn: page }) => {
  await page.goto('/meters?meter=no.such%20meter');
  await expect(page.getByText('No samples in this time range.')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the form works', async ({ signedIn: page }) => {
    await open(page, '?meter=e2e.load');
    await page.getByRole('combobox', { name: 'Function' }).selectOption('count');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(/[?&]function=count/);
    await expect(page.locator('.plot-area path.line').first()).toHaveAttribute('d', /^M/);
    await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(0);
    await expect(page.locator('.request textarea')).toHaveValue(/aggregate\.func=count/);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds no fault', async ({ signedIn: page }) => {
      await open(page, '?meter=e2e.load');
      await alive(page);
      await expectAccessible(page);
    });
  });
}
