// Polls never pile up, back off when they fail, and rest while nobody looks.
//
// The page's clock is the test's: minutes pass in an instant, and no second by itself.

import type { Page } from '@playwright/test';

import { OwnedClock } from '../support/clock.ts';
import { answered, notConnected } from '../support/console.ts';
import { Overview } from '../support/overview.ts';
import { Polls } from '../support/polls.ts';
import { DEMO, expect, test as base } from '../support/test.ts';

interface Fixtures {
  /** The overview, its clock in the test's hand. */
  timed: { overview: Overview; polls: Polls; clock: OwnedClock; page: Page };
  query: string;
}

const test = base.extend<Fixtures>({
  query: ['', { option: true }],
  timed: async ({ signedIn: page, query }, use) => {
    const clock = await OwnedClock.install(page);
    const overview = new Overview(page);
    await page.goto(DEMO + query);
    await overview.alive();
    await clock.stop();
    // Waits are counted from an answer, and this one is there at an instant that is known.
    await clock.press('r');
    await use({ overview, polls: await Polls.watch(clock), clock, page });
  },
});

test('a hanging poll is aborted after ten seconds and reported', async ({ timed }) => {
  const { overview, polls, clock, page } = timed;
  await polls.hang();
  await clock.press('r');
  expect(await polls.waiting()).toBe(1);
  await clock.run(9_000);
  expect(await polls.aborted()).toBe(0);
  await clock.run(1_000);
  expect(await polls.aborted()).toBe(1);
  await expect(overview.notices).toContainText('Updates fail: The dashboard’s server took too long to answer.');
  // The last values stay.
  expect(await overview.lines('objects')).not.toEqual([]);

  await polls.letThrough();
  await page.getByRole('button', { name: 'Try now' }).click();
  await clock.run(50);
  await expect(overview.notices).not.toContainText('Updates fail');
});

test('hanging polls do not accumulate', async ({ timed }) => {
  const { polls, clock } = timed;
  await polls.hang();
  for (let second = 0; second < 60; second += 1) {
    await clock.run(1_000);
    // A viewer who loses patience does not make it worse.
    if (second % 7 === 0) await clock.press('r');
  }
  expect(await polls.count()).toBeGreaterThan(3);
  expect(await polls.most()).toBe(1);
});

test('failing polls back off', async ({ timed, complaints }) => {
  const { polls, clock } = timed;
  complaints.expect(answered(500));
  await polls.answer(route => route.fulfill({ status: 500, json: 'Internal' }));
  await clock.run(180_000);
  // Without backing off it would be 36.
  expect(await polls.count()).toBeLessThanOrEqual(11);
  expect(await polls.count()).toBeGreaterThanOrEqual(3);
});

for (const [what, answer] of [
  ['our own', { status: 503, headers: { 'retry-after': '45' }, json: { Unavailable: { retry_after: 45 } } }],
  ['a proxy’s', { status: 503, headers: { 'retry-after': '45' }, contentType: 'text/html', body: '<h1>Busy</h1>' }],
] as const) {
  test(`${what} Retry-After is respected`, async ({ timed, complaints }) => {
    const { overview, polls, clock } = timed;
    complaints.expect(answered(503));
    await polls.answer(route => route.fulfill(answer));
    await clock.press('r');
    await expect(overview.notices).toContainText('The metering API does not answer.');
    await expect(overview.notices).toContainText(/Next try in (4[5-9]|5\d) s\./);
    await clock.run(44_000);
    expect(await polls.count()).toBe(1);
    await polls.letThrough();
    const isFine = async () => !(await overview.notices.innerText()).includes('Updates fail');
    await clock.runUntil(isFine, 'updated again');
    expect(await polls.count()).toBeGreaterThan(1);
  });
}

for (const [what, answer] of [
  ['a page of somebody in between', { status: 200, contentType: 'text/html', body: '<h1>Pay for Wi-Fi</h1>' }],
  ['an answer that was cut off', { status: 200, contentType: 'application/json', body: '{"broker":{"name":"de' }],
] as const) {
  test(`${what} is named, and the last values stay`, async ({ timed }) => {
    const { overview, polls, clock } = timed;
    const before = await overview.lines('objects');
    await polls.answer(route => route.fulfill(answer));
    await clock.press('r');
    await expect(overview.notices).toContainText('Updates fail: The answer could not be read.');
    expect(await overview.lines('objects')).toEqual(before);
  });
}

