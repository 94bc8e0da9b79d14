// What an embedded panel withstands. The page's clock is the test's: hours pass in an instant.

import type { Page } from '@playwright/test';

import { OwnedClock } from '../support/clock.ts';
import { Embedded, expect, PANELS, PanelPolls, test as base } from '../support/embedded.ts';
import { page as pageWith, panel } from '../support/host.ts';
import { answered, notConnected } from '../support/console.ts';

interface Fixtures {
  /** The page's clock, which goes as outside until a test takes it over. */
  clock: OwnedClock;
  /** A portal's page with a zoomed chart of queued messages whose line Ready is hidden. */
  embedded: Embedded;
  polls: PanelPolls;
}

const HOUR = 3_600_000;

const test = base.extend<Fixtures>({
  clock: async ({ page }, use) => use(await OwnedClock.install(page)),
  polls: async ({ page }, use) => use(new PanelPolls(page)),
  embedded: async ({ page, portal, embedding, polls, clock }, use) => {
    expect(polls.count).toBe(0);
    // It has to be there before the page.
    void clock;
    portal.pages.set('/', pageWith(embedding.url, panel('queued-messages') + panel('tiles')));
    const embedded = new Embedded(page);
    await page.goto(portal.origin);
    await embedded.alive('queued-messages');
    await embedded.panel('queued-messages').getByRole('button', { name: /^Ready/ }).click();
    await use(embedded);
  },
});

/** Hides the tab, or shows it again. */
const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

/** The panel is alive, and what the viewer chose is as it was. */
async function goesOn(embedded: Embedded): Promise<void> {
  await embedded.moves('queued-messages');
  const element = embedded.panel('queued-messages');
  await expect(element.getByRole('button', { name: /^Ready/ })).toHaveAttribute('aria-pressed', 'false');
  await expect(element.locator('.notices')).not.toContainText('fail');
}

/** Ends the token that the page has now. */
async function endToken(page: Page, origin: string): Promise<void> {
  let ended: string | undefined;
  await page.route(PANELS, async route => {
    const token = route.request().headers()['x-auth-token'];
    ended ??= token;
    if (token !== ended) return route.continue();
    return route.fulfill({ status: 401, headers: { 'access-control-allow-origin': origin }, json: 'SignedOut' });
  });
}

test('panels recover in a tab that slept for eight hours', async ({ page, portal, embedded, polls, clock, complaints }) => {
  complaints.expect(answered(401));
  await setVisibility(page, 'hidden');
  await clock.settle();
  const { count } = polls;
  // The token it holds ends meanwhile.
  await endToken(page, portal.origin);
  await clock.jump(8 * HOUR);
  expect(polls.count).toBe(count);
  await setVisibility(page, 'visible');
  await goesOn(embedded);
  expect(portal.asked).toBe(2);
});

test('panels recover on a laptop that slept for eight hours with the tab visible', async ({ page, portal, embedded, clock, complaints }) => {
  complaints.expect(answered(401));
  // No poll is under way in the jump: it would end by its time limit, and so would its call for a token.
  await clock.stop();
  await endToken(page, portal.origin);
  await clock.jump(8 * HOUR);
  await clock.resume();
  await goesOn(embedded);
  expect(portal.asked).toBe(2);
});

test('panels recover after a lost connection', async ({ context, embedded, clock, complaints }) => {
  complaints.expect(notConnected);
  const element = embedded.panel('queued-messages');
  await clock.stop();
  const before = await embedded.lines('queued-messages');
  await context.setOffline(true);
  await clock.run(15_000);
  await expect(element.locator('.notices')).toContainText('Updates fail');
  expect(await embedded.lines('queued-messages')).toEqual(before);
  await clock.jump(HOUR);
  await context.setOffline(false);
  await clock.resume();
  await goesOn(embedded);
});

for (const [what, minutes] of [['fast', 10], ['slow', -10]] as const) {
  test(`a viewer’s clock that is ten minutes ${what}`, async ({ page, portal, embedding }) => {
    await page.clock.install({ time: Date.now() + minutes * 60_000 });
    portal.pages.set('/', pageWith(embedding.url, panel('queued-messages') + panel('overview')));
    const embedded = new Embedded(page);
    await page.goto(portal.origin);
    await embedded.alive('queued-messages');
    await embedded.moves('queued-messages');
    await expect(embedded.panel('overview').locator('.age')).toContainText(/\b\d{1,2} s ago/);
    expect(portal.asked).toBe(1);
  });

  test(`a viewer’s clock that is put ${what} by ten minutes while a panel is open`, async ({ page, embedded }) => {
    await page.clock.setSystemTime(Date.now() + minutes * 60_000);
    await goesOn(embedded);
  });
}

test('panels recover after a restart of the server', async ({ embedding, embedded, clock, complaints }) => {
  test.slow();
  complaints.expect(notConnected);
  complaints.expect(answered(401));
  await embedding.stop();
  await expect(embedded.panel('queued-messages').locator('.notices')).toContainText('Updates fail', { timeout: 60_000 });
  // No poll comes before the portal knows where the metering API is now, and none is under way in the jump.
  await clock.stop();
  await embedding.restart();
  // However often it failed meanwhile, the next poll is due.
  await clock.jump(60_000);
  await clock.resume();
  await goesOn(embedded);
});

test('panels recover after failures of the token URL', async ({ page, portal, embedded, polls, clock, complaints }) => {
  // Five minutes of the page's time, second by second.
  test.slow();
  complaints.expect(answered(401));
  complaints.expect(answered(500));
  await clock.stop();
  portal.refuse = 500;
  await endToken(page, portal.origin);
  await clock.run(10_000);
  const element = embedded.panel('queued-messages');
  await expect(element.locator('.notices')).toContainText('The embedding page provides no valid token');
  const before = { asked: portal.asked, polls: polls.count };
  await clock.run(300_000);
  // It backs off, and asks Warren nothing without a token.
  expect(portal.asked - before.asked).toBeLessThanOrEqual(12);
  expect(polls.count).toBe(before.polls);
  portal.refuse = undefined;
  await clock.runUntilNext(PANELS);
  await clock.resume();
  await goesOn(embedded);
});

test('a hanging poll is aborted, and the next one is answered', async ({ page, embedded, clock }) => {
  await clock.stop();
  clock.held = PANELS;
  await page.route(PANELS, () => {});
  await clock.runUntil(async () => (await clock.calls(PANELS)).aborted > 0, 'given up');
  const element = embedded.panel('queued-messages');
  await expect(element.locator('.notices')).toContainText('took too long');
  await page.unroute(PANELS);
  clock.held = undefined;
  await clock.runUntilNext(PANELS);
  await clock.resume();
  await goesOn(embedded);
});

test('a hidden tab does not poll', async ({ page, embedded, polls, clock }) => {
  await setVisibility(page, 'hidden');
  await clock.settle();
  const { count } = polls;
  await clock.run(600_000, 60_000);
  expect(polls.count).toBe(count);
  await setVisibility(page, 'visible');
  await goesOn(embedded);
});
