// Two viewers with different accounts never see each other's data.

import type { APIRequestContext, Browser } from '@playwright/test';

import type { Account, Broker } from '../support/broker.ts';
import { Gate } from '../support/gate.ts';
import { Overview } from '../support/overview.ts';
import { session } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** What only accounts with the tag `monitoring` or `administrator` may see of an overview. */
const FOR_ALL_ONLY = ['node', 'listeners', 'contexts', 'object_totals', 'churn_rates'];

/** An account with a vhost of its own, with so many messages in a queue. */
async function member(broker: Broker, name: string, messages: number): Promise<Account> {
  await broker.send('PUT', `/api/vhosts/${name}`);
  const account = await broker.addUser({ name, password: 'pw' }, ['management'], name);
  const { name: administrator } = broker.administrator;
  await broker.send('PUT', `/api/permissions/${name}/${administrator}`, { configure: '.*', write: '.*', read: '.*' });
  await broker.send('PUT', `/api/queues/${name}/waiting`, { durable: true });
  await broker.send('DELETE', `/api/queues/${name}/waiting/contents`);
  for (let sent = 0; sent < messages; sent += 1) {
    const message = { routing_key: 'waiting', payload: 'hello', payload_encoding: 'string', properties: {} };
    await broker.send('POST', `/api/exchanges/${name}/amq.default/publish`, message);
  }
  return account;
}

/** What the server function answers to an account. */
async function poll(request: APIRequestContext, url: string, account: Account, broker = 'demo') {
  const { name, value } = await session(url, account);
  const headers = { cookie: `${name}=${value}` };
  return request.get(`${url}/fn/overview?broker=${broker}`, { headers });
}

/** The overview in a browser profile of the account's own. */
async function open(browser: Browser, url: string, account: Account): Promise<Overview> {
  const context = await browser.newContext();
  await context.addCookies([await session(url, account)]);
  const page = await context.newPage();
  await page.goto(url + DEMO);
  return new Overview(page);
}

const total = (overview: Overview) =>
  overview.chart('queued-messages').locator('.legend').getByRole('button', { name: 'Total' });

test('each account sees only the messages of its vhosts', async ({ browser, broker, warren }) => {
  const alice = await member(broker, 'alice', 3);
  const bob = await member(broker, 'bob', 11);
  const pages = { alice: await open(browser, warren.url, alice), bob: await open(browser, warren.url, bob) };
  // Both watch, so that what is kept for one could be shown to the other.
  for (let round = 0; round < 3; round += 1) {
    await expect(total(pages.alice)).toHaveText(/Total\s*3$/);
    await expect(total(pages.bob)).toHaveText(/Total\s*11$/);
    await pages.bob.refresh();
    await pages.alice.refresh();
  }
  for (const { page } of Object.values(pages)) await page.context().close();
});

test('a member’s page has no nodes or listeners and says so', async ({ browser, broker, warren }) => {
  const carol = await member(broker, 'carol', 1);
  const overview = await open(browser, warren.url, carol);
  const { page } = overview;
  await expect(total(overview)).toHaveText(/Total\s*1$/);
  for (const id of ['nodes', 'listeners', 'contexts', 'churn-totals']) {
    await expect(page.locator(`#${id}`), id).toBeHidden();
  }
  const [node] = await broker.get('/api/nodes');
  expect(await page.content()).not.toContain(node.name);
  await expect(overview.tile('Connections')).toHaveText('–');
  await expect(page.locator('.tile').first()).toContainText('Not shown to this account');
  await page.context().close();
});

test('server functions return a member no data of others', async ({ request, broker, warren }) => {
  const dave = await member(broker, 'dave', 2);
  const forAdministrator = await (await poll(request, warren.url, broker.administrator)).json();
  let answer: any;
  await expect(async () => {
    answer = await (await poll(request, warren.url, dave)).json();
    // Before its first own poll its sums are absent.
    expect(answer.overview.queue_totals.messages).toBe(2);
  }).toPass();
  for (const field of FOR_ALL_ONLY) {
    expect(forAdministrator.overview, 'the administrator sees it').toHaveProperty(field);
    expect(answer.overview, 'the member does not').not.toHaveProperty(field);
  }
  expect(forAdministrator.nodes).toHaveLength(1);
  expect(answer).not.toHaveProperty('nodes');
  const text = JSON.stringify(answer);
  expect(text).not.toContain('rabbit.connections');
  expect(text).not.toContain(forAdministrator.nodes[0].name);
});

test('a broker that refuses an account is not found for it', async ({ page, request, context, broker, startWarren, stopAtEnd, complaints }) => {
  complaints.expect(/status of 404/);
  const erin = await member(broker, 'erin', 1);
  const isErin = `Basic ${Buffer.from(`${erin.name}:${erin.password}`).toString('base64')}`;
  // The same broker, but without this account.
  const secret = stopAtEnd(await Gate.open(broker.url, {
    passes: (_, { authorization }) => authorization !== isErin,
    refusal: 401,
  }));
  const warren = await startWarren({
    brokers: [`demo=${broker.urlWithAccount}`, `secret=${broker.urlAt(secret.url)}`],
  });
  await context.addCookies([await session(warren.url, erin)]);
  // With one broker to see, the start leads straight to it.
  await page.goto(`${warren.url}/`);
  await expect(page).toHaveURL(`${warren.url}${DEMO}`);
  expect(await page.content()).not.toContain('secret');
  const answer = await page.goto(`${warren.url}/brokers/secret`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not found');
  expect((await poll(request, warren.url, erin, 'secret')).status()).toBe(404);
  expect((await poll(request, warren.url, broker.administrator, 'secret')).status()).toBe(200);
});

test('without a session a server function answers 401', async ({ request }) => {
  for (const path of ['/fn/overview?broker=demo', '/fn/viewer']) {
    expect((await request.get(path)).status(), path).toBe(401);
  }
});
