// What the overview loads.

import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** More requests than this no first visit makes. */
const MOST_REQUESTS = 8;

test('a first visit takes few requests', async ({ signedIn: page }) => {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const bytes = new Map<string, number>();
  const urls = new Map<string, string>();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => bytes.set(requestId, encodedDataLength));
  await page.goto(DEMO);
  await new Overview(page).alive();

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
    const seen = (globalThis as unknown as { seen: string[] }).seen = [] as string[];
    const look = () => {
      const is = document.documentElement?.classList.contains('arriving') ? 'held back' : 'all there';
      if (seen.at(-1) !== is) seen.push(is);
    };
    new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
    const painted = (list: PerformanceObserverEntryList) =>
      list.getEntriesByName('first-contentful-paint').length && seen.push('painted');
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
