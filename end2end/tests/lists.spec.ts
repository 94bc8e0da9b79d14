// Lists of a broker: filter, order, pages, columns, all of it in the address.

import { HOSTILE, page as pageOf, publish, queue, remove } from '../support/declared.ts';
import { Gate } from '../support/gate.ts';
import { List, listed } from '../support/list.ts';
import { session } from '../support/sign-in.ts';
import { expect, test } from '../support/test.ts';

const QUEUES = '/brokers/demo/queues';

/** A list is read as seldom as its broker is slow: some tests wait for several readings of it. */
test.setTimeout(480_000);

test.beforeAll(async ({ broker }) => {
  // The worker's broker may have them, with messages, from an earlier run of this file.
  for (const name of ['many.07', 'many.03']) await remove(broker, name);
  for (let n = 0; n < 25; n += 1) await queue(broker, `many.${String(n).padStart(2, '0')}`);
  await queue(broker, 'type.classic');
  await queue(broker, 'type.quorum', { arguments: { 'x-queue-type': 'quorum' } });
  await queue(broker, 'type.stream', { arguments: { 'x-queue-type': 'stream' } });
  for (const name of HOSTILE) await queue(broker, name);
  await publish(broker, 'many.07', 5);
  await publish(broker, 'many.03', 2);
});

test.beforeEach(async ({ signedIn: { request } }) => {
  // The queues and the messages that were declared last: with them all the others.
  await listed(request, 'queues', '?name=many.&columns=name,messages', ['"many.24",', '"many.07",5', '"many.03",2']);
  await listed(request, 'queues', '?columns=name&page_size=500', [HOSTILE.at(-1)!]);
});

test('queues of every type are listed with the broker’s values', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=type.`);
  await expect(signedIn).toHaveTitle('Queues and streams · demo · Warren');
  await expect.poll(() => list.names()).toEqual(['type.classic', 'type.quorum', 'type.stream']);
  for (const kind of ['classic', 'quorum', 'stream']) await expect(list.row(`type.${kind}`)).toContainText(kind);
  await expect(signedIn.getByText(/^3 of \d+ match$/)).toBeVisible();
});

test('rows that could not be read are counted, and the others are shown', async ({
  page, context, broker, startWarren, stopAtEnd,
}) => {
  const gate = stopAtEnd(await Gate.open(broker.url, {
    changes: (path, body) => {
      if (!/^\/api\/queues([/?]|$)/.test(path)) return undefined;
      const rows = Array.isArray(body) ? body : body.items;
      return rows?.push(null, 'no object') ? body : undefined;
    },
  }));
  const warren = await startWarren({ brokers: [`demo=${broker.urlAt(gate.url)}`] });
  await context.addCookies([await session(warren.url, broker.administrator)]);
  const list = new List(page);
  await list.open(`${warren.url}${QUEUES}?name=type.`);
  await expect(page.getByText('2 rows could not be read and are left out.')).toBeVisible();
  await expect.poll(() => list.names()).toEqual(['type.classic', 'type.quorum', 'type.stream']);
});

test('the filter applies while typing and is in the URL', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(QUEUES);
  await list.filter.pressSequentially('many.1', { delay: 20 });
  await expect(signedIn).toHaveURL(`${QUEUES}?name=many.1`);
  await expect.poll(() => list.names()).toEqual([...Array(10).keys()].map(n => `many.1${n}`));
  await expect(list.filter).toHaveValue('many.1');
  await signedIn.reload();
  await expect(list.filter).toHaveValue('many.1');
  await expect.poll(() => list.names()).toHaveLength(10);
});

test('a regular expression filters; an invalid one is named beside the field, and the rows stay', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(QUEUES);
  await signedIn.getByLabel('Regular expression').check();
  await list.filter.fill('^many\\.0[37]$');
  await expect.poll(() => list.names()).toEqual(['many.03', 'many.07']);
  await list.filter.fill('^many\\.0[37');
  await expect(signedIn.locator('#filter-error')).toContainText('Not a regular expression: unclosed character class');
  await expect(list.filter).toHaveAttribute('aria-invalid', 'true');
  expect(await list.names()).toEqual(['many.03', 'many.07']);
  await list.filter.fill('^many\\.03$');
  await expect(signedIn.locator('#filter-error')).toBeEmpty();
  await expect.poll(() => list.names()).toEqual(['many.03']);
});

test('every sortable head sorts in both directions', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=many.`);
  await list.head('Total').getByRole('link').click();
  await expect(signedIn).toHaveURL(/sort=messages&sort_reverse=true/);
  await expect.poll(async () => (await list.names()).slice(0, 2)).toEqual(['many.07', 'many.03']);
  await expect(list.head('Total')).toHaveAttribute('aria-sort', 'descending');
  await list.head('Total').getByRole('link').click();
  await expect(list.head('Total')).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(async () => (await list.names()).slice(-2)).toEqual(['many.03', 'many.07']);
  for (const kind of ['queues', 'connections', 'channels', 'exchanges', 'nodes', 'vhosts', 'users']) {
    // As the server draws it: scripts change nothing about the links.
    await signedIn.goto(`/brokers/demo/${kind}`, { waitUntil: 'domcontentloaded' });
    const columns = await signedIn.locator('.columns input').evaluateAll(boxes => boxes.map(box => (box as HTMLInputElement).value));
    await signedIn.goto(`/brokers/demo/${kind}?columns=${columns.join(',')}`, { waitUntil: 'domcontentloaded' });
    await expect(signedIn.locator('.rows thead a').first(), kind).toBeVisible();
    const links = await signedIn.locator('.rows thead a').evaluateAll(links => links.map(link => link.getAttribute('href')!));
    expect(links.length, kind).toBeGreaterThan(1);
    const answers = await Promise.all(links.map(link => {
      const search = encodeURIComponent(link);
      return signedIn.request.get(`/fn/list?broker=demo&kind=${kind}&search=${search}`);
    }));
    const sorted = await Promise.all(answers.map(async answer => (await answer.json()).sort));
    expect(sorted, kind).toEqual(links.map(link => new URLSearchParams(link).get('sort')));
  }
});

