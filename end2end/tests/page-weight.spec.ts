// What the overview loads.

import { OwnedClock } from '../support/clock.ts';
import { hydrated } from '../support/hydration.ts';
import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** More requests than this no first visit makes. */
const MOST_REQUESTS = 8;

test('a first visit takes few requests', async ({ signedIn: page }) => {
  // The time stands still: polls are no part of the visit, however long that takes on a slow machine.
  const clock = await OwnedClock.install(page);
  await page.clock.pauseAt(Date.now() + 60_000);
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const bytes = new Map<string, number>();
  const urls = new Map<string, string>();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => bytes.set(requestId, encodedDataLength));
  await page.goto(DEMO);
  await hydrated(page);
  await clock.run(1_000);

  const loads = [...urls].filter(([, url]) => !url.startsWith('data:'));
  let sum = 0;
  for (const [id, url] of loads) {
    const size = bytes.get(id) ?? 0;
    sum += size;
    console.log(`  ${String(size).padStart(8)} bytes  ${new URL(url).pathname}`);
  }
  console.log(`  ${String(sum).padStart(8)} bytes in ${loads.length} requests`);
  expect(loads.length).toBeLessThanOrEqual(MOST_REQUESTS);
});

test('the first screen is painted before the rest', async ({ signedIn: page }) => {
  // What a visit held back until the page was painted, and whether it had been by then.
  await page.addInitScript(() => {
    let isPainted = false;
    // A page that is not painted within a second is shown as a whole. A slow machine may take longer.
    const later = window.setTimeout;
    const unlessUnpainted = (run: () => void, delay?: number, ...rest: unknown[]) =>
      delay === 1000 && !isPainted ? 0 : later(run, delay, ...rest);
    window.setTimeout = unlessUnpainted as typeof setTimeout;
    const seen = (globalThis as unknown as { seen: string[] }).seen = [] as string[];
    const look = () => {
      const is = document.documentElement?.classList.contains('arriving') ? 'held back' : 'all there';
      if (seen.at(-1) !== is) seen.push(is);
    };
    new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
    const painted = (list: PerformanceObserverEntryList) => {
      if (list.getEntriesByName('first-contentful-paint').length === 0) return;
      isPainted = true;
      seen.push('painted');
    };
    new PerformanceObserver(painted).observe({ type: 'paint' });
  });
  const seen = () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen.join(', '));
  await page.goto(DEMO);
  await new Overview(page).alive();
  // The page may still be parsed when it is painted first.
  expect(await seen()).toMatch(/held back, painted, (held back, )?all there/);
  await expect(page.locator('#exchange-types')).toBeVisible();
  // Who reloads may be far down: there the page is as long as it was.
  await page.reload();
  await new Overview(page).alive();
  expect(await seen()).not.toContain('held back');
});

test('a second visit takes the bundle from the browser’s cache', async ({ signedIn: page }) => {
  await page.goto(DEMO);
  await new Overview(page).alive();
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const fetched: string[] = [];
  const fromMemory = new Set<string>();
  network.on('Network.requestServedFromCache', ({ requestId }) => fromMemory.add(requestId));
  network.on('Network.responseReceived', ({ requestId, response }) => {
    const isCached = response.fromDiskCache || fromMemory.has(requestId);
    if (!isCached && response.url.includes('/pkg/')) fetched.push(response.url);
  });
  await page.goto('/brokers');
  await expect(page.getByRole('table')).toBeVisible();
  await page.goto(DEMO);
  await new Overview(page).alive();
  expect(fetched).toEqual([]);
});
