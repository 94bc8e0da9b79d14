// <warren-panel> in pages of another origin.

import { OwnedClock } from '../support/clock.ts';
import { Embedded, expect, PANELS, PanelPolls, test } from '../support/embedded.ts';
import { page as pageWith, panel, Portal } from '../support/host.ts';

test('a page of another origin shows a live chart, without a cookie', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, panel('queued-messages')));
  const polls = new PanelPolls(page);
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  await embedded.moves('queued-messages');
  expect(polls.headers.every(headers => !headers.cookie)).toBe(true);
  expect(polls.headers.at(-1)?.['x-auth-token']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(await page.context().cookies()).toEqual([]);
});

test('all panels of a page poll together, once a tick', async ({ page, portal, embedding }) => {
  const names = [
    'overview', 'tiles', 'queued-messages', 'message-rates', 'objects', 'churn', 'churn-totals', 'nodes', 'alarms',
    'about',
  ];
  portal.pages.set('/', pageWith(embedding.url, names.map(name => panel(name)).join('') + panel('tiles')));
  const clock = await OwnedClock.install(page);
  const polls = new PanelPolls(page);
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('churn');
  expect(portal.asked, 'tokens').toBe(1);
  await clock.stop();
  const before = polls.count;
  await clock.run(20_000);
  expect(polls.count - before).toBeGreaterThanOrEqual(3);
  expect(polls.count - before).toBeLessThanOrEqual(5);
  // What two panels want alike is asked once.
  expect(polls.asked.at(-1)!.toSorted()).toEqual(names.toSorted());
});

test('every panel has content', async ({ page, portal, embedding }) => {
  const texts: Record<string, RegExp> = {
    overview: /Message rates/, tiles: /Connections/, nodes: /rabbit@/, alarms: /No active alarms/,
    about: /RabbitMQ/, listeners: /amqp/, contexts: /RabbitMQ Management|management/i, 'exchange-types': /direct/,
    'churn-totals': /onnection/,
  };
  portal.pages.set('/', pageWith(embedding.url, Object.keys(texts).map(name => panel(name)).join('')));
  await page.goto(portal.origin);
  for (const [name, text] of Object.entries(texts)) {
    await expect(page.locator(`warren-panel[panel="${name}"]`), name).toContainText(text);
  }
});

test('charts and facts of a queue and a node work alone', async ({ page, portal, embedding, broker }) => {
  const [node] = await broker.get('/api/nodes');
  portal.pages.set('/', pageWith(embedding.url, [
    panel('queue-rates', 'vhost="/" queue="orders.new"'), panel('node-memory', `node="${node.name}"`), panel('queue-depth'),
    panel('queue-facts', 'vhost="/" queue="orders.new"'), panel('node-facts', `node="${node.name}"`),
  ].join('')));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queue-rates');
  await embedded.alive('node-memory');
  const facts = (name: string) => page.locator(`warren-panel[panel="${name}"]`);
  await expect(facts('queue-facts')).toContainText(/Durable/);
  await expect(facts('node-facts')).toContainText(/Uptime/);
  // They lead nowhere: the pages are the dashboard's.
  await expect(facts('queue-facts').getByRole('link')).toHaveCount(0);
  await expect(page.locator('warren-panel[panel="queue-depth"]')).toContainText('The attribute “queue” is missing.');
});

test('attribute changes apply and keep the viewer’s zoom and hidden series', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, panel('queued-messages')));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  const element = embedded.panel('queued-messages');
  const ready = element.getByRole('button', { name: /^Ready/ });
  await ready.click();
  await expect(ready).toHaveAttribute('aria-pressed', 'false');
  // Around the present: a broker that has just started has no past to show.
  await element.getByRole('slider').press('End');
  await element.getByRole('slider').press('+');
  const back = element.getByRole('button', { name: 'Back to now' });
  await expect(back).toBeVisible();

  await element.evaluate(element => element.setAttribute('theme', 'dark'));
  await expect(element.locator('.warren')).toHaveCSS('color-scheme', 'dark');
  await element.evaluate(element => element.setAttribute('refresh', '30s'));
  await expect(ready).toHaveAttribute('aria-pressed', 'false');
  await expect(back).toBeVisible();

  await back.click();
  await expect(back).toBeHidden();
  await expect(ready).toHaveAttribute('aria-pressed', 'false');
  await element.evaluate(element => element.setAttribute('panel', 'objects'));
  await embedded.alive('objects');
});

