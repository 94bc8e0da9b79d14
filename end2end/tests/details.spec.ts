// One object in full: what the broker says of it, and what belongs to it.

import { answered } from '../support/console.ts';
import { bind, exchange, page as pageOf, publish, queue, remove } from '../support/declared.ts';
import { listed } from '../support/list.ts';
import { expect, test } from '../support/test.ts';

/** A fact of the page by its name. */
const fact = (page: import('@playwright/test').Page, name: string) =>
  page.locator('.facts > div').filter({ has: page.locator('dt').getByText(name, { exact: true }) }).locator('dd').first();

test('a queue shows messages, arguments, bindings, and the fields of its type', async ({ signedIn: page, broker }) => {
  test.slow();
  await remove(broker, 'd.classic');
  await queue(broker, 'd.classic', { arguments: { 'x-max-length': 500, 'x-message-ttl': 60_000_000 } });
  await queue(broker, 'd.quorum', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 7 } });
  await queue(broker, 'd.stream', { arguments: { 'x-queue-type': 'stream' } });
  await exchange(broker, 'd.topic');
  await bind(broker, 'd.topic', 'q', 'd.classic', 'orders.#');
  await publish(broker, 'd.classic', 4);
  await listed(page.request, 'bindings', '?columns=source,destination,routing_key', ['orders.#']);
  const [node] = await broker.get('/api/nodes');

  await page.goto(pageOf('queues', '/', 'd.classic'));
  await expect(page).toHaveTitle('d.classic · Warren');
  await expect(fact(page, 'Type')).toHaveText('classic');
  await expect(fact(page, 'Arguments')).toContainText('x-max-length: 500');
  await expect(page.locator('#bindings')).toContainText('orders.#');
  await expect(page.locator('#bindings')).toContainText('d.topic');
  await expect(page.locator('.facts').filter({ hasText: 'Ready' }).first()).toContainText('4', { timeout: 60_000 });

  await page.goto(pageOf('queues', '/', 'd.quorum'));
  await expect(fact(page, 'Type')).toHaveText('quorum');
  await expect(fact(page, 'Leader')).toHaveText(node.name);
  await expect(fact(page, 'Members')).toContainText(node.name);
  await page.goto(pageOf('queues', '/', 'd.stream'));
  await expect(fact(page, 'Type')).toHaveText('stream');
  await expect(fact(page, 'Members')).toContainText(node.name);
  await expect(fact(page, 'Readers')).toContainText(node.name);
});

test('a queue’s charts show the broker’s samples', async ({ signedIn: page }) => {
  await page.goto(`${pageOf('queues', '/', 'orders.new')}?range=1m`);
  await expect(page.locator('#depth')).toBeVisible();
  await expect
    .poll(() => page.locator('#rates .plot path.line').evaluateAll(lines => lines.some(line => line.getAttribute('d'))), { timeout: 60_000 })
    .toBe(true);
  await expect(page.locator('#consumers tbody tr')).not.toHaveCount(0);
});

test('an exchange shows incoming and outgoing bindings', async ({ signedIn: page, broker }) => {
  await exchange(broker, 'e.source', 'fanout');
  await exchange(broker, 'e.middle');
  test.slow();
  await queue(broker, 'e.target');
  await bind(broker, 'e.source', 'e', 'e.middle', 'from-source');
  await bind(broker, 'e.middle', 'q', 'e.target', 'to-target');
  await page.goto(pageOf('exchanges', '/', 'e.middle'));
  await expect(page.locator('#bindings-to tbody tr')).toHaveText([/e\.source.*from-source/]);
  await expect(page.locator('#bindings-from tbody tr')).toHaveText([/e\.target.*queue.*to-target/]);
  await page.locator('#bindings-from').getByRole('link', { name: 'e.target' }).click();
  await expect(page).toHaveURL(pageOf('queues', '/', 'e.target'));
  await page.goto(pageOf('exchanges', '/', 'amq.default'));
  await expect(page.getByRole('heading', { level: 1 })).toContainText('(AMQP default)');
});

