// Panels in pages of every kind: busy ones, ones written from right to left, several documents.

import type { Page } from '@playwright/test';

import { Embedded, expect, test } from '../support/embedded.ts';
import { page as pageWith, panel } from '../support/host.ts';

/** A page that frames a panel, and a script that has `connect` and `options`. */
const framing = (warren: string, script: string) => `<!DOCTYPE html><title>A portal</title>
<link rel="icon" href="data:,">
<iframe src="${warren}/embed/queued-messages?portal=shop&broker=demo" title="Panel" width="700" height="340"
  sandbox="allow-scripts allow-same-origin"></iframe>
<script type="module">
  import { connect } from '${warren}/frame.js';
  const iframe = document.querySelector('iframe');
  window.heard = [];
  const options = {
    getToken: async () => (await (await fetch('/warren-token')).json()).token,
    onEvent: name => heard.push(name),
  };
  ${script}
</script>`;

const framedLine = (page: Page) => page.frameLocator('iframe').locator('.plot-area path.line').last();
const heard = (page: Page) => page.evaluate(() => (window as any).heard as string[]);

const CONNECTS: Record<string, string> = {
  'connects twice, as React does in development': 'connect(iframe, options).close(); connect(iframe, options);',
  'connects twice once the frame is there': `iframe.addEventListener('load', () => {
    connect(iframe, options).close();
    connect(iframe, options);
  });`,
  'is busy while the frame says hello': `const busy = ms => { const end = performance.now() + ms; while (performance.now() < end); };
    iframe.addEventListener('load', () => { busy(400); connect(iframe, options); busy(400); });`,
};

for (const [name, script] of Object.entries(CONNECTS)) {
  test(`a frame gets its token although the embedding page ${name}`, async ({ page, portal, embedding }) => {
    portal.pages.set('/', framing(embedding.url, script));
    await page.goto(portal.origin);
    await expect(framedLine(page)).toHaveAttribute('d', /^M/, { timeout: 60_000 });
    await expect.poll(() => heard(page)).toContain('ready');
  });
}

test('the last connection wins, also in a running frame', async ({ page, portal, embedding }) => {
  portal.pages.set('/', framing(embedding.url, 'window.again = () => connect(iframe, options); again();'));
  await page.goto(portal.origin);
  await expect(framedLine(page)).toHaveAttribute('d', /^M/, { timeout: 60_000 });
  await page.evaluate(() => {
    (window as any).heard = [];
    for (let n = 0; n < 3; n += 1) (window as any).frame = (window as any).again();
  });
  await page.evaluate(() => (window as any).frame.set('theme', 'dark'));
  await expect(page.frameLocator('iframe').locator('.warren')).toHaveCSS('color-scheme', 'dark');
});

test('what a page sets at once reaches a frame that is still loading', async ({ page, portal, embedding }) => {
  portal.pages.set('/', framing(embedding.url, `const frame = connect(iframe, options);
    frame.set('theme', 'light');
    frame.set('theme', 'dark');`));
  // The frame says hello only after the page has said all of this.
  await page.route(/\/frame-inside\.js$/, async route => {
    await page.waitForFunction(() => 'heard' in window);
    await route.continue();
  });
  await page.goto(portal.origin);
  await expect(framedLine(page)).toHaveAttribute('d', /^M/, { timeout: 60_000 });
  await expect(page.frameLocator('iframe').locator('.warren')).toHaveCSS('color-scheme', 'dark');
});

test('a panel says that it is ready when lines are drawn', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, `<script>
    window.seen = [];
    addEventListener('warren-ready', ({ target }) => {
      const lines = [...target.shadowRoot.querySelectorAll('.plot-area path.line')];
      const numbers = [...target.shadowRoot.querySelectorAll('.tile-value')];
      const shown = lines.some(line => line.getAttribute('d')) || numbers.some(number => /\\d/.test(number.textContent));
      seen.push([target.getAttribute('panel'), shown]);
    });
  </script>${panel('queued-messages')}${panel('tiles')}${panel('overview')}`));
  await page.goto(portal.origin);
  const seen = () => page.evaluate(() => ((window as any).seen as [string, boolean][]).toSorted());
  await expect.poll(seen, { timeout: 60_000 }).toEqual([['overview', true], ['queued-messages', true], ['tiles', true]]);
});

