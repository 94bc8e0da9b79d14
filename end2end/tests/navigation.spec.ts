// Addresses: which lead where, and what those that lead nowhere say.

import { OwnedClock } from '../support/clock.ts';
import { answered } from '../support/console.ts';
import { hydrated } from '../support/hydration.ts';
import { Overview, POLL } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('with one broker the start page is its overview', async ({ signedIn }) => {
  await signedIn.goto('/');
  await expect(signedIn).toHaveURL(DEMO);
  await expect(signedIn).toHaveTitle('demo · Warren');
});

test('the list of brokers opens each one without a page load', async ({ signedIn, broker }) => {
  const { rabbitmq_version, cluster_name } = await broker.get('/api/overview');
  await signedIn.goto('/brokers');
  await expect(signedIn).toHaveTitle('Brokers · Warren');
  const row = signedIn.getByRole('table').getByRole('row').filter({ hasText: 'demo' });
  await expect(row).toContainText('OK');
  await expect(row).toContainText(rabbitmq_version);
  await expect(row).toContainText(cluster_name);
  await hydrated(signedIn);
  await expect(row).not.toContainText('UTC');
  await signedIn.evaluate(() => Object.assign(window, { marked: true }));
  await row.getByRole('link', { name: 'demo' }).click();
  await expect(signedIn).toHaveURL(DEMO);
  const overview = new Overview(signedIn);
  await overview.alive();
  await expect(signedIn).toHaveTitle('demo · Warren');
  expect(await signedIn.evaluate(() => 'marked' in window)).toBe(true);
  // The page that was left does not go on: one page, one poll.
  await signedIn.goBack();
  await expect(signedIn.getByRole('heading', { level: 1 })).toHaveText('Brokers');
});

test('a page stops polling after it was left', async ({ signedIn }) => {
  const clock = await OwnedClock.install(signedIn);
  await signedIn.goto(DEMO);
  await new Overview(signedIn).alive();
  await signedIn.getByRole('link', { name: 'Brokers', exact: true }).click();
  await expect(signedIn.getByRole('heading', { level: 1 })).toHaveText('Brokers');
  await clock.settle();
  const before = (await clock.calls(POLL)).started;
  await clock.run(60_000);
  expect((await clock.calls(POLL)).started).toBe(before);
});

for (const [what, path] of [
  ['an address that no page has', '/nowhere'],
  ['a broker that does not exist', '/brokers/none'],
] as const) {
  test(`${what} is a 404 with a way out`, async ({ signedIn, complaints }) => {
    complaints.expect(answered(404));
    const answer = await signedIn.goto(path);
    expect(answer?.status()).toBe(404);
    await expect(signedIn.getByRole('heading', { level: 1 })).toHaveText('Not found');
    await signedIn.getByRole('link', { name: 'Back to brokers' }).click();
    await expect(signedIn).toHaveURL('/brokers');
  });
}

test('a missing list is named, not its broker', async ({ signedIn, complaints }) => {
  complaints.expect(answered(404));
  await signedIn.goto(`${DEMO}/burrows`);
  await expect(signedIn.getByText('There is no “burrows”')).toBeVisible();
});

test('a hostile address is shown as text', async ({ signedIn, complaints }) => {
  complaints.expect(answered(404));
  await signedIn.goto('/brokers/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E');
  await expect(signedIn.getByText('There is no broker “<img src=x onerror=alert(1)>”')).toBeVisible();
  await expect(signedIn.locator('img')).toHaveCount(0);
});

test('the page has its values once', async ({ signedIn }) => {
  // Drawn from one answer and taken over with another, it could not come alive.
  const html = await (await signedIn.request.get(DEMO)).text();
  expect(html.split('\\"timestamps\\"').length - 1).toBe(1);
});

test('the page starts whenever it is opened', async ({ signedIn }) => {
  test.slow();
  // Values change every second here, so that some page is drawn while they do.
  for (let visit = 0; visit < 10; visit += 1) {
    await signedIn.goto(DEMO);
    await new Overview(signedIn).alive();
  }
});
