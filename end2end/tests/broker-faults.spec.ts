// A broker that is not there, dies, or hangs, while somebody looks.

import type { Page } from '@playwright/test';

import { Gate } from '../support/gate.ts';
import { CHARTS, Overview } from '../support/overview.ts';
import { fillIn, session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** More messages a second the traffic never publishes: its waves reach 190. */
const MOST_PUBLISHED = 250;

type Seen = Window & typeof globalThis & { seen: string[] };

/** Notes what the page says of the broker's state, of the age of its values, and why, whenever that changes. */
const note = (page: Page) => page.evaluate(() => {
  const { seen } = Object.assign(window as Seen, { seen: [] as string[] });
  const look = () => {
    const parts = ['.page-head .pill', '.age', '.notices'].map(part => document.querySelector(part)?.textContent ?? '');
    seen.push(parts.join(' | '));
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
});

test.describe.configure({ mode: 'serial' });

// A start of the broker takes ten seconds, and a poll that hangs is given up after ten.
test.slow();

test('a broker absent at start is reported at sign-in, and works once it runs', async ({
  page, broker, startWarren, stopAtEnd,
}) => {
  const gate = stopAtEnd(await Gate.open(broker.url));
  await gate.close();
  const warren = await startWarren({ brokers: [`demo=${broker.urlAt(gate.url)}`] });
  await page.goto(`${warren.url}/`);
  await fillIn(page, broker.administrator);
  await expect(page.getByRole('alert')).toHaveText('The metering API does not answer.');
  await gate.open();
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${warren.url}${DEMO}`);
  const overview = new Overview(page);
  await expect(overview.state).toHaveText('● OK', { timeout: 90_000 });
  await overview.alive();
});

test('a page of a broker that never answered says so and recovers by itself', async ({
  page, context, broker, startWarren, stopAtEnd,
}) => {
  let isUp = false;
  // Accounts can be checked, statistics are not there yet: so it is while RabbitMQ boots.
  const passes = (path: string) => isUp || path.startsWith('/api/whoami');
  const gate = stopAtEnd(await Gate.open(broker.url, { passes }));
  const warren = await startWarren({ brokers: [`demo=${broker.urlAt(gate.url)}`] });
  await context.addCookies([await session(warren.url, broker.administrator)]);
  const overview = new Overview(page);
  await page.goto(`${warren.url}${DEMO}`);
  await expect(overview.state).toHaveText('■ never answered');
  await expect(overview.notices).toContainText('There are no values yet: the broker has not answered once.');
  await expect(overview.tile('Queues')).toHaveText('–');
  isUp = true;
  await expect(overview.state).toHaveText('● OK', { timeout: 90_000 });
  await expect(overview.tile('Queues')).toHaveText(/^\d+$/);
  for (const id of CHARTS) await expect.poll(() => overview.lines(id), id).not.toEqual([]);
  await expect(overview.notices.locator('.notice:visible')).toHaveCount(0);
});

test('a killed broker recovers', async ({ page, context, victim, startWarren }) => {
  const warren = await startWarren({ brokers: [`demo=${victim.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, victim.administrator)]);
  const overview = new Overview(page);
  await page.goto(`${warren.url}${DEMO}?range=1m`);
  await overview.alive();
  const rates = overview.chart('message-rates');
  await rates.locator('summary').click();
  // Of publishing: the broker itself delivers in a burst what had waited. In one look: the columns are of the series
  // that are not idle, and become others with a poll.
  const greatest = () => rates.evaluate(chart => {
    const heads = Array.from(chart.querySelectorAll('thead th'), head => head.textContent);
    const rows = [...chart.querySelectorAll('tfoot tr')];
    const row = rows.find(row => row.querySelector('th')!.textContent === 'Maximum');
    const text = row?.querySelectorAll('td')[heads.indexOf('Publish') - 1]?.textContent ?? '';
    return Number.parseFloat(text.replaceAll(',', ''));
  });
  await expect.poll(greatest, 'the greatest rate before').toBeGreaterThan(0);
  const before = await overview.tileNumbers();

  await test.step('killed: stale, then down, with the last values', async () => {
    await victim.kill();
    await overview.refresh();
    await expect(overview.state).toHaveText(/▲ stale|■ no answer for/);
    await expect(overview.state).toHaveText(/■ no answer for \d+ s/, { timeout: 60_000 });
    await expect(overview.notices).toContainText('demo: no answer since');
    await expect(overview.notices).toContainText('The values below are from');
    await expect(overview.page.locator('.overview')).toHaveClass(/dim/);
    const after = await overview.tileNumbers();
    expect(Object.values(after).every(Number.isFinite), JSON.stringify(after)).toBe(true);
    expect(after.exchanges).toBe(before.exchanges);
  });

  await test.step('restarted: live, with a marked gap and no spike', async () => {
    await victim.restart();
    await expect(overview.state).toHaveText('● OK', { timeout: 90_000 });
    await expect(overview.notices.locator('.notice:visible')).toHaveCount(0);
    for (const id of CHARTS) await expect(overview.gaps(id), id).toHaveAttribute('d', /^M/);
    // Two more polls, so that rates over the restart would have come.
    await overview.moves('message-rates');
    await overview.moves('message-rates');
    expect(await greatest(), 'the greatest rate after').toBeLessThan(MOST_PUBLISHED);
  });
});

test('a frozen broker recovers', async ({ page, context, victim, startWarren }) => {
  const warren = await startWarren({ brokers: [`demo=${victim.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, victim.administrator)]);
  const overview = new Overview(page);
  await page.goto(`${warren.url}${DEMO}`);
  await overview.alive();
  await note(page);
  await victim.freeze();
  try {
    // It is asked for ten seconds before it counts as silent, and is stale for some twenty more; meanwhile the age
    // shows it. A look from outside may come too late.
    const seen = () => page.evaluate(() => (window as Seen).seen.filter(text => text.startsWith('▲ stale')).join('\n'));
    await expect.poll(seen, { timeout: 60_000 }).toMatch(/^▲ stale \| .*\b[12]\d s ago.* \| .*demo: stale since/m);
    expect(await overview.lines('objects')).not.toEqual([]);
  } finally {
    await victim.thaw();
  }
  await expect(overview.state).toHaveText('● OK', { timeout: 90_000 });
  await expect(overview.age).toHaveText(/: < 10 s ago/);
});
