// Polls never pile up, back off when they fail, and rest while nobody looks.
//
// The page's clock is the test's: minutes pass in an instant, and no second by itself.

import type { Page } from '@playwright/test';

import { answered, notConnected } from '../support/console.ts';
import { Overview, POLL } from '../support/overview.ts';
import { pass, Polls, pressR } from '../support/polls.ts';
import { DEMO, expect, test as base } from '../support/test.ts';

interface Fixtures {
  /** The overview, its clock in the test's hand. */
  timed: { overview: Overview; polls: Polls; page: Page };
  query: string;
}

const test = base.extend<Fixtures>({
  query: ['', { option: true }],
  timed: async ({ signedIn: page, query }, use) => {
    await page.clock.install();
    const overview = new Overview(page);
    await page.goto(DEMO + query);
    await overview.alive();
    // Ahead of the real time, so that nothing moves but by the test.
    await page.clock.pauseAt(Date.now() + 60_000);
    const polls = new Polls(page);
    await use({ overview, polls, page });
  },
});

test('a poll that hangs is given up after ten seconds, and the page says so', async ({ timed }) => {
  const { overview, polls, page } = timed;
  await polls.hang();
  await pressR(page);
  await expect.poll(() => polls.waiting).toBe(1);
  await pass(page, 9);
  expect(polls.aborted).toBe(0);
  await pass(page, 1);
  await expect.poll(() => polls.aborted).toBe(1);
  await expect(overview.notices).toContainText('Updates fail: The dashboard’s server took too long to answer.');
  // The last values stay.
  expect(await overview.lines('objects')).not.toEqual([]);

  await polls.letThrough();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.clock.runFor(50);
  await expect(overview.notices).not.toContainText('Updates fail');
});

test('polls that hang never pile up', async ({ timed }) => {
  const { polls, page } = timed;
  await polls.watch();
  await polls.hang();
  for (let second = 0; second < 60; second += 1) {
    await pass(page, 1);
    // A viewer who loses patience does not make it worse.
    if (second % 7 === 0) await pressR(page);
  }
  expect(polls.count).toBeGreaterThan(3);
  expect(await polls.most()).toBe(1);
});

test('polls that fail come less and less often', async ({ timed, complaints }) => {
  const { polls, page } = timed;
  complaints.expect(answered(500));
  await polls.answer(route => route.fulfill({ status: 500, json: 'Internal' }));
  await pass(page, 180);
  // Without backing off it would be 36.
  expect(polls.count).toBeLessThanOrEqual(11);
  expect(polls.count).toBeGreaterThanOrEqual(3);
});

for (const [what, answer] of [
  ['our own', { status: 503, headers: { 'retry-after': '45' }, json: { Unavailable: { retry_after: 45 } } }],
  ['a proxy’s', { status: 503, headers: { 'retry-after': '45' }, contentType: 'text/html', body: '<h1>Busy</h1>' }],
] as const) {
  test(`${what} wish to be left alone is granted`, async ({ timed, complaints }) => {
    const { overview, polls, page } = timed;
    complaints.expect(answered(503));
    await polls.answer(route => route.fulfill(answer));
    await pressR(page);
    await expect(overview.notices).toContainText('The metering API does not answer.');
    await expect(overview.notices).toContainText(/Next try in (4[5-9]|5\d) s\./);
    await pass(page, 44);
    expect(polls.count).toBe(1);
    await polls.letThrough();
    // Second by second: a leap would let the poll itself run out of time on a slow machine.
    const notices = async () => (await pass(page, 1), overview.notices.innerText());
    await expect.poll(notices, { timeout: 40_000 }).not.toContain('Updates fail');
    expect(polls.count).toBeGreaterThan(1);
  });
}

for (const [what, answer] of [
  ['a page of somebody in between', { status: 200, contentType: 'text/html', body: '<h1>Pay for Wi-Fi</h1>' }],
  ['an answer that was cut off', { status: 200, contentType: 'application/json', body: '{"broker":{"name":"de' }],
] as const) {
  test(`${what} is named, and the last values stay`, async ({ timed }) => {
    const { overview, polls, page } = timed;
    const before = await overview.lines('objects');
    await polls.answer(route => route.fulfill(answer));
    await pressR(page);
    await expect(overview.notices).toContainText('Updates fail: The answer could not be read.');
    expect(await overview.lines('objects')).toEqual(before);
  });
}

