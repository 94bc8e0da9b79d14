// Charts: they move, show their values, and can be read by screen readers.

import { CHARTS, type Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** Opens the page again, without polls: several looks at it then see the same values. */
async function pause(overview: Overview): Promise<void> {
  await overview.page.goto(`${DEMO}?refresh=off`);
  await overview.alive();
}

for (const id of CHARTS) {
  test(`${id}: updates by itself`, async ({ overview }) => {
    expect(await overview.lines(id), 'lines drawn at first').not.toEqual([]);
    await overview.moves(id);
  });

  test(`${id}: legend and slider show the same values at each tick`, async ({ overview }) => {
    const chart = overview.chart(id);
    const values = () => chart.evaluate(chart => ({
      legend: Array.from(chart.querySelectorAll('.legend li:not(.hidden) .label'), label =>
        `${label.textContent} ${label.nextElementSibling!.textContent}`).join(', '),
      slider: chart.querySelector('[role="slider"]')!.getAttribute('aria-valuetext'),
    }));
    const before = await values();
    expect(before.legend).toBe(before.slider);
    // Which number changes, and when, is the broker's: rates of its own churn rest longest.
    await expect.poll(async () => (await values()).legend, { timeout: 60_000 }).not.toBe(before.legend);
    const after = await values();
    expect(after.legend).toBe(after.slider);
  });

  test(`${id}: has a table of the series in its legend`, async ({ overview }) => {
    const chart = overview.chart(id);
    await expect(chart.getByRole('table')).toBeHidden();
    await chart.locator('summary').click();
    const table = chart.getByRole('table');
    await expect(table).toBeVisible();
    // In one look: a series that is idle no longer stands in both from one poll to the next.
    const shown = await chart.evaluate(chart => {
      const texts = (selector: string) => Array.from(chart.querySelectorAll(selector), ({ textContent }) => textContent);
      return {
        listed: texts('.legend li:not(.hidden) .label'),
        heads: texts('table thead th'),
        cells: chart.querySelectorAll('table tbody tr:first-child td').length,
      };
    });
    expect(shown.listed).not.toEqual([]);
    expect(shown.heads).toEqual(['Time', ...shown.listed]);
    expect(shown.cells).toBe(shown.listed.length);
    const rows = table.locator('tbody tr');
    // Of a dashboard that has just started there is one time at first.
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
    await expect(rows.first().getByRole('rowheader')).toHaveText(/^\d\d:\d\d:\d\d$/);
    await expect(table.locator('tfoot').getByRole('rowheader')).toHaveText(['Minimum', 'Average', 'Maximum']);
  });
}

test('the legend hides and shows a series', async ({ overview }) => {
  const chart = overview.chart('queued-messages');
  const entry = chart.locator('.legend').getByRole('button', { name: 'Unacked' });
  await expect(entry).toHaveAttribute('aria-pressed', 'true');
  const all = (await overview.lines('queued-messages')).length;
  const look = await entry.locator('.swatch path').getAttribute('class');
  const line = chart.locator(`.plot-area path[class="${look}"]`);
  await expect(line).toHaveAttribute('d', /^M/);
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'false');
  await expect(line).toHaveAttribute('d', '');
  expect((await overview.lines('queued-messages')).length).toBe(all - 1);
  await entry.click();
  await expect(line).toHaveAttribute('d', /^M/);
  expect((await overview.lines('queued-messages')).length).toBe(all);
});

test('a hidden series stays hidden when values arrive', async ({ overview }) => {
  const entry = overview.chart('queued-messages').locator('.legend').getByRole('button', { name: 'Ready' });
  const all = (await overview.lines('queued-messages')).length;
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'false');
  const left = (await overview.lines('queued-messages')).length;
  expect(left).toBe(all - 1);
  await overview.moves('queued-messages');
  await expect(entry).toHaveAttribute('aria-pressed', 'false');
  expect((await overview.lines('queued-messages')).length).toBe(left);
});

test('idle series are listed on demand', async ({ overview }) => {
  const legend = overview.chart('message-rates').locator('.legend');
  const before = await legend.locator('li:visible').count();
  await legend.getByRole('button', { name: /^\+\d+ idle$/ }).click();
  await expect(legend.getByRole('button', { name: 'Hide idle' })).toHaveAttribute('aria-expanded', 'true');
  expect(await legend.locator('li:visible').count()).toBeGreaterThan(before);
});

test('the pointer moves one crosshair over all charts', async ({ overview }) => {
  const { width, height } = await overview.plot('queued-messages');
  await overview.slider('queued-messages').hover({ position: { x: width * 0.97, y: height / 2 } });
  for (const id of CHARTS) await expect(overview.crosshair(id), id).toHaveCount(1);
  const times = await overview.page.locator('.chart .at').allInnerTexts();
  expect(times[0]).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(new Set(times).size, 'one time over all charts').toBe(1);
  await overview.page.getByRole('heading', { level: 1 }).hover();
  for (const id of CHARTS) await expect(overview.crosshair(id), id).toHaveCount(0);
});

test('the keyboard moves the same crosshair, and its values are read out', async ({ overview }) => {
  // The first poll brings what the page has not carried of the hour: positions count from there.
  await pause(overview);
  const slider = overview.slider('queued-messages');
  await slider.press('End');
  for (const id of CHARTS) await expect(overview.crosshair(id), id).toHaveCount(1);
  const last = await slider.getAttribute('aria-valuetext');
  expect(last).toMatch(/^\d\d:\d\d:\d\d, Total \d/);
  const position = Number(await slider.getAttribute('aria-valuenow'));
  await slider.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuenow', String(position - 1));
  await expect(slider).not.toHaveAttribute('aria-valuetext', last!);
  await slider.press('ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuetext', last!);
  await slider.press('Escape');
  for (const id of CHARTS) await expect(overview.crosshair(id), id).toHaveCount(0);
});

