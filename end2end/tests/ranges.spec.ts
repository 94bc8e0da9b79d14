// Ranges up to a year, zoom, pan, the way back, and links that show others the same.

import { OwnedClock } from '../support/clock.ts';
import { CHARTS, Overview, POLL } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** The stretch that an address shows, in seconds since the epoch; nothing where it shows the time up to now. */
function stretch(url: string): [number, number] | undefined {
  const query = new URL(url).searchParams;
  const [from, to] = ['from', 'to'].map(name => {
    const basic = query.get(name)?.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/);
    return basic ? Date.parse(`${basic[1]}-${basic[2]}-${basic[3]}T${basic[4]}:${basic[5]}:${basic[6]}Z`) / 1000 : undefined;
  });
  return from === undefined || to === undefined ? undefined : [from, to];
}

/** Presses on a plot at one share of its width and lets go at another. */
async function drag(overview: Overview, id: (typeof CHARTS)[number], from: number, to: number): Promise<void> {
  const { x, y, width, height } = await overview.plot(id);
  const { mouse } = overview.page;
  await mouse.move(x + width * from, y + height / 2);
  await mouse.down();
  await mouse.move(x + width * to, y + height / 2, { steps: 6 });
  await mouse.up();
}

/**
 * Pauses the updates: values that arrive may change how long the legends are, and so where a chart is, while the mouse
 * is on its way.
 */
async function pause({ page }: Overview): Promise<void> {
  const choice = page.getByRole('group', { name: 'Refresh' }).getByRole('link', { name: 'Pause' });
  await choice.click();
  await expect(choice).toHaveAttribute('aria-current', 'true');
  await expect(page).toHaveURL(PAUSED);
}

const PAUSED = `${DEMO}?refresh=off`;
const shown = (overview: Overview) => overview.page.locator('.span-bar .shown');

for (const range of ['6h', '1d', '7d', '30d', '1y']) {
  test(`the last ${range} is drawn by the server and updated in the browser`, async ({ signedIn }) => {
    const overview = new Overview(signedIn);
    await signedIn.goto(`${DEMO}?range=${range}`);
    await expect(signedIn.locator('.choices [aria-current="true"]').first()).toHaveText(range);
    await expect(shown(overview)).not.toContainText('UTC');
    await overview.refresh();
    await expect(overview.notices.locator('.notice:visible')).toHaveCount(0);
  });
}

test('dragging over a chart zooms all charts, and Back undoes it', async ({ overview }) => {
  const { page } = overview;
  await pause(overview);
  await drag(overview, 'objects', 0.5, 0.9);
  await expect(page).toHaveURL(/&from=\d{8}T\d{6}Z&to=\d{8}T\d{6}Z$/);
  const [from, to] = stretch(page.url())!;
  // Two fifths of ten minutes.
  expect(Math.abs(to - from - 240)).toBeLessThanOrEqual(10);
  const labels = () => page.locator('.chart .x-axis').allTextContents();
  await expect.poll(async () => new Set(await labels()).size, 'all charts have one axis').toBe(1);
  await expect(page.getByRole('group', { name: 'Range' }).locator('[aria-current="true"]')).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(PAUSED);
  await expect(page.getByRole('group', { name: 'Range' }).locator('[aria-current="true"]')).toHaveText('10m');
});

test('a click does not zoom, and Escape cancels a selection', async ({ overview }) => {
  const { page } = overview;
  await pause(overview);
  await overview.slider('objects').click();
  const { x, y, width, height } = await overview.plot('objects');
  await page.mouse.move(x + width * 0.2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 4 });
  await expect(overview.chart('churn').locator('.selection')).not.toHaveAttribute('d', '');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(overview.chart('churn').locator('.selection')).toHaveAttribute('d', '');
  await expect(page).toHaveURL(PAUSED);
});

test('dragging with Shift pans', async ({ overview }) => {
  const { page } = overview;
  await pause(overview);
  await page.keyboard.down('Shift');
  await drag(overview, 'objects', 0.2, 0.7);
  await page.keyboard.up('Shift');
  await expect(page).toHaveURL(/from=/);
  const [from, to] = stretch(page.url())!;
  expect(Math.abs(to - from - 600)).toBeLessThanOrEqual(2);
  expect(Date.now() / 1000 - to, 'five minutes back').toBeGreaterThan(280);
});

