// The dashboard inside OpenStack's Horizon: a real one, with a real Keystone, in a frame that is of
// another site (Horizon on 127.0.0.1, Warren on localhost).

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FrameLocator, Page } from '@playwright/test';

import { answered } from '../support/console.ts';
import { Horizon } from '../support/horizon.ts';
import { Keystone } from '../support/keystone.ts';
import { expect, test } from '../support/test.ts';

test.setTimeout(480_000);

/** Horizon asks Keystone several times for one page. */
const PATIENCE = { timeout: 60_000 };

const PANEL = '/admin/message_queues/';

/** The line of a chart in the frame, once there is one. */
async function line(frame: FrameLocator): Promise<string> {
  const drawn = frame.locator('#queued-messages .plot-area path.line:not(.dot)').last();
  await expect(drawn).toHaveAttribute('d', /^M/, PATIENCE);
  return (await drawn.getAttribute('d'))!;
}

async function moves(frame: FrameLocator): Promise<void> {
  const before = await line(frame);
  await expect.poll(() => line(frame), PATIENCE).not.toBe(before);
}

/** Everything that the browser was given, and asked for, in one text. */
function watch(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', request => seen.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ''));
  return seen;
}

test('an OpenStack administrator sees live queues in Horizon with Horizon’s token', async ({
  page, context, broker, startWarren, stopAtEnd, complaints,
}) => {
  // Horizon's own pages have errors of their own; ours is looked at by what it shows.
  complaints.expect(/./);
  const folder = await mkdtemp(join(tmpdir(), 'warren-horizon-'));
  stopAtEnd({ stop: () => rm(folder, { recursive: true, force: true }) });
  const keystone = stopAtEnd(await Keystone.start());
  const config = join(folder, 'warren.toml');
  await writeFile(config, '# no portal yet\n');
  const warren = await startWarren({
    brokers: [`demo=${broker.urlWithAccount}`, `other=${broker.urlWithAccount}`],
    flags: [...(await keystone.serviceFlags()), '--config', config],
  });
  await keystone.addService('metering', warren.apiUrl);
  const horizon = stopAtEnd(
    await Horizon.start({ keystone: keystone.url, warren: warren.url.replace('127.0.0.1', 'localhost') }),
  );
  const frame = page.frameLocator('#warren-frame');
  const seen = watch(page);

  // A portal that is registered while Warren runs.
  await writeFile(config, `[[portal]]\nname = "horizon"\norigins = ["${horizon.url}"]\n`);
  await warren.readAgain();
  await horizon.signIn(page, 'admin', 's3cret', PANEL);
  await expect(page).toHaveURL(`${horizon.url}${PANEL}`, PATIENCE);
  await expect(page.locator('#sidebar-accordion').getByRole('link', { name: 'Message Queues' })).toHaveCount(1);
  await moves(frame);

  // It is of another site, has no cookie, and takes the height that it needs.
  const cookies = await context.cookies();
  expect(cookies.filter(({ domain }) => domain === 'localhost')).toEqual([]);
  const height = () => page.locator('#warren-frame').evaluate(element => element.getBoundingClientRect().height);
  await expect.poll(height, PATIENCE).toBeGreaterThan(700);

  // The Keystone token stays with Horizon's server; the guest token is in no address.
  const page1 = await page.content();
  for (const text of [page1, ...seen]) expect(text).not.toContain('gAAAA');
  expect(seen.filter(text => /^http/.test(text) && /eyJ/.test(text))).toEqual([]);

  // Both keys that sign guest tokens are replaced: the frame asks for another token, and lives on.
  const admin = await keystone.token('admin', 's3cret', 'admin');
  for (const _ of [1, 2]) {
    const answer = await fetch(`${warren.apiUrl}/v2/rabbit/guest-keys`, {
      method: 'POST', headers: { 'x-auth-token': admin },
    });
    expect(answer.status).toBe(201);
  }
  await moves(frame);

  // Another broker, by a tab.
  await page.locator('#warren-brokers').getByRole('link', { name: 'other' }).click();
  await expect(page.locator('#warren-frame')).toHaveAttribute('src', /broker=other/, PATIENCE);
  await moves(frame);

  // Use is counted.
  const portals = await fetch(`${warren.apiUrl}/v2/rabbit/portals`, { headers: { 'x-auth-token': admin } });
  const [used] = (await portals.json()) as { name: string; issued: number; shown: { panel: string }[] }[];
  expect([used.name, used.shown.map(({ panel }) => panel)]).toEqual(['horizon', ['overview']]);
  expect(used.issued).toBeGreaterThan(1);

  // Signed out of Horizon, nobody gets another token.
  await context.clearCookies();
  const refused = await page.evaluate(async () => {
    const answer = await fetch('token/', { method: 'POST', body: new URLSearchParams({ broker: 'demo' }) });
    return { at: new URL(answer.url).pathname, hasToken: (await answer.text()).includes('"token"') };
  });
  // Horizon leads whoever it does not know to its form.
  expect(refused).toEqual({ at: '/auth/login/', hasToken: false });
});

test('other users have no panel and are refused at its URL', async ({
  page, broker, startWarren, stopAtEnd, complaints,
}) => {
  complaints.expect(/./);
  complaints.expect(answered(403));
  const keystone = stopAtEnd(await Keystone.start());
  const project = await keystone.addProject('ops');
  await keystone.assign(await keystone.addUser('anna', 'secret'), project, 'member');
  const warren = await startWarren({
    brokers: [`demo=${broker.urlWithAccount}`],
    flags: await keystone.serviceFlags(),
  });
  await keystone.addService('metering', warren.apiUrl);
  const horizon = stopAtEnd(await Horizon.start({ keystone: keystone.url, warren: warren.url }));
  await horizon.signIn(page, 'anna', 'secret', '/identity/');
  await expect(page.locator('#sidebar-accordion')).toBeVisible(PATIENCE);
  await expect(page.getByRole('link', { name: 'Message Queues' })).toHaveCount(0);
  const answer = await page.goto(`${horizon.url}${PANEL}`);
  expect(answer!.status()).toBe(403);
  await expect(page.locator('#warren-frame')).toHaveCount(0);
});