test('connection, channels, consumers and queue link to each other', async ({ signedIn: page }) => {
  // Not just any: consumers of queues that a client declared for itself come and go.
  const lasting = page.locator('.rows tbody tr').filter({ hasText: 'orders.new' });
  await expect(async () => {
    await page.goto('/brokers/demo/consumers');
    await expect(lasting.first()).toBeVisible({ timeout: 10_000 });
  }).toPass();
  await lasting.first().getByRole('link', { name: /\(\d+\)$/ }).click();
  await expect(page.locator('#consumers tbody tr')).not.toHaveCount(0);
  await fact(page, 'Connection').getByRole('link').click();
  await expect(page.locator('#channels tbody tr')).not.toHaveCount(0);
  await expect(fact(page, 'Protocol')).toContainText('AMQP 0-9-1');
  await expect(page.locator('#traffic')).toBeVisible();
});

test('a node shows limits, memory, I/O and plugins', async ({ signedIn: page, broker }) => {
  const [node] = await broker.get('/api/nodes');
  await page.goto(pageOf('nodes', node.name));
  await expect(page.getByRole('heading', { level: 1 })).toContainText(node.name);
  await expect(page.locator('.detail-head .pill')).toContainText('running');
  await expect(page.locator('#memory-breakdown tbody tr').first()).toBeVisible();
  await expect.poll(() => page.locator('#memory-breakdown tbody tr').count()).toBeGreaterThan(8);
  await expect(page.locator('#operations')).toContainText('io read');
  await expect(page.locator('#applications')).toContainText('rabbitmq_management');
  await expect(fact(page, 'OS process')).toHaveText(String(node.os_pid));
  for (const id of ['memory', 'disk', 'files', 'processes', 'io']) await expect(page.locator(`#${id}`)).toBeVisible();
  // Of a dashboard that has just started there is one time at first.
  await expect.poll(async () => {
    const used = await page.request.get(`/fn/detail?broker=demo&kind=nodes&names[0]=${encodeURIComponent(node.name)}&length=600000`);
    return (await used.json()).series.timestamps.length;
  }).toBeGreaterThan(1);
});

test('vhosts, accounts and policies have their pages', async ({ signedIn: page, broker }) => {
  await broker.addUser({ name: 'detailed', password: 'p' }, ['monitoring'], '/');
  await broker.send('PUT', '/api/policies/%2F/long', { pattern: '^d\\.', definition: { 'max-length': 9 }, 'apply-to': 'queues' });
  await page.goto(pageOf('vhosts', '/'));
  await expect(page.locator('#permissions')).toContainText('detailed');
  // This vhost has none, which the broker writes as `undefined`.
  await expect(fact(page, 'Default queue type')).toHaveCount(0);
  await page.locator('#permissions').getByRole('link', { name: 'detailed' }).click();
  await expect(page).toHaveURL(pageOf('users', 'detailed'));
  await expect(fact(page, 'Tags')).toContainText('monitoring');
  await expect(page.locator('#permissions')).toContainText('/');
  await queue(broker, 'd.bound');
  await queue(broker, 'D.free');
  await page.goto(pageOf('policies', '/', 'long'));
  // The broker is asked for them once a tick, a second here. It knows the policy of a new queue with the
  // queue's first statistics, which come every second here, and gives a list again from its own cache for
  // five times as long as it took to make it: some seconds on a busy machine.
  const bound = page.locator('#matched-queues tbody tr').filter({ hasText: 'd.bound' });
  await expect(bound).toContainText('long', { timeout: 25_000 });
  await expect(page.locator('#matched-queues')).not.toContainText('D.free');
  await expect(page.locator('#matched-exchanges')).toHaveCount(0);
  await expect(fact(page, 'Pattern')).toHaveText('^d\\.');
  await expect(fact(page, 'max-length')).toHaveText('9');
});

test('an object deleted while shown stays visible and says so', async ({ signedIn: page, broker, complaints }) => {
  complaints.expect(answered(404));
  await queue(broker, 'short.lived');
  await page.goto(pageOf('queues', '/', 'short.lived'));
  await expect(fact(page, 'Type')).toHaveText('classic');
  await broker.send('DELETE', '/api/queues/%2F/short.lived');
  await expect(page.getByText('This object no longer exists')).toBeVisible({ timeout: 60_000 });
  await expect(fact(page, 'Type')).toHaveText('classic');
});