test('a browser that is cut off says so, and polls at once when it is back', async ({ timed, complaints, context }) => {
  const { overview, polls, page } = timed;
  complaints.expect(notConnected);
  await context.setOffline(true);
  await pressR(page);
  await expect(overview.notices).toContainText('Updates fail: The dashboard’s server cannot be reached.');
  const before = polls.count;
  await context.setOffline(false);
  await pass(page, 1);
  await expect(overview.notices).not.toContainText('Updates fail');
  expect(polls.count).toBe(before + 1);
});

/** Hides the tab, or shows it again. */
async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);
}

test('a hidden tab makes no polls, and catches up when it is looked at', async ({ timed }) => {
  const { polls, page } = timed;
  await setVisibility(page, 'hidden');
  // One that was under way may have ended with the tab's hiding.
  const before = polls.count;
  await pass(page, 60);
  expect(polls.count).toBe(before);
  await setVisibility(page, 'visible');
  await pass(page, 1);
  await expect.poll(() => polls.count).toBe(before + 1);
});

test('a wish to be left alone outlives the tab’s hiding', async ({ timed, complaints }) => {
  const { overview, polls, page } = timed;
  complaints.expect(answered(503));
  await polls.answer(route => route.fulfill({ status: 503, json: { Unavailable: { retry_after: 300 } } }));
  await pressR(page);
  await expect(overview.notices).toContainText('The metering API does not answer.');
  const { count } = polls;
  await setVisibility(page, 'hidden');
  await setVisibility(page, 'visible');
  await pass(page, 120);
  expect(polls.count).toBe(count);
});

test('a call under way is given up when the tab is hidden', async ({ timed }) => {
  const { polls, page } = timed;
  await polls.hang();
  await pressR(page);
  await expect.poll(() => polls.waiting).toBe(1);
  await setVisibility(page, 'hidden');
  await expect.poll(() => polls.waiting).toBe(0);
});

test('five seconds lie between two polls', async ({ timed }) => {
  const { polls, page } = timed;
  for (const count of [1, 2, 3]) {
    const answer = page.waitForResponse(POLL);
    await (count === 1 ? pressR(page) : pass(page, 1));
    await answer;
    expect(polls.count).toBe(count);
    // The wait begins with the answer; a second for the answer's own way.
    await pass(page, 4);
    expect(polls.count).toBe(count);
  }
});

test.describe('paused', () => {
  test.use({ query: '?refresh=off' });

  test('makes no polls, says so, and R makes one', async ({ timed }) => {
    const { overview, polls, page } = timed;
    await expect(overview.notices).toContainText('Updates are paused.');
    await pass(page, 60);
    expect(polls.count).toBe(0);
    await pressR(page);
    await expect.poll(() => polls.count).toBe(1);
    await pass(page, 60);
    expect(polls.count).toBe(1);
  });
});

test.describe('every 30 s', () => {
  test.use({ query: '?refresh=30s' });

  test('waits so long', async ({ timed }) => {
    const { overview, polls, page } = timed;
    await polls.answer(async route => {
      const response = await route.fetch();
      const json = await response.json();
      json.overview.object_totals.queues = 4711;
      await route.fulfill({ response, json });
    });
    await pressR(page);
    // The page has taken the answer in: from then on it waits.
    await expect(overview.tile('Queues')).toHaveText('4,711');
    await pass(page, 29);
    expect(polls.count).toBe(1);
    await pass(page, 2);
    await expect.poll(() => polls.count).toBe(2);
  });
});

test('R that is typed with a modifier is the browser’s', async ({ timed }) => {
  const { polls, page } = timed;
  await page.evaluate(() => {
    const press = new KeyboardEvent('keydown', { key: 'r', ctrlKey: true, bubbles: true });
    document.body.dispatchEvent(press);
  });
  await page.clock.runFor(100);
  expect(polls.count).toBe(0);
});
