// Every route, in both languages and in light and dark, without a violation that axe finds.

import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/axe.ts';
import type { Broker } from '../support/broker.ts';
import { page as pageOf } from '../support/declared.ts';
import { DEMO, expect, test } from '../support/test.ts';

const LISTS = {
  'clients and queues': ['connections', 'channels', 'exchanges', 'bindings', 'queues', 'consumers', 'nodes'],
  administration: [
    'users', 'vhosts', 'permissions', 'topic-permissions', 'policies', 'operator-policies', 'vhost-limits',
    'user-limits', 'feature-flags',
  ],
  plugins: [
    'shovels', 'federation-links', 'federation-upstreams', 'traces', 'trace-files', 'stream-publishers',
    'stream-consumers', 'super-streams',
  ],
};

/** The pages of the dashboard, beside lists and objects. */
const PAGES = [
  DEMO, `${DEMO}/health`, '/brokers', '/meters', '/embedding', '/log',
  '/sharing?view=%2Fbrokers%2Fdemo&page=overview&broker=demo',
];

/** A page of each kind of object. */
async function objects(broker: Broker): Promise<string[]> {
  // A broker that has just started has no clients yet, and then does not know of their channels at once. Those
  // that consume stay, others come and go.
  let channel: { name: string; connection_name: string } | undefined;
  await expect.poll(async () => {
    const consumers = await broker.get('/api/consumers');
    channel = consumers.map((consumer: any) => consumer.channel_details).find((details: any) => details.name);
    return channel;
  }, { message: 'a consumer’s channel', timeout: 60_000 }).toBeDefined();
  await broker.send('PUT', '/api/policies/%2F/seen', { pattern: '^seen', definition: { 'max-length': 9 } });
  const [node] = await broker.get('/api/nodes');
  return [
    pageOf('queues', '/', 'orders.new'), pageOf('exchanges', '/', 'demo.events'), pageOf('nodes', node.name),
    pageOf('connections', channel!.connection_name), pageOf('channels', channel!.name), pageOf('vhosts', '/'),
    pageOf('users', broker.administrator.name), pageOf('policies', '/', 'seen'),
  ];
}

/** Opens a page and has it looked at in light, and in dark. */
async function look(page: Page, path: string): Promise<void> {
  await test.step(path, async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    // A theme changes colours alone.
    await expectAccessible(page, ['color-contrast', 'link-in-text-block']);
  });
}

for (const [language, locale] of [['English', 'en-GB'], ['Chinese', 'zh-CN']] as const) {
  test.describe(language, () => {
    test.use({ locale });
    // Up to nine pages, each looked at twice: axe takes ten seconds and more for one on a busy machine.
    test.setTimeout(900_000);

    test('every page and the form', async ({ page, signedIn, context }) => {
      for (const path of PAGES) await look(signedIn, path);
      // A poll without a session would be refused, and the console would say so.
      await page.goto('about:blank');
      await context.clearCookies();
      await look(page, '/sign-in?error=credentials');
    });

    for (const [group, kinds] of Object.entries(LISTS)) {
      test(`every list of ${group}`, async ({ signedIn }) => {
        for (const kind of kinds) await look(signedIn, `${DEMO}/${kind}`);
      });
    }

    test('a list with a wrong filter, and its columns to choose', async ({ signedIn }) => {
      await look(signedIn, `${DEMO}/queues?name=%28&use_regex=true`);
      await signedIn.locator('.columns summary').click();
      await expectAccessible(signedIn);
    });

    test('a page of every kind of object', async ({ signedIn, broker }) => {
      for (const path of await objects(broker)) await look(signedIn, path);
    });
  });
}
