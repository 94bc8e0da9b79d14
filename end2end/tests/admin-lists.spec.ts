// The lists of administration, and who sees them.

import { expectAccessible } from '../support/axe.ts';
import { page as pageOf, queue } from '../support/declared.ts';
import { List, listed } from '../support/list.ts';
import { session } from '../support/sign-in.ts';
import { expect, test } from '../support/test.ts';

test('accounts equal the broker’s, with their tags', async ({ signedIn, broker }) => {
  await broker.addUser({ name: 'Zora', password: 'p' }, ['monitoring', 'management'], '/');
  test.slow();
  await listed(signedIn.request, 'users', '?name=zora', ['Zora']);
  const list = new List(signedIn);
  await list.open('/brokers/demo/users?name=zora');
  await expect.poll(() => list.names()).toEqual(['Zora']);
  await expect(list.row('Zora').locator('.tag')).toHaveText(['monitoring', 'management']);
});

test('the old URL of the accounts redirects to the new one', async ({ signedIn }) => {
  await signedIn.goto('/users');
  await expect(signedIn).toHaveURL('/brokers/demo/users');
  await signedIn.goto('/users?broker=demo');
  await expect(signedIn).toHaveURL('/brokers/demo/users');
});

test('administration lists link to each other and equal the broker’s', async ({ signedIn, broker }) => {
  test.slow();
  await broker.send('PUT', '/api/policies/%2F/bound', { pattern: '^p\\.', definition: { 'max-length': 9 }, 'apply-to': 'queues', priority: 3 });
  await broker.send('PUT', '/api/operator-policies/%2F/capped', { pattern: '.*', definition: { 'max-length': 90_000 }, 'apply-to': 'queues' });
  await broker.send('PUT', '/api/vhost-limits/%2F/max-queues', { value: 7000 });
  const { request } = signedIn;
  await listed(request, 'policies', '', ['bound']);
  await listed(request, 'operator-policies', '', ['capped']);
  await listed(request, 'vhost-limits', '', ['7000']);
  const list = new List(signedIn);
  await list.open('/brokers/demo/users');
  const tabs = signedIn.getByRole('navigation', { name: 'Related lists' });
  for (const [tab, text] of [
    ['Policies', 'max-length: 9'], ['Operator policies', 'max-length: 90000'], ['Virtual host limits', '7,000'],
    ['Feature flags', 'quorum_queue'], ['Permissions', '.*'], ['Virtual hosts', 'telemetry'],
  ] as const) {
    await tabs.getByRole('link', { name: tab, exact: true }).click();
    await expect(signedIn.getByRole('heading', { level: 1 })).toHaveText(tab);
    await expect(tabs.getByRole('link', { name: tab, exact: true })).toHaveAttribute('aria-current', 'page');
    await expect(signedIn.locator('.rows')).toContainText(text);
  }
  await list.open('/brokers/demo/deprecated-features');
  await expect(signedIn.getByText('This broker does not have this list')).toBeVisible();
});

test('an account of one vhost sees only its queues, and pages name what it may not see', async ({ page, context, warren, broker }) => {
  test.slow();
  await broker.send('PUT', '/api/vhosts/narrow');
  const { name } = broker.administrator;
  await broker.send('PUT', `/api/permissions/narrow/${name}`, { configure: '.*', write: '.*', read: '.*' });
  await queue(broker, 'mine', {}, 'narrow');
  await queue(broker, 'not.mine');
  const account = await broker.addUser({ name: 'nora', password: 'p' }, ['management'], 'narrow');
  await context.addCookies([await session(warren.url, account)]);
  await listed(page.request, 'queues', '', ['mine']);
  const list = new List(page);
  await list.open('/brokers/demo/queues');
  await expect.poll(() => list.names()).toEqual(['mine']);
  for (const [kind, text] of [
    ['nodes', 'Requires an account with the tag monitoring or administrator.'],
    ['permissions', 'Requires an administrator account'],
    ['feature-flags', 'Requires an administrator account'],
    ['users', 'Requires an administrator account'],
  ] as const) {
    await list.open(`/brokers/demo/${kind}`);
    await expect(page.getByText(text), kind).toBeVisible();
    expect(await list.names(), kind).toEqual([]);
  }
  const answer = await page.request.get(pageOf('queues', '/', 'not.mine'));
  expect(answer.status()).toBe(404);
  expect((await page.request.get('/fn/csv?broker=demo&kind=permissions')).status()).toBe(403);
});

test('lists of an absent broker stay, dimmed and dated', async ({ page, context, victim, startWarren, complaints }) => {
  test.slow();
  complaints.expect(/status of 5/);
  await queue(victim, 'still.there');
  const warren = await startWarren({ brokers: [`demo=${victim.urlWithAccount}`] });
  await context.addCookies([await session(warren.url, victim.administrator)]);
  const list = new List(page);
  await expect(async () => {
    await list.open(`${warren.url}/brokers/demo/queues?name=still`);
    expect(await list.names()).toEqual(['still.there']);
  }).toPass();
  await victim.kill();
  try {
    await expect(page.locator('.list-page.dim')).toBeVisible({ timeout: 60_000 });
    await expect(page.locator('.notices')).toContainText(/demo: (stale|no answer)/);
    expect(await list.names()).toEqual(['still.there']);
  } finally {
    await victim.restart();
  }
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 } });

  test('nothing is wider than the screen except scrolling panels', async ({ signedIn }) => {
    test.slow();
    const list = new List(signedIn);
    for (const path of ['/brokers/demo/queues', '/brokers/demo/policies', pageOf('queues', '/', 'orders.new')]) {
      await list.open(path);
      const width = await signedIn.evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(360);
      await expectAccessible(signedIn);
    }
  });
});
