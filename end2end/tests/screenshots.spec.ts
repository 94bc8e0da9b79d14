// The pictures of the documentation: `WARREN_SCREENSHOTS=../docs npx playwright test screenshots`.

import { join, resolve } from 'node:path';

import type { Overview } from '../support/overview.ts';
import { expect, test } from '../support/test.ts';

const folder = process.env.WARREN_SCREENSHOTS;
/** So much history makes a chart worth looking at, in milliseconds. */
const HISTORY = 150_000;

test.skip(!folder, 'WARREN_SCREENSHOTS names no folder');
// One worker, one broker, one wait.
test.describe.configure({ mode: 'serial', timeout: HISTORY + 120_000 });

const started = Date.now();

async function picture(overview: Overview, name: string): Promise<void> {
  // Object totals have no history in any broker: we must have watched so long.
  await overview.page.waitForTimeout(Math.max(0, started + HISTORY - Date.now()));
  await overview.refresh();
  await expect(overview.state).toHaveText('● healthy');
  await overview.page.screenshot({ path: join(resolve(folder!), `screenshot-${name}.png`) });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, viewport: { width: 1440, height: 1060 } });

    test('the overview', ({ overview }) => picture(overview, colorScheme));
  });
}

test.describe('phone', () => {
  test.use({ viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 });

  test('the overview', ({ overview }) => picture(overview, 'phone'));
});
