// Nothing jumps: not while the page comes alive, not when values come.

import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

interface Shift {
  value: number;
  moved: string[];
}

for (const [what, viewport] of [
  ['wide', { width: 1440, height: 1000 }],
  ['on a phone', { width: 360, height: 780 }],
] as const) {
  test.describe(what, () => {
    test.use({ viewport });

    test('the layout stays over the start and several refreshes', async ({ signedIn: page }) => {
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
      const overview = new Overview(page);
      await page.goto(DEMO);
      // Without a click: what the viewer does may move things.
      await expect.poll(() => overview.age.innerText()).toMatch(/ago/);
      for (let refresh = 0; refresh < 4; refresh += 1) {
        await overview.refresh();
        await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
      }
      const shifts: Shift[] = await page.evaluate(() => (window as any).shifts);
      const sum = shifts.reduce((sum, { value }) => sum + value, 0);
      expect(sum, JSON.stringify(shifts, null, 1)).toBeLessThan(0.01);
    });
  });
}
