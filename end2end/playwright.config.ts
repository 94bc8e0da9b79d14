// The end-to-end tests: real Chromium, a real private broker, the real program.
//
// `cargo xtask test --only e2e` builds what they need and runs them. By hand, after a build:
// `npx playwright test`. Which programs are tested: support/programs.ts.

import { defineConfig } from '@playwright/test';

const isCi = Boolean(process.env.CI);

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  reporter: 'list',
  // A worker has a broker, a dashboard and a browser of its own.
  workers: 2,
  // A test that passes the second time hides a fault, of the product or of its own.
  retries: 0,
  forbidOnly: isCi,
  // A broker takes ten seconds to start, and longer beside a compiler. Values arrive every five seconds, and on
  // a machine that is slow or busy a page takes several more to show them.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'en-GB',
    timezoneId: 'Asia/Shanghai',
    // Recording costs a third of a core for each worker, and nobody opens the traces of a CI machine.
    trace: isCi ? 'off' : 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 1000 },
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
