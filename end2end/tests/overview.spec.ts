// What the overview shows is what the broker says.

import { TILES } from '../support/overview.ts';
import { expect, test } from '../support/test.ts';

/**
 * Waits until the page has shown what the broker has reported. Both change all the time, and neither is read at
 * the moment of the other: all that either said counts.
 */
async function expectReported(shown: () => Promise<string>, reported: () => Promise<string>): Promise<void> {
  const all = { shown: new Set<string>(), reported: new Set<string>() };
  const meet = async () => {
    all.reported.add(await reported());
    all.shown.add(await shown());
    return [...all.shown].some(values => all.reported.has(values)) || `${[...all.shown]} | ${[...all.reported]}`;
  };
  await expect.poll(meet, { message: 'shown | reported', timeout: 60_000, intervals: [100] }).toBe(true);
}

test('the tiles show the broker’s own totals', async ({ overview, broker }) => {
  const inWords = (totals: Record<string, number>) => Object.values(TILES).map(field => totals[field]).join(' ');
  // Connections come and go: the page shows all five as the broker reported them a moment ago.
  await expectReported(
    async () => inWords(await overview.tileNumbers()),
    async () => inWords((await broker.get('/api/overview')).object_totals),
  );
});

test('legends show the broker’s messages and rates', async ({ overview, broker }) => {
  const value = async (id: 'queued-messages' | 'message-rates', label: string) => {
    const entry = overview.chart(id).locator('.legend').getByRole('button', { name: label, exact: false });
    const text = await entry.first().locator('b').innerText();
    return Number.parseFloat(text.replaceAll(',', '')) * (text.includes('k') ? 1000 : 1);
  };
  const ratio = (shown: number, said: number) => (shown === said ? 1 : shown / said);
  // Both move all the time, and the chart shows the mean of a step.
  await expect(async () => {
    await overview.refresh();
    const { queue_totals, message_stats } = await broker.get('/api/overview');
    const shares = [
      ratio(await value('queued-messages', 'Total'), queue_totals.messages),
      ratio(await value('message-rates', 'Publish'), message_stats.publish_details.rate),
    ];
    for (const share of shares) expect(Math.abs(share - 1), String(shares)).toBeLessThan(0.25);
  }).toPass({ timeout: 80_000 });
});

test('nodes are shown with their limits', async ({ overview, broker }) => {
  const [node] = await broker.get('/api/nodes');
  const row = overview.page.locator('#nodes').getByRole('row').filter({ hasText: node.name });
  await expect(row.getByRole('rowheader')).toHaveText(node.name);
  await expect(row).toContainText('running');
  await expect(row).toContainText(`of ${node.fd_total.toLocaleString('en')}`);
  await expect(row).toContainText(`of ${node.proc_total.toLocaleString('en')}`);
  // Memory, files, sockets, processes; nobody reports how large the disk is.
  await expect(row.locator('.bar:visible')).toHaveCount(4);
  await expect(async () => {
    const [{ mem_used, mem_limit }] = await broker.get('/api/nodes');
    const fill = await row.locator('.bar .fill').first().getAttribute('d');
    const share = Number(fill!.match(/^M0 5H(\d+)$/)![1]) / 1000;
    expect(Math.abs(share - mem_used / mem_limit)).toBeLessThan(0.01);
  }, 'the bar of memory is as full as its text says').toPass({ timeout: 60_000 });
});

test('listeners, contexts, exchange types and versions equal the broker’s', async ({ overview, broker }) => {
  const reported = await broker.get('/api/overview');
  const names = (rows: { name: string }[]) => rows.map(({ name }) => name).sort();
  const headers = async (id: string) =>
    (await overview.page.locator(`#${id} tbody`).getByRole('rowheader').allInnerTexts()).sort();
  expect(await headers('exchange-types')).toEqual(names(reported.exchange_types));
  expect(await headers('listeners')).toEqual(reported.listeners.map(({ protocol }: any) => protocol).sort());
  expect(await headers('contexts')).toEqual(reported.contexts.map(({ description }: any) => description).sort());
  const about = overview.page.locator('#about');
  await expect(about).toContainText(reported.rabbitmq_version);
  await expect(about).toContainText(reported.erlang_version);
  await expect(about).toContainText(reported.cluster_name);
});

test('churn totals equal the broker’s', async ({ overview, broker }) => {
  const row = overview.page.locator('#churn-totals').getByRole('row').filter({ hasText: 'Queues declared' });
  await expectReported(
    () => row.getByRole('cell').first().innerText(),
    async () => (await broker.get('/api/overview')).churn_rates.queue_declared.toLocaleString('en'),
  );
});

test('the age of the values is always shown, and small', async ({ overview }) => {
  await expect(overview.age).toHaveText(/Data age: (< )?\d+ s ago/);
  // Poll every 5 s, values of a broker that is asked every second.
  const seconds = async () => Number((await overview.age.innerText()).match(/(\d+) s ago/)?.[1]);
  await expect.poll(seconds).toBeLessThan(15);
  await expect(overview.age).not.toHaveClass(/old/);
});

test('a healthy broker is shown by shape and word', async ({ overview }) => {
  await expect(overview.state).toHaveText('● OK');
  await expect(overview.notices.locator('.notice:visible')).toHaveCount(0);
});
