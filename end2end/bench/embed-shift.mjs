// How much a page moves when panels come into it: the sum of its layout shifts, from the first paint
// to the third tick.

import { drawn, origin, panel, withPortal } from './portal.mjs';
import { report, sleep } from './sides.mjs';

const PANELS = ['queued-messages', 'tiles', 'nodes', 'overview'];

report(await withPortal(PANELS.map(panel).join('<p>Between</p>'), async page => {
  await page.addInitScript(() => {
    globalThis.shifts = [];
    globalThis.moved = [];
    new PerformanceObserver(list => {
      for (const { value, sources } of list.getEntries()) {
        globalThis.shifts.push(value);
        // The entry does not name an element in a shadow root: it is looked up by its position.
        const at = ({ x, y, width, height }) => {
          let found = document;
          for (let root = document; root;) {
            const inner = root.elementFromPoint(x + width / 2, y + height / 2);
            if (!inner || inner === found) break;
            [found, root] = [inner, inner.shadowRoot];
          }
          return `${found.nodeName} ${found.className?.baseVal ?? found.className}: ${found.textContent?.slice(0, 40)}`;
        };
        const name = ({ node, previousRect: from, currentRect: to }) =>
          `${node?.nodeName ?? at(to)} from ${from.x},${from.y} to ${to.x},${to.y}`;
        globalThis.moved.push(...sources.map(name));
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${origin}/`);
  await drawn(page, 2);
  await sleep(15_000);
  const { shifts, moved } = await page.evaluate(() => ({ shifts: globalThis.shifts, moved: globalThis.moved }));
  return { shifts, moved, sum: shifts.reduce((sum, value) => sum + value, 0) };
}));