test('an offline browser says so and polls at once when online', async ({ timed, complaints, context }) => {
  const { overview, polls, clock, page } = timed;
  complaints.expect(notConnected);
  await context.setOffline(true);
  await clock.press('r');
  await expect(overview.notices).toContainText('Updates fail: The dashboard’s server cannot be reached.');
  const before = await polls.count();
  await page.evaluate(() => addEventListener('online', () => Object.assign(window, { isBack: true })));
  await context.setOffline(false);
  await expect.poll(() => page.evaluate(() => 'isBack' in window), 'the page receives the event').toBe(true);
  await clock.run(1_000);
  await expect(overview.notices).not.toContainText('Updates fail');
  expect(await polls.count()).toBe(before + 1);
});

/** Hides the tab, or shows it again. */
async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);
}

test('a hidden tab does not poll and catches up when shown', async ({ timed }) => {
  const { polls, clock, page } = timed;
  await setVisibility(page, 'hidden');
  // One that was under way may have ended with the tab's hiding.
  const before = await polls.count();
  await clock.run(60_000);
  expect(await polls.count()).toBe(before);
  await setVisibility(page, 'visible');
  await clock.run(1_000);
  expect(await polls.count()).toBe(before + 1);
});

test('Retry-After still applies after the tab was hidden', async ({ timed, complaints }) => {
  const { overview, polls, clock, page } = timed;
  complaints.expect(answered(503));
  await polls.answer(route => route.fulfill({ status: 503, json: { Unavailable: { retry_after: 300 } } }));
  await clock.press('r');
  await expect(overview.notices).toContainText('The metering API does not answer.');
  const count = await polls.count();
  await setVisibility(page, 'hidden');
  await setVisibility(page, 'visible');
  await clock.run(120_000);
  expect(await polls.count()).toBe(count);
});

test('a running poll is aborted when the tab is hidden', async ({ timed }) => {
  const { polls, clock, page } = timed;
  await polls.hang();
  await clock.press('r');
  await expect.poll(polls.waiting).toBe(1);
  await setVisibility(page, 'hidden');
  await expect.poll(polls.waiting).toBe(0);
  expect(await polls.aborted()).toBe(1);
});

test('polls are five seconds apart', async ({ timed }) => {
  const { polls, clock } = timed;
  const letThrough = await polls.hold();
  await clock.press('r');
  for (const count of [1, 2, 3]) {
    expect(await polls.count()).toBe(count);
    // The wait begins with the answer, and no time passes while that arrives.
    await letThrough();
    await clock.run(4_900);
    expect(await polls.count()).toBe(count);
    await clock.run(200);
  }
});

test.describe('paused', () => {
  test.use({ query: '?refresh=off' });

  test('does not poll, says so, and R polls once', async ({ timed }) => {
    const { overview, polls, clock } = timed;
    await expect(overview.notices).toContainText('Updates are paused.');
    await clock.run(60_000);
    expect(await polls.count()).toBe(0);
    await clock.press('r');
    expect(await polls.count()).toBe(1);
    await clock.run(60_000);
    expect(await polls.count()).toBe(1);
  });
});

test.describe('every 30 s', () => {
  test.use({ query: '?refresh=30s' });

  test('polls every 30 s', async ({ timed }) => {
    const { overview, polls, clock } = timed;
    await polls.answer(async route => {
      const response = await route.fetch();
      const json = await response.json();
      json.overview.object_totals.queues = 4711;
      await route.fulfill({ response, json });
    });
    await clock.press('r');
    // The page has taken the answer in: from then on it waits.
    await expect(overview.tile('Queues')).toHaveText('4,711');
    await clock.run(29_000);
    expect(await polls.count()).toBe(1);
    await clock.run(2_000);
    expect(await polls.count()).toBe(2);
  });
});

test('R with a modifier key is left to the browser', async ({ timed }) => {
  const { polls, clock, page } = timed;
  await page.evaluate(() => {
    const press = new KeyboardEvent('keydown', { key: 'r', ctrlKey: true, bubbles: true });
    document.body.dispatchEvent(press);
  });
  await clock.run(100);
  expect(await polls.count()).toBe(0);
});
