// One scenario in three browser engines: Chromium, Firefox and WebKit. Playwright only runs the tests
// here; the browsers are Debian's, driven by `puppeteer.ts` and `webkit.ts`.
//
// `cargo xtask test --only engines` builds what they need and runs them. By hand, after a build:
// `npx playwright test -c engines`.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: 'scenario.spec.ts',
  outputDir: '../test-results/engines',
  reporter: [['list'], ['./counts.ts']],
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  // As many as a slow machine beside another suite needs.
  timeout: 240_000,
  expect: { timeout: 60_000 },
});
