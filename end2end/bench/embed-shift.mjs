// How much a page moves when panels come into it: the sum of its layout shifts, from the first paint
// to the third tick.

import { drawn, origin, panel, withPortal } from './portal.mjs';
import { report, sleep } from './sides.mjs';

const PANELS = ['queued-messages', 'tiles', 'nodes', 'overview'];

report(await withPortal(PANELS.map(panel).join('<p>Between</p>'), async page => {
  await page.addInitScript(() => {
    globalThis.shifts = [];
    new PerformanceObserver(list => {
      for (const { value } of list.getEntries()) globalThis.shifts.push(value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${origin}/`);
  await drawn(page, 2);
  await sleep(15_000);
  const shifts = await page.evaluate(() => globalThis.shifts);
  return { shifts, sum: shifts.reduce((sum, value) => sum + value, 0) };
}));