test('everything works by keyboard', async ({ overview }) => {
  const { page } = overview;
  const slider = overview.slider('objects');
  await slider.press('-');
  await expect(page).toHaveURL(/from=/);
  expect(stretch(page.url())![1] - stretch(page.url())![0]).toBe(1200);
  await slider.press('+');
  await expect.poll(() => stretch(page.url())![1] - stretch(page.url())![0]).toBe(600);
  const before = stretch(page.url())!;
  await slider.press('Shift+ArrowLeft');
  await expect.poll(() => before[0] - stretch(page.url())![0]).toBe(150);
  await slider.press('Shift+ArrowRight');
  await expect.poll(() => stretch(page.url())![0]).toBe(before[0]);
  await slider.press('0');
  await expect(page).toHaveURL(new RegExp(`${DEMO}\\??$`));
});

test('a link shows another viewer the same fixed range', async ({ overview, browser, warren, broker, stopAtEnd }) => {
  // A broker that has just started has no values that are older than a step of the range.
  await expect(async () => {
    await overview.page.goto(DEMO);
    await overview.alive();
    await pause(overview);
    // Up to the edge: it has no earlier values either.
    await drag(overview, 'objects', 0.6, 0.999);
    await expect(overview.page).toHaveURL(/from=/);
    await overview.refresh();
    expect(await overview.lines('objects')).not.toEqual([]);
  }).toPass({ timeout: 120_000 });
  // A context of its own: the clock replaces the timers of every page of a context.
  const context = stopAtEnd(await browser.newContext());
  await context.addCookies([await session(warren.url, broker.administrator)]);
  const other = await context.newPage();
  const clock = await OwnedClock.install(other);
  const theirs = new Overview(other);
  // They do not pause: a fixed range is not polled.
  const link = new URL(overview.page.url());
  link.searchParams.delete('refresh');
  // Both ask again until the last step of the range is over: until then its value changes.
  await expect(async () => {
    await overview.refresh();
    await other.goto(link.href);
    await expect(shown(theirs)).toHaveText(await shown(overview).innerText());
    expect(await theirs.lines('objects')).toEqual(await overview.lines('objects'));
  }).toPass({ timeout: 120_000 });
  await clock.stop();
  const drawn = await theirs.lines('objects');
  await clock.run(60_000);
  expect((await clock.calls(POLL)).started).toBe(0);
  expect(await theirs.lines('objects')).toEqual(drawn);
});

test('“Back to now” restores the earlier range', async ({ signedIn }) => {
  const overview = new Overview(signedIn);
  await signedIn.goto(`${DEMO}?range=1h&from=20261101T120000Z&to=20261101T130000Z`);
  await expect(shown(overview)).toHaveText('1 Nov 2026 20:00 – 21:00');
  await signedIn.getByRole('link', { name: 'Back to now' }).click();
  await expect(signedIn).toHaveURL(`${DEMO}?range=1h`);
  await overview.alive();
  await expect(signedIn.getByRole('link', { name: 'Back to now' })).toBeHidden();
});

test('an unusable time range is named, and the page works', async ({ signedIn }) => {
  const overview = new Overview(signedIn);
  await signedIn.goto(`${DEMO}?from=yesterday&to=<b>`);
  await overview.alive();
  await expect(overview.notices).toContainText('range “yesterday” to “<b>”; showing the last 10m. Accepted: two ISO 8601 times');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('links move earlier and later and zoom', async ({ signedIn }) => {
    await signedIn.goto(`${DEMO}?from=20261101T120000Z&to=20261101T130000Z`);
    const bar = signedIn.getByRole('group', { name: 'Shown time' });
    await expect(bar).toContainText('1 Nov 2026 12:00 – 13:00 UTC');
    for (const [name, from, to] of [
      ['Zoom in', '121500', '124500'],
      ['Earlier', '120000', '123000'],
      ['Zoom out', '114500', '124500'],
      ['Later', '121500', '131500'],
    ] as const) {
      await bar.getByRole('link', { name }).click();
      await expect(signedIn).toHaveURL(`${DEMO}?from=20261101T${from}Z&to=20261101T${to}Z`);
    }
  });
});
