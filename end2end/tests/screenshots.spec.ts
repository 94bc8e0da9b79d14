// The pictures of the documentation: `WARREN_SCREENSHOTS=../docs npx playwright test screenshots`.

import { resolve } from 'node:path';

import { devices, type Locator } from '@playwright/test';

import { Broker } from '../support/broker.ts';
import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test as base } from '../support/test.ts';
import { Warren } from '../support/warren.ts';

const folder = process.env.WARREN_SCREENSHOTS;
/** So long is watched first: what the charts show, in milliseconds. */
const HISTORY = 11 * 60_000;

interface Watched {
  broker: Broker;
  warren: Warren;
}

const test = base.extend<object, { watched: Watched }>({
  // As users have it: everything moves every five seconds.
  watched: [
    async ({}, use) => {
      const broker = await Broker.start({ interval: 5000 });
      const brokers = [`demo=${broker.urlWithAccount}`];
      const flags = ['--broker-description', 'Demo traffic'];
      const warren = await Warren.start({ brokers, flags, tick: '5s' });
      await new Promise(resolve => setTimeout(resolve, HISTORY));
      await use({ broker, warren });
      await warren.stop();
      await broker.stop();
    },
    { scope: 'worker', timeout: HISTORY + 240_000 },
  ],
});

test.skip(!folder, 'WARREN_SCREENSHOTS names no folder');
// One worker, one broker, one wait.
test.describe.configure({ mode: 'serial' });

const DESKTOP = { viewport: { width: 1440, height: 1060 } };
// As a phone has it: a bar to scroll by takes no room.
const PHONE = { ...devices['Pixel 7'], viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 };

for (const [name, options] of [
  ['light', { ...DESKTOP, colorScheme: 'light' }],
  ['dark', { ...DESKTOP, colorScheme: 'dark' }],
  ['phone', { ...PHONE, colorScheme: 'light' }],
] as const) {
  test(name, async ({ browser, watched: { broker, warren } }) => {
    const context = await browser.newContext(options);
    await context.addCookies([await session(warren.url, broker.administrator)]);
    const page = await context.newPage();
    const overview = new Overview(page);
    await page.goto(warren.url + DEMO);
    await overview.alive();
    await expect(overview.state).toHaveText('● OK');
    if (name !== 'phone') await pointAt(overview.slider('queued-messages'));
    await page.screenshot({ path: resolve(folder!, `screenshot-${name}.png`) });
    await context.close();
  });
}

/** Shows the crosshair. */
async function pointAt(plot: Locator): Promise<void> {
  const { width, height } = (await plot.boundingBox())!;
  await plot.hover({ position: { x: width * 0.7, y: height * 0.4 } });
}
