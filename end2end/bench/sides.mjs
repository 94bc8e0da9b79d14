// The two that are measured against each other: Warren's overview page and that of the broker's own
// management UI, each as a signed-in viewer meets it.

import { chromium } from '@playwright/test';

function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these scripts are run by cargo xtask bench`);
  return value;
}

export const account = { name: given('BENCH_USER'), password: given('BENCH_PASSWORD') };
export const broker = given('BENCH_BROKER');
const warrenUrl = given('BENCH_WARREN');

/** The value of the session cookie of a new session. */
export async function session() {
  const answer = await fetch(`${warrenUrl}/fn/sign_in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: warrenUrl },
    body: new URLSearchParams({ user: account.name, password: account.password }),
  });
  const cookie = answer.headers.getSetCookie().map(line => line.split(';')[0])
    .find(pair => pair.startsWith('warren_session='));
  if (!cookie || answer.headers.get('location')?.includes('sign-in')) {
    throw new Error(`Warren does not sign ${account.name} in: ${answer.status}, to ${answer.headers.get('location')}`);
  }
  return cookie.slice('warren_session='.length);
}

/** A page of somebody who has never been here but is signed in. */
async function newPage(browser, cookies) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' });
  await context.addCookies(cookies);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

export const warren = {
  name: 'warren',
  address: `${warrenUrl}/brokers/${encodeURIComponent(broker)}`,
  isPoll: url => new URL(url).pathname === '/fn/overview',
  cookies: async () => [{ name: 'warren_session', value: await session(), url: warrenUrl }],
  /** Waits for charts with lines. */
  shown: page => page.waitForFunction(() => document.querySelectorAll('.chart .line[d^="M"]').length >= 4),
  /** What every chart draws now, to be compared. */
  drawn: page => page.evaluate(() => Array.from(document.querySelectorAll('.chart'), chart =>
    Array.from(chart.querySelectorAll('.line'), path => path.getAttribute('d')).join())),
  pause: page => page.getByText('Pause', { exact: true }).click(),
};

/** The broker's own management UI at an address. */
export const ui = (url = given('BENCH_UI')) => ({
  name: 'ui',
  address: `${url}/#/`,
  isPoll: address => new URL(address).pathname === '/api/overview',
  async cookies(browser) {
    const page = await newPage(browser, []);
    await page.goto(`${url}/`);
    await page.locator('input[name=username]').fill(account.name);
    await page.locator('input[name=password]').fill(account.password);
    await page.locator('input[type=submit]').click();
    await this.shown(page);
    const cookies = await page.context().cookies();
    await page.context().close();
    return cookies;
  },
  /** Waits for charts, and has them keep what they draw, which they forget once it is drawn. */
  async shown(page) {
    await page.waitForFunction(() => document.querySelectorAll('#main .chart canvas').length >= 2);
    await page.evaluate(() => {
      const render = globalThis.render_chart;
      globalThis.benchDrawn = {};
      globalThis.render_chart = chart => {
        const id = chart.attr('id').substring('chart-'.length);
        globalThis.benchDrawn[id] = globalThis.chart_data[id].data;
        render(chart);
      };
    });
  },
  drawn: page => page.evaluate(() => Object.values(globalThis.benchDrawn).map(data => JSON.stringify(data))),
  pause: page => page.locator('#update-every').selectOption({ label: 'Do not refresh' }),
});

export const newPageOf = async (browser, side, cookies) => newPage(browser, cookies ?? (await side.cookies(browser)));

/** Runs `measure` with a browser of its own. */
export async function withBrowser(measure) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
  try {
    return await measure(browser);
  } finally {
    await browser.close();
  }
}

export const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** The counters of a page's main thread and heap, times in seconds of processor time. */
export async function counters(page) {
  const cdp = await page.context().newCDPSession(page);
  // The thread's own clock: what other programs do to this machine meanwhile does not count.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return {
    cdp,
    async read() {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    },
  };
}

/** The one line that cargo xtask bench reads. */
export const report = result => console.log(JSON.stringify(result));