test('pages have the selected number of rows', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=many.`);
  await signedIn.getByLabel('Rows').selectOption('20');
  await expect(signedIn).toHaveURL(/page_size=20/);
  await expect.poll(async () => (await list.names()).length).toBe(20);
  await signedIn.getByRole('link', { name: 'Next' }).click();
  await expect(signedIn).toHaveURL(/page=2/);
  await expect.poll(() => list.names()).toEqual([...Array(5).keys()].map(n => `many.2${n}`));
  await expect(signedIn.getByText('Page 2 of 2')).toBeVisible();
  await list.open(`${QUEUES}?name=many.&page=9`);
  await expect(signedIn.getByText('No such page: the last one is 1.')).toBeVisible();
});

test('columns and density are in the URL and remembered', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=type.`);
  await expect(list.head('Process memory')).toHaveCount(0);
  await signedIn.locator('.columns summary').click();
  await signedIn.getByRole('checkbox', { name: 'Process memory' }).check();
  await expect(list.head('Process memory')).toBeVisible();
  await expect(signedIn).toHaveURL(/columns=name%2C.*memory/);
  await signedIn.getByRole('checkbox', { name: 'Ack', exact: true }).uncheck();
  await expect(list.head('Ack')).toHaveCount(0);
  await signedIn.getByLabel('Density').selectOption('compact');
  await expect(signedIn.locator('.rows table')).toHaveClass(/compact/);
  // Another visit, with nothing of it in the address.
  await list.open(QUEUES);
  await expect(list.head('Process memory')).toBeVisible();
  await expect(list.head('Ack')).toHaveCount(0);
  await expect(signedIn.locator('.rows table')).toHaveClass(/compact/);
  await signedIn.locator('.columns summary').click();
  await signedIn.getByRole('checkbox', { name: 'Process memory' }).uncheck();
  await signedIn.getByRole('checkbox', { name: 'Ack', exact: true }).check();
  await expect(list.head('Ack')).toBeVisible();
  await list.open(QUEUES);
  await expect(list.head('Ack')).toBeVisible();
});

