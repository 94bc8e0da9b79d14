// The browser's heap after many refreshes against after some: seven hours at 5 s in time lapse.

import { held, watchMemory } from './held.mjs';
import { install } from './lapse.mjs';
import { newPageOf, report, warren, withBrowser } from './sides.mjs';

const FEW = 100;
const MANY = 5_000;
/** Refreshes between two words of progress. */
const BATCH = 700;

report(await withBrowser(async browser => {
  const page = await newPageOf(browser, warren);
  await watchMemory(page);
  await page.addInitScript(install);
  await page.goto(warren.address);
  await warren.shown(page);
  // The first poll says that the page is alive.
  await page.waitForEvent('requestfinished', { predicate: r => warren.isPoll(r.url()), timeout: 20_000 });
  const measure = await held(page);

  let done = 0;
  const refreshUntil = async count => {
    while (done < count) {
      const batch = Math.min(BATCH, count - done);
      await page.evaluate(times => globalThis.benchRefresh(times), batch);
      done += batch;
      console.error(`  ${done} refreshes`);
    }
  };
  await refreshUntil(FEW);
  const few = await measure();
  const start = Date.now();
  await refreshUntil(MANY);
  const seconds = (Date.now() - start) / 1000;
  return { few, many: await measure(), refreshes: done, seconds };
}));
