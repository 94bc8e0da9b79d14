// Nothing jumps: not while the page comes alive, not when values come.

import { polling } from '../support/hydration.ts';
import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

interface Shift {
  value: number;
  /** Whether the parsed document was not drawn yet: a browser without time draws it in parts. */
  isEarly: boolean;
  moved: string[];
}

/** Notes what moves in each document from now on. */
async function recordShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    let drawn = Infinity;
    document.addEventListener('DOMContentLoaded', () => {
      requestAnimationFrame(() => requestAnimationFrame(time => { drawn = time; }));
    });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries() as any[]) {
        const moved = entry.sources.map(({ node }: { node?: Element }) =>
          `${node?.nodeName}.${node?.parentElement?.className}`);
        shifts.push({ value: entry.value, isEarly: entry.startTime < drawn, moved });
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
      const report = JSON.stringify(shifts, null, 1);
      expect(sum(shifts.filter(({ isEarly }) => !isEarly)), report).toBeLessThan(0.01);
      expect(sum(shifts), report).toBeLessThan(0.1);
    });
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
