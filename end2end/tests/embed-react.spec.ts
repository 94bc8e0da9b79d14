// A React application that embeds panels, built as such applications are.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { OwnedClock } from '../support/clock.ts';
import { answered, notConnected } from '../support/console.ts';
import { Embedded, expect, PanelPolls, test as base } from '../support/embedded.ts';
import { Portal } from '../support/host.ts';

/** What the application itself says of its numbers. */
const said = (page: Page) => page.locator('main > p');

const FOLDER = join(import.meta.dirname, '../hosts/react');

/** The first test builds the application. */
base.setTimeout(480_000);

const test = base.extend({
  portal: async ({ stopAtEnd }, use) => {
    const run = (...args: string[]) => execFileSync('npm', args, { cwd: FOLDER, stdio: 'pipe' });
    if (!existsSync(join(FOLDER, 'node_modules'))) run('ci');
    run('run', 'build');
    await use(stopAtEnd(await Portal.start({ folder: join(FOLDER, 'dist'), host: 'localhost' })));
  },
});

test('panels mount, change and unmount with the application’s state', async ({ page, portal, embedding }) => {
  portal.pages.set('/', `<!DOCTYPE html><html lang="en"><title>Orders</title><link rel="icon" href="data:,">
    <script type="module" src="${embedding.url}/embed.js"></script>
    <div id="root"></div><script type="module" src="/main.js"></script>`);
  const clock = await OwnedClock.install(page);
  const polls = new PanelPolls(page);
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  await embedded.moves('queued-messages');
  expect(portal.asked, 'both panels share a token').toBe(1);
  expect(polls.asked.at(-1)!.toSorted()).toEqual(['queued-messages', 'tiles']);

  await page.getByRole('button', { name: 'The last hour' }).click();
  await expect(embedded.panel('queued-messages')).toHaveAttribute('range', '1h');
  await embedded.moves('queued-messages');

  await page.getByRole('button', { name: 'Hide' }).click();
  await expect(page.locator('warren-panel')).toHaveCount(0);
  await clock.settle();
  const { count } = polls;
  await clock.run(60_000);
  expect(polls.count).toBe(count);
  await page.getByRole('button', { name: 'Show' }).click();
  await embedded.alive('queued-messages');

  await expect(said(page)).toHaveText('fresh numbers');
});

test('the application gets an event when its numbers are old', async ({ page, portal, embedding, complaints }) => {
  complaints.expect(notConnected);
  // It has forgotten the token.
  complaints.expect(answered(401));
  // A poll may come before the portal knows where the metering API is now.
  complaints.expect(answered(502));
  portal.pages.set('/', `<!DOCTYPE html><html lang="en"><title>Orders</title><link rel="icon" href="data:,">
    <script type="module" src="${embedding.url}/embed.js"></script>
    <div id="root"></div><script type="module" src="/main.js"></script>`);
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  await embedding.stop();
  await expect(said(page)).toHaveText('old numbers', { timeout: 60_000 });
  await embedding.restart();
  // After several failures there is a minute between two polls.
  await expect(said(page)).toHaveText('fresh numbers', { timeout: 150_000 });
});
