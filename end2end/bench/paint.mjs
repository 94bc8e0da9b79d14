// First contentful paint of cold visits: each in a context of its own, which has nothing cached, the
// two sides in turn.
//
// What is measured is the page, not the browser around it: a new window is busy with itself for a
// second, and a question that is asked of a page has a script put into it. Both take their share of the
// processor where there are two, from both sides alike. So a visit begins when the window has come to
// rest, and nothing is asked until it is over.

import { newPageOf, report, ui, warren, withBrowser } from './sides.mjs';

const LOADS = 15;
/** How long a new window is left alone, and how long a page is, in milliseconds. */
const REST = 1500;
const VISIT = 2500;

async function paint(browser, side, cookies) {
  const page = await newPageOf(browser, side, cookies);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.clearBrowserCache');
  await page.waitForTimeout(REST);
  await page.goto(side.address, { waitUntil: 'commit' });
  await page.waitForTimeout(VISIT);
  await side.shown(page);
  // The entry comes some time after the paint.
  const entry = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  const time = await entry.jsonValue();
  await page.context().close();
  return time;
}

report(await withBrowser(async browser => {
  const sides = [warren, ui()];
  const cookies = { warren: await warren.cookies(browser), ui: await sides[1].cookies(browser) };
  // Chromium itself warms up over the first visits.
  for (const side of sides) await paint(browser, side, cookies[side.name]);
  const times = { warren: [], ui: [] };
  for (let load = 0; load < LOADS; load += 1) {
    for (const side of sides) times[side.name].push(await paint(browser, side, cookies[side.name]));
  }
  return times;
}));
