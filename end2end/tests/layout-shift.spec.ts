// Nothing jumps: not while the page comes alive, not when values come.

import { Gate } from '../support/gate.ts';
import { polling } from '../support/hydration.ts';
import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

interface Shift {
  value: number;
  moved: string[];
}

/** Notes what moves in each document from now on. */
async function recordShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries() as any[]) {
        const moved = entry.sources.map(({ node }: { node?: Element }) =>
          `${node?.nodeName}.${node?.parentElement?.className}`);
        shifts.push({ value: entry.value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

const shiftsOf = (page: Page): Promise<Shift[]> => page.evaluate(() => (window as any).shifts);
const sum = (shifts: Shift[]) => shifts.reduce((sum, { value }) => sum + value, 0);
const twoFrames = (page: Page) =>
  page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));

for (const [what, viewport] of [
  ['wide', { width: 1440, height: 1000 }],
  ['on a phone', { width: 360, height: 780 }],
] as const) {
  test.describe(what, () => {
    test.use({ viewport });

    test('the layout does not shift at start or on refreshes', async ({ page, context, broker, startWarren }) => {
      test.slow();
      // Its history begins now: changes of the tiles are not known at first.
      const warren = await startWarren({ brokers: [`demo=${broker.urlWithAccount}`] });
      await context.addCookies([await session(warren.url, broker.administrator)]);
      await recordShifts(page);
      const overview = new Overview(page);
      const listed = () => page.locator('.legend li:not(.hidden) .label').allTextContents();
      /** The shifts of one visit; none of them counts where a series that was idle was listed meanwhile. */
      const visit = async (): Promise<Shift[] | undefined> => {
        await page.goto(warren.url + DEMO, { waitUntil: 'domcontentloaded' });
        const series = new Set([String(await listed())]);
        // Without a click: what the viewer does may move things.
        await polling(page);
        for (let refresh = 0; refresh < 4; refresh += 1) {
          await overview.refresh();
          await twoFrames(page);
          series.add(String(await listed()));
        }
        return series.size === 1 ? shiftsOf(page) : undefined;
      };
      let shifts = await visit();
      // A broker that has just started is idle in some respects.
      while (!shifts) shifts = await visit();
      expect(sum(shifts), JSON.stringify(shifts, null, 1)).toBeLessThan(0.01);
    });
  });
}

for (const [what, mark] of [
  ['the controls of the head', 'aria-label="Refresh'],
  ['a chart beside another', '<details class="chart-table"'],
]) {
  test(`a page that comes in two parts is drawn in one go: ${what}`, async ({
    page, context, warren, broker, stopAtEnd,
  }) => {
    let release: () => void = () => {};
    const gate = stopAtEnd(await Gate.open(new URL(warren.url).origin, {
      breaks: path => (path === DEMO ? mark : undefined),
      release: new Promise(resolve => { release = resolve; }),
    }));
    await context.addCookies([await session(gate.url, broker.administrator)]);
    await recordShifts(page);
    const opened = page.goto(gate.url + DEMO, { waitUntil: 'domcontentloaded' });
    // As long as a browser waits before it draws a page that is there in part.
    await expect(page.locator('h1')).toHaveText('demo');
    await page.waitForTimeout(1000);
    expect(await page.evaluate(() => performance.getEntriesByType('paint').length), 'drawn in part').toBe(0);
    release();
    await opened;
    await polling(page);
    await twoFrames(page);
    const shifts = await shiftsOf(page);
    expect(sum(shifts), JSON.stringify(shifts, null, 1)).toBeLessThan(0.001);
  });
}

test('a longer value leaves the next entries of the legend in place', async ({ overview, page }) => {
  await expect(overview.chart('message-rates').locator('.legend li:visible').first()).toBeVisible();
  // In one go: no poll writes in between.
  const [short, long] = await page.evaluate(() => {
    const fill = (rate: string, count: string) => {
      for (const value of document.querySelectorAll('.legend b')) {
        value.textContent = value.textContent!.includes('/s') ? rate : count;
      }
      const entries = Array.from(document.querySelectorAll('.legend li')).filter(entry => entry.checkVisibility());
      const places = entries.map(entry => {
        const { left, top, width } = entry.getBoundingClientRect();
        return [left, top, width].map(Math.round).join(' ');
      });
      return { width: document.querySelector('.legend b')!.getBoundingClientRect().width, places };
    };
    return [fill('0/s', '0'), fill('9,999/s', '99,999')];
  });
  expect(long.width).toBeGreaterThan(short.width);
  expect(long.places).toEqual(short.places);
});
