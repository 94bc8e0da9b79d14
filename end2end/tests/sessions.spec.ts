// Sessions that end under an open page.

import { OwnedClock } from '../support/clock.ts';
import { answered, notConnected } from '../support/console.ts';
import { Overview } from '../support/overview.ts';
import { Polls } from '../support/polls.ts';
import { fillIn, session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

const QUERY = '?range=1h&refresh=10s';
const ENDED = 'Your session has ended.';

test('after a restart of the dashboard the page asks to sign in and returns as it was', async ({
  page, context, broker, startWarren, complaints,
}) => {
  complaints.expect(notConnected);
  complaints.expect(answered(401));
  const warren = await startWarren({ brokers: [`demo=${broker.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, broker.administrator)]);
  // The page does not poll by itself: it would find out that its session has ended before the button is pressed.
  const clock = await OwnedClock.install(page);
  const overview = new Overview(page);
  await page.goto(warren.url + DEMO + QUERY);
  await overview.alive();
  await clock.stop();

  await warren.stop();
  await clock.press('r');
  await expect(overview.notices).toContainText('Updates fail: The dashboard’s server cannot be reached.');
  expect(await overview.lines('objects'), 'the last values stay').not.toEqual([]);

  // It keeps sessions in memory, and has forgotten this one.
  await warren.restart();
  await page.getByRole('button', { name: 'Try now' }).click();
  await clock.run(50);
  await expect(overview.notices).toContainText(ENDED);
  await clock.resume();
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(warren.url + DEMO + QUERY);
  await overview.alive();
});

test('after its session ended elsewhere the page stops and returns after a sign-in', async ({
  page, context, warren, broker, complaints,
}) => {
  complaints.expect(answered(401));
  const { administrator } = broker;
  await context.addCookies([await session(warren.url, administrator)]);
  const overview = new Overview(page);
  await page.goto(DEMO + QUERY);
  await overview.alive();

  const other = await context.newPage();
  await other.goto(DEMO);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(other).toHaveURL(/\/sign-in$/);
  await other.close();

  await page.keyboard.press('r');
  await expect(overview.notices).toContainText(ENDED);
  await expect(overview.notices).toContainText('The values below are the last ones received.');
  expect(await overview.lines('objects')).not.toEqual([]);
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await fillIn(page, administrator);
  await expect(page).toHaveURL(DEMO + QUERY);
});

test('without a session the page stops polling', async ({ signedIn: page, context, complaints }) => {
  complaints.expect(answered(401));
  const clock = await OwnedClock.install(page);
  const overview = new Overview(page);
  await page.goto(DEMO);
  await overview.alive();
  await clock.stop();
  await context.clearCookies();
  await clock.press('r');
  await expect(overview.notices).toContainText(ENDED);
  const polls = await Polls.watch(clock);
  await clock.run(120_000);
  expect(await polls.count()).toBe(0);
});

test('a link without a session leads to the form, then to its target', async ({
  signedIn: page, context, broker, complaints,
}) => {
  complaints.expect(answered(401));
  await page.goto('/brokers');
  await expect(page.getByRole('table')).toBeVisible();
  await context.clearCookies();
  await page.getByRole('table').getByRole('link', { name: 'demo' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(DEMO);
});
