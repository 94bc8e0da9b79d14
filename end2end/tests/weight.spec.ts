// What the overview loads.

import type { Page } from '@playwright/test';

import { notConnected } from '../support/console.ts';
import { Overview, POLL } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
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

test('the first screen is painted first, and then all of it', async ({ signedIn: page }) => {
  // What a visit held back until the page was painted, and whether it had been by then.
  await page.addInitScript(() => {
    const seen = (globalThis as unknown as { seen: string[] }).seen = [] as string[];
    const look = () => {
      const is = document.documentElement?.classList.contains('arriving') ? 'held back' : 'all there';
      if (seen.at(-1) !== is) seen.push(is);
    };
    new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
    new PerformanceObserver(() => seen.push('painted')).observe({ type: 'paint' });
  });
  const seen = () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen.join(', '));
  await page.goto(DEMO);
  await new Overview(page).alive();
  expect(await seen()).toMatch(/held back, painted, all there/);
  await expect(page.locator('#exchange-types')).toBeVisible();
  // Who reloads may be far down: there the page is as long as it was.
  await page.reload();
  await new Overview(page).alive();
  expect(await seen()).not.toContain('held back');
});

/** The part of the bundle that the overview does without. */
const REST = /_rest\.wasm$/;

/** What asked for it though nobody had touched the page: slots, which target/xtask/slots.txt tells the functions of. */
const askedFor = (page: Page) =>
  page.evaluate(() => performance.getEntriesByType('mark').map(({ name }) => name).filter(name => name.includes('rest')));

/** Opens the overview and waits until it lives. Nothing is pressed: at the first key the rest would be fetched. */
async function untouched(page: Page): Promise<void> {
  await Promise.all([page.waitForResponse(POLL), page.goto(DEMO)]);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

test('the overview lives without the rest of the bundle, whatever fails', async ({
  page, context, victim, startWarren, complaints,
}) => {
  test.slow();
  const warren = await startWarren({ brokers: [`demo=${victim.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, victim.administrator)]);
  const rests: string[] = [];
  page.on('request', request => REST.test(request.url()) && rests.push(request.url()));
  await page.goto(`${warren.url}${DEMO}`);
  const overview = new Overview(page);
  for (let poll = 0; poll < 3; poll += 1) await page.waitForResponse(POLL);
  await overview.slider('message-rates').hover();
  await expect(overview.crosshair('message-rates')).toHaveCount(1);

  await victim.kill();
  await expect(overview.state).toHaveText(/■ no answer for \d+ s/, { timeout: 30_000 });
  await expect(overview.notices).toContainText('demo: no answer since');
  await victim.restart();
  await expect(overview.state).toHaveText('● healthy', { timeout: 60_000 });

  complaints.expect(notConnected);
  await warren.stop();
  await expect(overview.notices).toContainText('Updates fail', { timeout: 30_000 });
  expect(await askedFor(page)).toEqual([]);
  expect(rests).toEqual([]);
});

for (const query of ['?range=1h&refresh=10s', '?range=6h', '?refresh=off']) {
  test(`the overview at ${query} lives without the rest of the bundle`, async ({ signedIn: page }) => {
    await page.goto(DEMO + query);
    const overview = new Overview(page);
    await expect(async () => {
      await page.mouse.move(0, 0);
      await overview.slider('message-rates').hover();
      await expect(overview.crosshair('message-rates')).toHaveCount(1, { timeout: 500 });
    }, 'scripts take the page over').toPass();
    expect(await askedFor(page)).toEqual([]);
  });
}

test('the rest of the bundle comes ahead of a click', async ({ signedIn: page }) => {
  await untouched(page);
  const [rest] = await Promise.all([
    page.waitForResponse(REST),
    page.getByRole('link', { name: 'Queues', exact: true }).hover(),
  ]);
  await rest.finished();
  await page.getByRole('link', { name: 'Queues', exact: true }).click();
  await expect(page.getByRole('table')).toBeVisible();
  expect(await askedFor(page)).toEqual([]);
});

test('a click ahead of the rest of the bundle waits for it', async ({ signedIn: page }) => {
  await untouched(page);
  let pages = 0;
  page.on('request', request => { if (request.isNavigationRequest()) pages += 1; });
  // Nothing leads up to it: neither pointer nor focus.
  await page.getByRole('link', { name: 'Queues', exact: true }).evaluate((link: HTMLElement) => link.click());
  await expect(page.getByRole('table')).toBeVisible();
  expect(await askedFor(page)).toHaveLength(1);
  expect(pages).toBe(0);
});

test('without the rest of the bundle a link is one to another page', async ({ signedIn: page, complaints }) => {
  complaints.expect(notConnected);
  complaints.expect(/_rest\.wasm/);
  complaints.expect(/Failed to fetch/);
  await untouched(page);
  await page.route(REST, route => route.abort());
  const opened = page.waitForRequest(request => request.isNavigationRequest());
  await page.getByRole('link', { name: 'Queues', exact: true }).click();
  await opened;
  await expect(page.getByRole('table')).toBeVisible();
});

test('other pages load the whole bundle at once', async ({ signedIn: page }) => {
  await Promise.all([page.waitForResponse(REST), page.goto(`${DEMO}/queues`)]);
  await expect(page.getByRole('table')).toBeVisible();
  expect(await askedFor(page)).toEqual([]);
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