test('colours and font come from the embedding page', async ({ page, portal, embedding }) => {
  const style = '<style>body { --warren-blue: rgb(1, 2, 3); --warren-font: monospace }</style>';
  portal.pages.set('/', pageWith(embedding.url, style + panel('queued-messages')));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  const element = embedded.panel('queued-messages');
  await expect(element.locator('.plot-area .line.blue').first()).toHaveCSS('stroke', 'rgb(1, 2, 3)');
  await expect(element.locator('h2')).toHaveCSS('font-family', 'monospace');
});

test('a removed panel stops polling, and a moved one keeps its state', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, `<div id="there"></div>${panel('queued-messages')}`));
  const clock = await OwnedClock.install(page);
  const polls = new PanelPolls(page);
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  const element = embedded.panel('queued-messages');
  await element.getByRole('slider').press('+');
  await page.evaluate(() => document.querySelector('#there')!.append(document.querySelector('warren-panel')!));
  await expect(element.getByRole('button', { name: 'Back to now' })).toBeVisible();

  await page.evaluate(() => document.querySelector('warren-panel')!.remove());
  await clock.settle();
  const { count } = polls;
  await clock.run(60_000);
  expect(polls.count).toBe(count);
  await page.evaluate(() => {
    const again = Object.assign(document.createElement('warren-panel'), { id: 'again' });
    for (const [name, value] of [['panel', 'objects'], ['broker', 'demo'], ['token-url', '/warren-token']]) {
      again.setAttribute(name, value);
    }
    document.body.append(again);
  });
  await embedded.alive('objects');
  expect(portal.asked, 'the token is still good').toBe(1);
});

test('the page gets ready and error events', async ({ page, portal, embedding, complaints }) => {
  complaints.expect(/status of 503/);
  portal.pages.set('/', pageWith(embedding.url, `<script>
    window.heard = [];
    for (const name of ['ready', 'error', 'stale', 'token-needed'])
      addEventListener('warren-' + name, ({ type, detail }) => heard.push([type, detail.panel, detail.code ?? detail.stale]));
  </script>${panel('tiles')}<warren-panel panel="tilez" broker="demo" token-url="/warren-token"></warren-panel>
  <warren-panel panel="nodes" broker="nowhere" token-url="/warren-token"></warren-panel>`));
  await page.goto(portal.origin);
  const heard = () => page.evaluate(() => (window as any).heard as unknown[][]);
  await expect.poll(heard).toContainEqual(['warren-ready', 'tiles', undefined]);
  await expect.poll(heard).toContainEqual(['warren-error', 'tilez', 'unknown-panel']);
  await expect.poll(heard).toContainEqual(['warren-error', 'nodes', 'unknown-broker']);
  await page.route(PANELS, route => route.fulfill({
    status: 503, headers: { 'access-control-allow-origin': portal.origin }, json: { Unavailable: { retry_after: 1 } },
  }));
  await expect.poll(heard, { timeout: 60_000 }).toContainEqual(['warren-stale', 'tiles', true]);
  await page.unroute(PANELS);
  await expect.poll(heard, { timeout: 60_000 }).toContainEqual(['warren-stale', 'tiles', false]);
});

