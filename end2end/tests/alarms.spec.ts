// A node in alarm, and values that are not fresh: no page hides it.

import { Gate } from '../support/gate.ts';
import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('a memory alarm is the state of the broker, and every page names the node', async ({
  page, context, broker, startWarren, stopAtEnd,
}) => {
  test.slow();
  let isRaised = false;
  const changes = (path: string, body: any) =>
    isRaised && path.startsWith('/api/nodes') && Array.isArray(body)
      ? body.map(node => ({ ...node, mem_alarm: true }))
      : undefined;
  const gate = stopAtEnd(await Gate.open(broker.url, { changes }));
  const warren = await startWarren({ brokers: [`demo=${broker.urlAt(gate.url)}`] });
  await context.addCookies([await session(warren.url, broker.administrator)]);
  const [{ name }] = await broker.get('/api/nodes');
  const overview = new Overview(page);
  const alarm = page.locator('.alarm-bar .alarm');
  await page.goto(`${warren.url}${DEMO}`);
  await overview.alive();
  await expect(overview.state).toHaveText('● OK');
  await expect(alarm).toHaveCount(0);

  await test.step('raised: the open page shows it by itself', async () => {
    isRaised = true;
    await expect(overview.state).toHaveText('■ memory alarm', { timeout: 60_000 });
    await expect(alarm).toHaveText(new RegExp(`${name}: memory alarm since .*\\d\\d:\\d\\d:\\d\\d\\. Publishers are blocked\\.$`));
  });
  await test.step('other pages show it too, also on a phone', async () => {
    for (const path of ['/log', '/brokers', `${DEMO}/queues`, `${DEMO}/health`, '/meters', '/sharing']) {
      await page.goto(`${warren.url}${path}`);
      await expect(alarm, path).toContainText(name);
    }
    await page.goto(`${warren.url}/brokers`);
    await expect(page.locator('tbody tr').filter({ hasText: 'demo' }).locator('.pill').first()).not.toHaveText('● OK');
    await page.setViewportSize({ width: 360, height: 780 });
    await page.goto(`${warren.url}${DEMO}/queues`);
    await expect(alarm).toBeInViewport();
    await alarm.getByRole('link', { name }).click();
    await expect(page).toHaveURL(`${warren.url}${DEMO}/nodes/${encodeURIComponent(name)}`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
  });
  await test.step('cleared: the bar disappears by itself', async () => {
    isRaised = false;
    await expect(alarm).toHaveCount(0, { timeout: 60_000 });
  });
});

test('values of a broker that does not answer are not marked as fresh', async ({
  page, context, broker, startWarren, stopAtEnd,
}) => {
  const gate = stopAtEnd(await Gate.open(broker.url));
  const warren = await startWarren({ brokers: [`demo=${broker.urlAt(gate.url)}`] });
  await context.addCookies([await session(warren.url, broker.administrator)]);
  const overview = new Overview(page);
  await page.goto(`${warren.url}${DEMO}`);
  await overview.alive();
  await expect(overview.age).not.toHaveClass(/old/);
  // In one look: with age alone the mark would turn many seconds later.
  const marks = page.evaluate(() =>
    new Promise<boolean>(resolve => {
      const look = () => {
        const state = document.querySelector('.page-head .pill')?.textContent ?? '';
        // What the health view reports of the broker may be here before the overview's own answer.
        if (!/stale|no answer/.test(state)) requestAnimationFrame(look);
        else requestAnimationFrame(() => resolve(document.querySelector('.age')!.classList.contains('old')));
      };
      look();
    }),
  );
  await gate.close();
  expect(await marks, 'the mark turns with the state').toBe(true);
});

test('every polling page shows the age of its values', async ({ signedIn }) => {
  for (const path of ['/brokers', '/log', `${DEMO}/health`, `${DEMO}/queues`, `${DEMO}/exchanges/%2F/amq.direct`]) {
    await signedIn.goto(path);
    await expect(signedIn.locator('.page-head .age'), path).toHaveText(/Data age: (< )?\d+ s ago/);
  }
});
