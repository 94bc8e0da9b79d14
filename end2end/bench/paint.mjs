// First contentful paint of cold visits: each in a context of its own, which has nothing cached, the
// two sides in turn.

import { newPageOf, report, ui, warren, withBrowser } from './sides.mjs';

const LOADS = 9;

async function paint(browser, side, cookies) {
  const page = await newPageOf(browser, side, cookies);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.clearBrowserCache');
  await page.goto(side.address);
  await side.shown(page);
  // It is told some time after it was.
  const told = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  const time = await told.jsonValue();
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