test('a choice made while the answer to another one arrives is kept', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=type.`);
  await signedIn.locator('.columns summary').click();
  await signedIn.evaluate(() => {
    const fetched = globalThis.fetch;
    const held = { isThere: false, letThrough: () => {} };
    const released = new Promise<void>(resolve => { held.letThrough = resolve; });
    Object.assign(globalThis, { held });
    globalThis.fetch = async (...asked: Parameters<typeof fetch>) => {
      const answer = await fetched(...asked);
      // Not a poll that the page made before: it is given up when the choice is asked for.
      if (answer.url.includes('/fn/list?') && answer.url.includes('columns')) {
        held.isThere = true;
        await released;
      }
      return answer;
    };
  });
  await signedIn.getByRole('checkbox', { name: 'Ack', exact: true }).uncheck();
  await signedIn.waitForFunction(() => (globalThis as unknown as { held: { isThere: boolean } }).held.isThere);
  await signedIn.getByRole('checkbox', { name: 'Process memory' }).evaluate((box: HTMLInputElement) => {
    box.click();
    (globalThis as unknown as { held: { letThrough: () => void } }).held.letThrough();
  });
  await expect(list.head('Process memory')).toBeVisible();
  await expect(list.head('Ack')).toHaveCount(0);
  await expect(signedIn.getByRole('checkbox', { name: 'Process memory' })).toBeChecked();
  await expect(signedIn.getByRole('checkbox', { name: 'Ack', exact: true })).not.toBeChecked();
});

test('the menu of columns closes on Escape, on a press elsewhere, and when the focus leaves it', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=type.`);
  const opener = signedIn.locator('.columns summary');
  const choices = signedIn.getByRole('checkbox', { name: 'Process memory' });
  await opener.click();
  await choices.focus();
  await signedIn.keyboard.press('Escape');
  await expect(choices).toBeHidden();
  await expect(opener).toBeFocused();
  await opener.click();
  await expect(choices).toBeVisible();
  await signedIn.getByRole('heading', { level: 1 }).click();
  await expect(choices).toBeHidden();
  await opener.click();
  await signedIn.locator('.columns input').last().focus();
  await signedIn.keyboard.press('Tab');
  await expect(choices).toBeHidden();
});

for (const width of [1024, 1440]) {
  test(`lists fit on a screen ${width} px wide, and their columns stay where they are`, async ({ signedIn, broker }) => {
    await signedIn.setViewportSize({ width, height: 900 });
    const list = new List(signedIn);
    for (const kind of ['queues', 'connections', 'channels', 'exchanges', 'consumers', 'nodes', 'users', 'vhosts', 'policies', 'bindings']) {
      await list.open(`/brokers/demo/${kind}`);
      await expect(signedIn.locator('.rows thead th').first(), kind).toBeVisible();
      const beyond = await signedIn.locator('.rows').evaluate(rows => rows.scrollWidth - rows.clientWidth);
      expect(beyond, kind).toBeLessThanOrEqual(0);
    }
    const shifts = `shifts.${width}`;
    await remove(broker, shifts);
    await queue(broker, shifts);
    await listed(signedIn.request, 'queues', '?name=shifts.&columns=name,messages', [`"${shifts}",0`]);
    await list.open(`${QUEUES}?name=shifts.`);
    const edges = () => signedIn.locator('.rows thead th').evaluateAll(heads => heads.map(head => head.getBoundingClientRect().x));
    const before = await edges();
    await publish(broker, shifts, 123);
    await expect(list.row(shifts)).toContainText('123', { timeout: 120_000 });
    expect(await edges()).toEqual(before);
    // What is cut is whole in a tooltip.
    await list.open(`${QUEUES}?name=xxxx`);
    await expect(list.row(HOSTILE.at(-1)!).getByRole('rowheader')).toHaveAttribute('title', HOSTILE.at(-1)!);
  });
}

test('unknown columns and sort keys in the URL are named', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?sort=nonsense&columns=name,quux`);
  await expect(signedIn.getByText('Unknown columns: quux')).toBeVisible();
  await expect(signedIn.getByText('Unknown sort column “nonsense”')).toBeVisible();
  await expect.poll(async () => (await list.names()).length).toBeGreaterThan(3);
});

test('the CSV file has the filtered rows in order, and no formula', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=many.&sort=messages&sort_reverse=true&columns=name,messages`);
  const address = await signedIn.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const answer = await signedIn.request.get(address!);
  expect(answer.headers()['content-type']).toContain('text/csv');
  expect(answer.headers()['content-disposition']).toContain('demo-queues.csv');
  const lines = (await answer.text()).replace('\ufeff', '').trim().split('\r\n');
  expect(lines[0]).toBe('"Name","Total"');
  expect(lines.slice(1, 3)).toEqual(['"many.07",5', '"many.03",2']);
  expect(lines).toHaveLength(26);
  const other = await signedIn.request.get(`/fn/csv?broker=demo&kind=queues&search=${encodeURIComponent('?name==HYP&columns=name')}`);
  expect(await other.text()).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
});

