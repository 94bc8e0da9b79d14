// What must work in every browser engine. One scenario; the engines differ in their drivers alone.

import { expect, test as base } from '@playwright/test';

import { Broker } from '../support/broker.ts';
import { page as portalPage, panel, Portal } from '../support/host.ts';
import { Warren } from '../support/warren.ts';
import type { Engine, EnginePage, Scope } from './driver.ts';
import { box, lines, noteErrors, notedErrors, texts, valueLabels } from './in-page.ts';
import { startPuppeteer } from './puppeteer.ts';
import { startWebKit } from './webkit.ts';

const ENGINES: Record<string, () => Promise<Engine>> = {
  Chromium: () => startPuppeteer('chrome', '/usr/bin/chromium'),
  Firefox: () => startPuppeteer('firefox', '/usr/bin/firefox-esr'),
  WebKit: startWebKit,
};
const CHARTS = ['#queued-messages', '#message-rates', '#objects', '#churn'];
const DEMO = '/brokers/demo';

interface Ground {
  broker: Broker;
  warren: Warren;
  portal: Portal;
}

interface WorkerFixtures {
  /** A broker with traffic, a dashboard of it, and a portal that embeds its panels. */
  ground: Ground;
  /** The engines that have been started, by name. */
  engine: (name: string) => Promise<Engine>;
}

interface TestFixtures {
  /** Opens a page, which closes at the test's end and must not have logged an error. */
  open: (engine: string) => Promise<EnginePage>;
}

const test = base.extend<TestFixtures, WorkerFixtures>({
  ground: [
    async ({}, use) => {
      const broker = await Broker.start();
      const portal = await Portal.start({ host: 'localhost' });
      const warren = await Warren.start({ brokers: [`demo=${broker.urlWithAccount}`], flags: portal.flags });
      portal.use(warren);
      await broker.busy();
      await use({ broker, warren, portal });
      for (const part of [warren, portal, broker]) await part.stop();
    },
    { scope: 'worker', timeout: 300_000 },
  ],

  engine: [
    async ({}, use) => {
      const started = new Map<string, Promise<Engine>>();
      await use(name => {
        if (!started.has(name)) started.set(name, ENGINES[name]());
        return started.get(name)!;
      });
      for (const engine of started.values()) await (await engine).close();
    },
    { scope: 'worker', timeout: 180_000 },
  ],

  open: async ({ engine }, use) => {
    const pages: EnginePage[] = [];
    await use(async name => {
      const page = await (await engine(name)).newPage();
      pages.push(page);
      return page;
    });
    for (const page of pages) {
      const errors = await page.evaluate(notedErrors).catch(() => undefined);
      await page.close();
      expect(errors ?? [], 'what the page logged as errors').toEqual([]);
    }
  },
});

/** Signs in by the form, as a viewer does, and goes to a page. */
async function signIn(page: EnginePage, { broker, warren }: Ground, path: string): Promise<void> {
  await page.goto(`${warren.url}${path}`);
  await page.fill('input[name="user"]', broker.administrator.name);
  await page.fill('input[name="password"]', broker.administrator.password);
  await page.click('form button[type="submit"]');
  await expect.poll(() => where(page), 'where the sign-in leads').toBe(path);
  await page.evaluate(noteErrors);
  await alive(page);
}

const where = (page: EnginePage) => page.evaluate(() => location.pathname).catch(() => 'loading');

/**
 * Waits until scripts have taken the page over: the exact time of its values is then in the browser's own zone, and
 * `UTC` no longer behind it. No event is sent, which could change what a test sees.
 */
async function alive(page: EnginePage): Promise<void> {
  const time = () => page.evaluate(() => document.querySelector('.age')?.getAttribute('title') ?? '').catch(() => '');
  await expect.poll(time, 'scripts take the page over').toMatch(/^\d\d:\d\d:\d\d$/);
}

/** Checks that every chart is drawn and that each of its labels is at its gridline. */
async function labelsAreAtTheirLines(scope: Scope, charts: string[]): Promise<void> {
  for (const chart of charts) {
    // A frame that still loads has no document to look into.
    await expect.poll(() => scope.evaluate(lines, chart).catch(() => []), `lines of ${chart}`).not.toEqual([]);
  }
  const labels = await scope.evaluate(valueLabels);
  expect(labels.length, 'labels of all charts').toBeGreaterThanOrEqual(2 * charts.length);
  expect(labels.filter(({ below }) => Math.abs(below) > 2), 'labels more than 2 px from their gridline').toEqual([]);
}

/** Checks that a chart draws something else within a few polls. */
async function moves(scope: Scope, chart: string): Promise<void> {
  const before = await scope.evaluate(lines, chart);
  await expect.poll(() => scope.evaluate(lines, chart), `${chart} moves`).not.toEqual(before);
}

