// Below a path, behind a reverse proxy that owns the rest of the host.

import { Gate } from '../support/gate.ts';
import { Overview, POLL } from '../support/overview.ts';
import { fillIn, session } from '../support/sign-in.ts';
import { DEMO, expect, test as base } from '../support/test.ts';

const BASE = '/warren';

const test = base.extend<{ front: Gate }>({
  // Everything that leaves the path is somebody else's, and is noted.
  front: async ({ broker, startWarren, stopAtEnd }, use) => {
    const warren = await startWarren({
      brokers: [`demo=${broker.urlWithAccount}`],
      flags: ['--base-path', BASE, '--trusted-proxy', '127.0.0.1'],
    });
    const front = stopAtEnd(await Gate.open(new URL(warren.url).origin, {
      passes: path => path === BASE || path.startsWith(`${BASE}/`) || path.startsWith(`${BASE}?`),
      headers: ({ headers, socket }) => ({
        'x-forwarded-for': socket.remoteAddress ?? '',
        'x-forwarded-host': headers.host ?? '',
        'x-forwarded-proto': 'http',
        host: 'upstream.internal',
      }),
    }));
    await use(front);
    expect(front.refused, 'what was asked for outside of the path').toEqual([]);
  },
  baseURL: async ({ front }, use) => use(front.url),
});

test('sign-in, page, polls, links and sign-out stay below the base path', async ({ page, broker }) => {
  await page.goto(`${BASE}/`);
  await expect(page).toHaveURL(url => url.pathname === `${BASE}/sign-in`);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(BASE + DEMO);
  const overview = new Overview(page);
  await overview.alive();

  const poll = await page.waitForResponse(POLL);
  expect(new URL(poll.url()).pathname).toBe(`${BASE}/fn/overview`);
  expect(poll.status()).toBe(200);

  await page.getByRole('group', { name: 'Range' }).getByRole('link', { name: '1h' }).click();
  await expect(page).toHaveURL(`${BASE}${DEMO}?range=1h`);

  await page.evaluate(() => Object.assign(window, { marked: true }));
  await page.getByRole('link', { name: 'Brokers', exact: true }).click();
  await expect(page).toHaveURL(`${BASE}/brokers?range=1h`);
  await page.getByRole('table').getByRole('link', { name: 'demo' }).click();
  await expect(page).toHaveURL(`${BASE}${DEMO}?range=1h`);
  await overview.alive();
  expect(await page.evaluate(() => 'marked' in window), 'without a page load').toBe(true);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(`${BASE}/sign-in`);
});

test('a typed URL is found and asks to sign in', async ({ page, broker }) => {
  await page.goto(`${BASE}${DEMO}?range=1h`);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${BASE}${DEMO}?range=1h`);
});

test('cookies are limited to the base path', async ({ page, context, broker }) => {
  await page.goto(`${BASE}/sign-in`);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(BASE + DEMO);
  await new Overview(page).alive();
  await page.getByRole('button', { name: /^Theme/ }).click();
  await expect.poll(async () => (await context.cookies()).map(({ name, path }) => `${name} ${path}`).sort()).toEqual([
    `warren_session ${BASE}`,
    `warren_theme ${BASE}`,
  ]);
});

test('after its session ended the page returns below the base path', async ({ page, context, broker, front, complaints }) => {
  complaints.expect(/status of 401/);
  await context.addCookies([await session(front.url + BASE, broker.administrator)]);
  await page.goto(`${BASE}${DEMO}?range=1h`);
  const overview = new Overview(page);
  await overview.alive();
  await context.clearCookies();
  await page.keyboard.press('r');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${BASE}${DEMO}?range=1h`);
});

test('an unknown URL is a 404 with a link back', async ({ page, complaints }) => {
  complaints.expect(/status of 404/);
  const answer = await page.goto(`${BASE}/nowhere`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('link', { name: 'Back to brokers' })).toHaveAttribute('href', `${BASE}/brokers`);
});