test('arrow keys and Enter work on rows', async ({ signedIn }) => {
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=many.`);
  await signedIn.locator('.rows').focus();
  await signedIn.keyboard.press('ArrowDown');
  await expect(signedIn.getByRole('link', { name: 'many.00' })).toBeFocused();
  await signedIn.keyboard.press('ArrowDown');
  await signedIn.keyboard.press('ArrowDown');
  await signedIn.keyboard.press('ArrowUp');
  await expect(signedIn.getByRole('link', { name: 'many.01' })).toBeFocused();
  await signedIn.keyboard.press('End');
  await expect(signedIn.getByRole('link', { name: 'many.24' })).toBeFocused();
  await signedIn.keyboard.press('Enter');
  await expect(signedIn).toHaveURL(pageOf('queues', '/', 'many.24'));
});

test('the list updates by itself and keeps open menus and focus', async ({ signedIn, broker }) => {
  // Another run of this test may have left them.
  for (const name of ['grows.1', 'grows.2']) await remove(broker, name);
  await queue(broker, 'grows.1');
  await listed(signedIn.request, 'queues', '?name=grows.&columns=name,messages', ['"grows.1",0'], ['grows.2']);
  const list = new List(signedIn);
  await list.open(`${QUEUES}?name=grows.&columns=name,messages`);
  await list.filter.focus();
  await expect(list.row('grows.1').getByRole('cell')).toHaveText('0');
  await publish(broker, 'grows.1', 3);
  await expect(list.row('grows.1').getByRole('cell')).toHaveText('3', { timeout: 120_000 });
  await expect(list.filter).toBeFocused();
  await queue(broker, 'grows.2');
  await expect.poll(() => list.names(), { timeout: 120_000 }).toContain('grows.2');
});

test('hostile names are shown, linked and found', async ({ signedIn }) => {
  const list = new List(signedIn);
  const link = (name: string) => signedIn.locator('.rows tbody th a').filter({ hasText: name }).first();
  const title = signedIn.getByRole('heading', { level: 1 }).locator('bdi');
  // All on one page, however many queues other tests left.
  await list.open(`${QUEUES}?page_size=500`);
  await expect.poll(() => list.names()).toEqual(expect.arrayContaining(HOSTILE));
  const addresses = await Promise.all(HOSTILE.map(name => link(name).getAttribute('href')));
  for (const [index, name] of HOSTILE.entries()) {
    await signedIn.goto(addresses[index]!, { waitUntil: 'domcontentloaded' });
    await expect(title).toHaveText(name, { useInnerText: false });
    await expect(signedIn.getByRole('heading', { name: 'Consumers' })).toBeVisible();
    const search = encodeURIComponent(`?name=${encodeURIComponent(name)}`);
    const found = await signedIn.request.get(`/fn/list?broker=demo&kind=queues&search=${search}`);
    expect((await found.json()).filtered_count, name).toBeGreaterThan(0);
  }
  await expect(signedIn.locator('img')).toHaveCount(0);

  // By a click, and then asked for from the start.
  const percent = HOSTILE.find(name => name.startsWith('100%'))!;
  await list.open(`${QUEUES}?name=${encodeURIComponent(percent)}`);
  await link(percent).click();
  await expect(title).toHaveText(percent);
  expect((await signedIn.request.get(signedIn.url())).status()).toBe(200);
});

test('an unknown broker or list is a 404', async ({ signedIn, complaints }) => {
  complaints.expect(/status of 404/);
  for (const path of ['/brokers/none/queues', '/brokers/demo/nonsense', pageOf('queues', '/', 'no such queue')]) {
    const answer = await signedIn.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(signedIn.getByRole('heading', { level: 1 })).toHaveText('Not found');
  }
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('filter, order, pages and columns work by forms and links', async ({ signedIn }) => {
    const list = new List(signedIn);
    await signedIn.goto(QUEUES);
    await list.filter.fill('many.0');
    await signedIn.getByRole('button', { name: 'Apply' }).click();
    await expect(signedIn).toHaveURL(/name=many\.0/);
    await expect.poll(() => list.names()).toHaveLength(10);
    await list.head('Total').getByRole('link').click();
    await expect.poll(async () => (await list.names())[0]).toBe('many.07');
    await signedIn.goto(`${QUEUES}?name=many.&page_size=20`);
    await signedIn.getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => list.names()).toContain('many.24');
    await signedIn.locator('.columns summary').click();
    await signedIn.getByRole('checkbox', { name: 'Process memory' }).check();
    await signedIn.getByRole('button', { name: 'Apply' }).click();
    await expect(list.head('Process memory')).toBeVisible();
    await signedIn.getByRole('link', { name: 'many.00' }).click();
    await expect(signedIn.getByRole('heading', { level: 1 })).toContainText('many.00');
  });
});