for (const name of Object.keys(ENGINES)) {
  test.describe(name, () => {
    test('a viewer signs in and sees a live overview with labels at their gridlines', async ({ open, engine, ground }) => {
      test.info().annotations.push({ type: 'engine', description: (await engine(name)).version });
      const page = await open(name);
      await signIn(page, ground, DEMO);
      await labelsAreAtTheirLines(page, CHARTS);
      await moves(page, '#objects');
      const numbers = async () => (await page.evaluate(texts, '.tile-value')).filter(value => /^\d/.test(value)).length;
      await expect.poll(numbers, 'tiles with numbers').toBeGreaterThan(3);
    });

    test('the crosshair shows the values under the mouse', async ({ open, ground }) => {
      const page = await open(name);
      await signIn(page, ground, DEMO);
      await expect.poll(() => page.evaluate(lines, '#objects')).not.toEqual([]);
      // Again and again: what comes in above may move the chart away from under the mouse.
      const seen = async () => {
        const plot = await page.evaluate(box, '#objects .plot');
        await page.moveMouse(plot.x + plot.width * 0.7, plot.y + plot.height / 2);
        await page.moveMouse(plot.x + plot.width * 0.75, plot.y + plot.height / 2);
        return page.evaluate(() => {
          const line = document.querySelector('#objects .crosshair')?.getBoundingClientRect();
          const area = document.querySelector('#objects .plot')!.getBoundingClientRect();
          const time = document.querySelector('#objects .at')?.textContent ?? '';
          return { at: line ? (line.left - area.left) / area.width : 0, time };
        });
      };
      await expect(async () => {
        const { at, time } = await seen();
        expect(at, 'where the crosshair is').toBeCloseTo(0.75, 1);
        expect(time).toMatch(/\d\d:\d\d/);
      }).toPass({ timeout: 60_000 });
    });

    test('a list is filtered and sorted', async ({ open, ground }) => {
      const page = await open(name);
      await signIn(page, ground, `${DEMO}/exchanges`);
      const names = () => page.evaluate(texts, '.rows tbody th .name > :first-child');
      await expect.poll(names).toContain('amq.fanout');
      await page.fill('input[type="search"][name="name"]', 'amq.t');
      // One in each vhost.
      await expect.poll(async () => new Set(await names())).toEqual(new Set(['amq.topic']));
      await page.fill('input[type="search"][name="name"]', 'amq.');
      await expect.poll(names).toContain('amq.fanout');
      const before = await names();
      await page.click('.rows thead th:first-child a');
      await expect.poll(names, 'in the order of their names').toEqual(before.toSorted());
      expect(before, 'before, in that of their vhosts').not.toEqual(before.toSorted());
    });

    test('links, the palette and the way back lead through the pages', async ({ open, ground }) => {
      const page = await open(name);
      await signIn(page, ground, DEMO);
      await page.click(`nav a[href="${DEMO}/queues"]`);
      await expect.poll(() => where(page)).toBe(`${DEMO}/queues`);
      await expect.poll(() => page.evaluate(texts, '.rows tbody tr')).not.toEqual([]);
      await page.press('k', true);
      await expect.poll(() => page.evaluate(texts, 'dialog[open] [role="option"]')).not.toEqual([]);
      await page.press('ArrowDown');
      await page.press('Enter');
      await expect.poll(() => where(page)).not.toBe(`${DEMO}/queues`);
      await page.back();
      await expect.poll(() => where(page)).toBe(`${DEMO}/queues`);
      await page.back();
      await expect.poll(() => where(page)).toBe(DEMO);
      await labelsAreAtTheirLines(page, CHARTS);
    });

    test('an element in the page of a portal is live, with labels at their gridlines', async ({ open, ground: { warren, portal } }) => {
      portal.pages.set('/element', portalPage(warren.url, panel('queued-messages')));
      const page = await open(name);
      await page.goto(`${portal.origin}/element`);
      await page.evaluate(noteErrors);
      await labelsAreAtTheirLines(page, ['.chart']);
      await moves(page, '.chart');
    });

    test('a frame in the page of a portal is live, with labels at their gridlines', async ({ open, ground: { warren, portal } }) => {
      portal.pages.set('/frame', `<!DOCTYPE html><title>A portal</title><link rel="icon" href="data:,">
<iframe src="${warren.url}/embed/queued-messages?portal=shop&broker=demo" title="Panel" width="700" height="340"
  sandbox="allow-scripts allow-same-origin"></iframe>
<script type="module">
  import { connect } from '${warren.url}/frame.js';
  connect(document.querySelector('iframe'), {
    getToken: async () => (await (await fetch('/warren-token')).json()).token,
  });
</script>`);
      const page = await open(name);
      await page.goto(`${portal.origin}/frame`);
      await page.evaluate(noteErrors);
      const frame = page.frame('iframe');
      await labelsAreAtTheirLines(frame, ['.chart']);
      await moves(frame, '.chart');
    });
  });
}