test('a token that the page sets by itself', async ({ page, portal, embedding }) => {
  const unset = panel('queued-messages').replace('token-url="/warren-token"', '');
  portal.pages.set('/', pageWith(embedding.url, `${unset}<script type="module">
    addEventListener('warren-token-needed', async event => {
      event.target.token = (await (await fetch('/warren-token')).json()).token;
    });
  </script>`));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
});

test('the page does not shift when a panel loads', async ({ page, portal, embedding }) => {
  // Its series are never idle. One that begins to be active enters the legend, which is no matter of loading.
  portal.pages.set('/', pageWith(embedding.url, `<p>Before</p>${panel('objects', 'style="height:340px"')}<p>Behind</p>`));
  await page.addInitScript(() => {
    (window as any).shift = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) (window as any).shift += (entry as any).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('objects');
  await embedded.moves('objects');
  expect(await page.evaluate(() => (window as any).shift)).toBe(0);
});

test('removed panels leave no DOM nodes or listeners', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, panel('nodes')));
  await page.goto(portal.origin);
  await expect(page.locator('warren-panel tbody tr')).not.toHaveCount(0);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const round = () => page.evaluate(async () => {
    const one = document.createElement('warren-panel');
    for (const [name, value] of [['panel', 'queued-messages'], ['broker', 'demo'], ['token-url', '/warren-token']]) {
      one.setAttribute(name, value);
    }
    document.body.append(one);
    await new Promise(resolve => setTimeout(resolve, 10));
    one.remove();
    await new Promise(resolve => setTimeout(resolve, 0));
  });
  const nodes = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const value = (name: string) => metrics.find(metric => metric.name === name)!.value;
    return { nodes: value('Nodes'), listeners: value('JSEventListeners') };
  };
  for (let n = 0; n < 5; n += 1) await round();
  const few = await nodes();
  for (let n = 0; n < 30; n += 1) await round();
  // What the last rounds began may still have to end.
  await expect.poll(async () => {
    const many = await nodes();
    return { nodes: many.nodes < few.nodes + 100, listeners: many.listeners <= few.listeners + 5 };
  }, 'nodes and listeners are no more than after few rounds').toEqual({ nodes: true, listeners: true });
});

test('a token for one panel is refused for others', async ({ page, portal, embedding }) => {
  portal.scope = { panels: ['tiles'] };
  portal.pages.set('/', pageWith(embedding.url, panel('tiles') + panel('nodes')));
  await page.goto(portal.origin);
  const embedded = new Embedded(page);
  await expect(embedded.panel('tiles').locator('.tile-value').first()).toHaveText(/^\d+$/);
  await expect(embedded.panel('nodes').locator('.notices')).toContainText('Updates fail');
  await expect(embedded.panel('nodes').locator('tbody tr')).toHaveCount(0);
});

test('a token of one origin is refused on another', async ({ page, portal, embedding, stopAtEnd, complaints }) => {
  complaints.expect(/CORS|net::ERR_FAILED/);
  const token = await portal.token();
  const stranger = stopAtEnd(await Portal.start({ host: 'localhost' }));
  stranger.pages.set('/', pageWith(embedding.url, panel('tiles').replace('token-url="/warren-token"', 'id="stolen"')));
  await page.goto(stranger.origin);
  await page.evaluate(token => { (document.querySelector('#stolen') as any).token = token; }, token);
  await expect(page.locator('#stolen .notices')).toContainText('Updates fail');
  await expect(page.locator('#stolen .tile-value').first()).not.toHaveText(/\d/);
});

test('a strict Content-Security-Policy needs only Warren’s origin and WebAssembly', async ({ page, portal, embedding }) => {
  portal.policy = `default-src 'none'; img-src data:; script-src ${embedding.url} 'wasm-unsafe-eval'; ` +
    `connect-src 'self' ${embedding.url}; base-uri 'none'; form-action 'none'`;
  portal.pages.set('/', pageWith(embedding.url, panel('queued-messages')).replace(/<style>.*<\/style>/s, ''));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  await embedded.moves('queued-messages');
});