test('the crosshair stays at its time when values arrive', async ({ overview }) => {
  const slider = overview.slider('objects');
  await slider.press('End');
  await slider.press('ArrowLeft');
  const text = await slider.getAttribute('aria-valuetext');
  await overview.moves();
  await expect(slider).toHaveAttribute('aria-valuetext', text!);
});

test('a chart can be expanded to the full width', async ({ overview }) => {
  const chart = overview.chart('objects');
  const narrow = (await chart.boundingBox())!.width;
  await chart.getByRole('button', { name: 'Expand' }).click();
  await expect.poll(async () => (await chart.boundingBox())!.width).toBeGreaterThan(narrow * 1.8);
  await expect(chart.getByRole('button', { name: 'Expand' })).toHaveAttribute('aria-pressed', 'true');
});

test('chart settings survive a reload', async ({ overview }) => {
  const { page } = overview;
  const ready = overview.chart('queued-messages').locator('.legend').getByRole('button', { name: 'Ready' });
  await ready.click();
  await overview.chart('objects').getByRole('button', { name: 'Expand' }).click();
  await page.reload();
  await overview.alive();
  await expect(ready).toHaveAttribute('aria-pressed', 'false');
  await expect(overview.chart('objects')).toHaveClass(/wide/);
  // The server draws it so: nothing jumps when scripts take over.
  const html = await (await page.request.get(page.url())).text();
  expect(html.match(/<figure[^>]* id="objects"[^>]*>/)![0]).toMatch(/class="[^"]*\bwide\b/);
  await ready.click();
  await overview.chart('objects').getByRole('button', { name: 'Expand' }).click();
  await page.reload();
  await overview.alive();
  await expect(ready).toHaveAttribute('aria-pressed', 'true');
  await expect(overview.chart('objects')).not.toHaveClass(/wide/);
});

for (const width of [1440, 2200]) {
  test(`expanded charts leave no empty space, ${width} px wide`, async ({ overview }) => {
    const { page } = overview;
    await page.setViewportSize({ width, height: 1000 });
    for (const wide of [[], ['message-rates'], ['queued-messages', 'churn']] as const) {
      for (const id of CHARTS) {
        const button = overview.chart(id).getByRole('button', { name: 'Expand' });
        const is = (await button.getAttribute('aria-pressed')) === 'true';
        if (is !== (wide as readonly string[]).includes(id)) await button.click();
      }
      // In one look: a legend that becomes longer with a poll moves the charts below it.
      const boxes = await page.locator('.charts').evaluate(charts => {
        const box = (element: Element) => {
          const { left, right, top } = element.getBoundingClientRect();
          return { left, right, top };
        };
        return { whole: box(charts), charts: Array.from(charts.querySelectorAll('.chart'), box) };
      });
      expect(boxes.charts).toHaveLength(CHARTS.length);
      const rows = new Map<number, { from: number; to: number }>();
      for (const { left, right, top } of boxes.charts) {
        const row = rows.get(top) ?? { from: left, to: right };
        rows.set(top, { from: Math.min(row.from, left), to: Math.max(row.to, right) });
      }
      for (const { from, to } of rows.values()) {
        expect(Math.abs(from - boxes.whole.left), `${wide}`).toBeLessThan(1);
        expect(Math.abs(to - boxes.whole.right), `${wide}`).toBeLessThan(1);
      }
    }
  });
}

test('an open table makes no other chart longer', async ({ overview }) => {
  // A poll may list a series that was idle, and so make a legend longer.
  await pause(overview);
  const height = async () => (await overview.chart('message-rates').boundingBox())!.height;
  const before = await height();
  await overview.chart('queued-messages').locator('summary').click();
  await expect(overview.chart('queued-messages').getByRole('table')).toBeVisible();
  expect(await height()).toBeLessThanOrEqual(before);
});

for (const width of [360, 800, 1440, 2200]) {
  test(`every chart has a plot and its legend below it, ${width} px wide`, async ({ overview }) => {
    const { page } = overview;
    await page.setViewportSize({ width, height: 1000 });
    const whole = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await whole(), 'nothing stands out').toBeLessThanOrEqual(width);
    for (const id of CHARTS) {
      // In one look: a poll may move the whole chart.
      const { plot, axis, legend } = await overview.chart(id).evaluate(chart => {
        const box = (selector: string) => {
          const { top, bottom, height } = chart.querySelector(selector)!.getBoundingClientRect();
          return { top, bottom, height };
        };
        return { plot: box('.plot'), axis: box('.x-axis'), legend: box('.legend') };
      });
      expect(plot.height, id).toBeGreaterThanOrEqual(189);
      expect(axis.top, id).toBeGreaterThanOrEqual(plot.bottom - 1);
      expect(legend.top, id).toBeGreaterThanOrEqual(axis.bottom);
    }
  });
}

test('times are in the viewer’s zone', async ({ overview }) => {
  const slider = overview.slider('objects');
  await slider.press('End');
  const text = (await slider.getAttribute('aria-valuetext'))!.slice(0, 5);
  const now = new Date().toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' });
  const [there, here] = [text, now].map(time => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  // The last values may be some minutes old on a busy machine. Zones are half an hour apart, or more.
  expect((here - there + 24 * 60) % (24 * 60), `minutes from ${text} to ${now}`).toBeLessThan(10);
});
