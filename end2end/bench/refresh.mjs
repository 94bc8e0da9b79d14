// What a refresh costs the page's main thread: its busy time over a number of refreshes at the
// interval that both pages have by default, 5 s, divided by their number. Idle time does not count;
// what a page does between refreshes, such as clocks, does. To separate the two, the busy time of
// a page whose refreshes are paused is measured too.

import { counters, newPageOf, report, sleep, ui, warren, withBrowser } from './sides.mjs';

const REFRESHES = 20;
const INTERVAL = 5_000;
const PAUSED = 20_000;
/** After an answer everything that it brings has been drawn within this time. */
const SETTLED = 1_500;
const TASKS = { task: 'TaskDuration', script: 'ScriptDuration', style: 'RecalcStyleDuration', layout: 'LayoutDuration' };

async function measure(browser, side) {
  const page = await newPageOf(browser, side);
  await page.goto(side.address);
  await side.shown(page);
  const refreshed = async () => {
    await page.waitForEvent('requestfinished', { predicate: request => side.isPoll(request.url()), timeout: 20_000 });
    await sleep(SETTLED);
  };
  const { read } = await counters(page);
  // The first ones still compile and warm up.
  await refreshed();
  await refreshed();
  let drawn = await side.drawn(page);
  const moved = drawn.map(() => 0);
  const spent = Object.fromEntries(Object.keys(TASKS).map(key => [key, 0]));
  for (let refresh = 0; refresh < REFRESHES; refresh += 1) {
    const before = await read();
    await refreshed();
    const after = await read();
    for (const [key, name] of Object.entries(TASKS)) spent[key] += after[name] - before[name];
    // To look at what is drawn costs time too, on either side, which is not the page's.
    const now = await side.drawn(page);
    now.forEach((chart, index) => { moved[index] += Number(chart !== drawn[index]); });
    drawn = now;
  }
  await side.pause(page);
  await sleep(SETTLED);
  const paused = await read();
  await sleep(PAUSED);
  const rested = await read();
  await page.context().close();
  return {
    refreshes: REFRESHES,
    // In how many refreshes each chart changed what it draws.
    moved,
    milliseconds: Object.fromEntries(Object.entries(spent).map(([key, time]) => [key, (time * 1000) / REFRESHES])),
    // Busy time of the same page, paused, in as long as a refresh lasts.
    paused: ((rested.TaskDuration - paused.TaskDuration) * 1000 * INTERVAL) / PAUSED,
  };
}

// One after the other, each in a browser of its own.
report({
  ui: await withBrowser(browser => measure(browser, ui())),
  warren: await withBrowser(browser => measure(browser, warren)),
});