test('a panel that is moved to another document keeps its style and stays alive', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, `<iframe id="other" srcdoc="<body></body>" width="800" height="500"></iframe>${panel('queued-messages')}`));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  await page.evaluate(() => {
    const other = document.querySelector<HTMLIFrameElement>('#other')!.contentDocument!;
    other.body.append(document.querySelector('warren-panel')!);
  });
  const moved = page.frameLocator('#other').locator('warren-panel');
  await expect(moved.locator('.plot-area .line').last()).toHaveCSS('fill', 'none');
  await expect(moved.locator('figure.panel')).toHaveCSS('display', 'flex');
  await expect(moved).toHaveCSS('display', 'block');
  const line = moved.locator('.plot-area .line').last();
  const before = await line.getAttribute('d');
  await expect.poll(() => line.getAttribute('d'), { timeout: 60_000 }).not.toBe(before);
  // What is loaded once more there has its style too, and back again as well.
  await page.evaluate(() => {
    const { contentDocument } = document.querySelector<HTMLIFrameElement>('#other')!;
    document.body.append(contentDocument!.querySelector('warren-panel')!);
  });
  await expect(embedded.panel('queued-messages').locator('figure.panel')).toHaveCSS('display', 'flex');
});

test('a panel looks the same in a right-to-left page', async ({ page, portal, embedding }) => {
  const style = '<style>body { direction: rtl; letter-spacing: 4px; text-transform: uppercase; white-space: pre }</style>';
  portal.pages.set('/', pageWith(embedding.url, style + panel('queued-messages')));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  await embedded.alive('queued-messages');
  const boxes = await embedded.panel('queued-messages').evaluate(element => {
    const root = element.shadowRoot!;
    const plot = root.querySelector('.plot')!.getBoundingClientRect();
    const host = element.getBoundingClientRect();
    const labels = [...root.querySelectorAll('.y-axis text')].filter(text => text.textContent);
    return labels.map(label => label.getBoundingClientRect()).map(label => ({
      isBeside: label.right <= plot.left, isInside: label.left >= host.left,
    }));
  });
  expect(boxes.length).toBeGreaterThan(1);
  expect(boxes.filter(({ isBeside, isInside }) => !isBeside || !isInside)).toEqual([]);
  await expect(embedded.panel('queued-messages').locator('h2')).toHaveCSS('text-transform', 'none');
  await expect(embedded.panel('queued-messages').locator('h2')).toHaveCSS('letter-spacing', 'normal');
});

test('a panel in a shadow tree inherits the language outside it', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, `<div lang="zh-CN"><div id="component"></div></div><script>
    document.querySelector('#component').attachShadow({ mode: 'open' }).innerHTML = '${panel('queued-messages')}';
  </script>`));
  await page.goto(portal.origin);
  await expect(page.locator('#component').locator('warren-panel h2')).toHaveText(/[\u4e00-\u9fff]/);
});

test('a cross-origin isolated page shows element and frame', async ({ page, portal, embedding }) => {
  portal.headers = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };
  portal.pages.set('/', framing(embedding.url, 'connect(iframe, options);')
    + `<script type="module" src="${embedding.url}/embed.js"></script>${panel('message-rates')}`);
  await page.goto(portal.origin);
  await expect(framedLine(page)).toHaveAttribute('d', /^M/, { timeout: 60_000 });
  await new Embedded(page).alive('message-rates');
});

test('a dark overview in a light page has its own background', async ({ page, portal, embedding }) => {
  portal.pages.set('/', pageWith(embedding.url, `<style>body { background: white }</style>${panel('overview', 'theme="dark"')}`));
  await page.goto(portal.origin);
  const overview = page.locator('warren-panel .of-overview');
  await expect(overview.locator('h1')).toBeVisible();
  const [ground, text] = await overview.evaluate(element => {
    const light = (colour: string) => {
      const context = document.createElement('canvas').getContext('2d')!;
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      return ((red + green + blue) / 3) * (alpha / 255) + 255 * (1 - alpha / 255);
    };
    return [getComputedStyle(element).backgroundColor, getComputedStyle(element.querySelector('h1')!).color].map(light);
  });
  expect(text - ground, 'how much lighter the heading is than what is behind it').toBeGreaterThan(120);
});
