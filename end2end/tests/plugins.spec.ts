// The lists that plugins have: of a broker with all of them enabled, and of one with none.

import { expectAccessible } from '../support/axe.ts';
import { Broker } from '../support/broker.ts';
import { page as pageOf, queue } from '../support/declared.ts';
import { List } from '../support/list.ts';
import { session } from '../support/sign-in.ts';
import { expect, test } from '../support/test.ts';

const PLUGINS = [
  'rabbitmq_shovel_management', 'rabbitmq_federation_management', 'rabbitmq_tracing', 'rabbitmq_top',
];

test.setTimeout(360_000);
/** A list is read again after seconds, and longer if that costs the broker much. */
const READ_AGAIN = { timeout: 60_000 };

test('shovels, federation and processes equal the broker’s, without credentials', async ({
  page, context, startWarren, stopAtEnd,
}) => {
  const broker = stopAtEnd(await Broker.start({ plugins: PLUGINS }));
  const here = broker.amqp;
  const nowhere = 'amqp://someone:between-us@127.0.0.1:1';
  await queue(broker, 'from');
  await queue(broker, 'to');
  const declare = (component: string, name: string, value: unknown) =>
    broker.send('PUT', `/api/parameters/${component}/%2F/${name}`, { value });
  await declare('shovel', 'moves', { 'src-uri': here, 'src-queue': 'from', 'dest-uri': here, 'dest-exchange': 'amq.topic', 'dest-exchange-key': 'k' });
  await declare('shovel', 'stands', { 'src-uri': nowhere, 'src-queue': 'from', 'dest-uri': here, 'dest-queue': 'to' });
  await declare('federation-upstream', 'far', { 'uri': nowhere, 'prefetch-count': 77, 'reconnect-delay': 5 });
  await broker.send('PUT', '/api/policies/%2F/federate', { pattern: '^to$', definition: { 'federation-upstream': 'far' } });
  const warren = await startWarren({ brokers: [`demo=${broker.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, broker.administrator)]);

  const list = new List(page);
  await list.open(`${warren.url}/brokers/demo/shovels`);
  await expect(list.row('moves')).toContainText('running', READ_AGAIN);
  await expect(list.row('moves')).toContainText('amq.topic · k', READ_AGAIN);
  await expect(list.row('stands')).toContainText('starting', READ_AGAIN);
  await expectAccessible(page);
  const tabs = page.getByRole('navigation', { name: 'Related lists' });
  await tabs.getByRole('link', { name: 'Federation links', exact: true }).click();
  const link = page.locator('.rows tbody tr').filter({ hasText: 'far' });
  await expect(link).toContainText('error', READ_AGAIN);
  await expect(link).toContainText('econnrefused', READ_AGAIN);
  await expect(link.getByRole('link', { name: 'to', exact: true })).toHaveAttribute('href', pageOf('queues', '/', 'to'));
  await tabs.getByRole('link', { name: 'Federation upstreams', exact: true }).click();
  await expect(list.row('far')).toContainText('77', READ_AGAIN);
  await expect(list.row('far')).toContainText('amqp://127.0.0.1:1', READ_AGAIN);
  expect(await page.content()).not.toContain('between-us');
  await tabs.getByRole('link', { name: 'Traces', exact: true }).click();
  await expect(page.getByText('No traces.')).toBeVisible();

  await page.goto(`${warren.url}/brokers/demo/nodes`);
  await page.locator('.rows tbody th a').first().click();
  await page.getByRole('link', { name: 'Show internals' }).click();
  const processes = page.locator('#top-processes');
  await expect(processes.locator('tbody tr')).toHaveCount(30, READ_AGAIN);
  await expect(processes).toContainText('rabbit_mgmt', READ_AGAIN);
});

test('a list of a disabled plugin has no tab, and its page says how to enable it', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open('/brokers/demo/shovels');
  await expect(signedIn.getByText('rabbitmq-plugins enable rabbitmq_shovel_management')).toBeVisible(READ_AGAIN);
  const tabs = signedIn.getByRole('navigation', { name: 'Related lists' });
  await expect(tabs.getByRole('link', { name: 'Shovels' })).toHaveCount(1);
  // A node that has just started does not report its plugins yet.
  await expect(async () => {
    await signedIn.reload();
    await expect(tabs.getByRole('link', { name: 'Shovels' })).toBeVisible();
    await expect(tabs.getByRole('link', { name: 'Federation links' })).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
});
