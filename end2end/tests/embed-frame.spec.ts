// Frames, in pages that are on another site.

import type { FrameLocator, Page } from '@playwright/test';

import { answered } from '../support/console.ts';
import { Embedded, expect, test } from '../support/embedded.ts';
import { panel } from '../support/host.ts';

const frameOf = (page: Page): FrameLocator => page.frameLocator('iframe');

/** A page that frames a panel and gives it tokens. */
const framing = (warren: string, panel: string, more = '') => `<!DOCTYPE html><title>A portal</title>
<link rel="icon" href="data:,"><p>Before</p>
<iframe src="${warren}/embed/${panel}" title="Panel" width="700" height="340" sandbox="allow-scripts allow-same-origin"></iframe>
<p id="behind">Behind</p>
<script type="module">
  import { connect } from '${warren}/frame.js';
  window.heard = [];
  window.frame = connect(document.querySelector('iframe'), {
    getToken: async () => (await (await fetch('/warren-token')).json()).token,
    onEvent: (name, detail) => heard.push([name, detail.code ?? '']),
  });
</script>${more}`;

const height = (page: Page) => page.locator('iframe').evaluate(frame => frame.getBoundingClientRect().height);

test('a frame shows a live chart with a token from its channel', async ({ page, portal, embedding }) => {
  portal.pages.set('/', framing(embedding.url, 'queued-messages?portal=shop&broker=demo&theme=dark'));
  const urls: string[] = [];
  page.on('request', request => urls.push(request.url()));
  await page.goto(portal.origin);
  const line = frameOf(page).locator('.plot-area path.line').last();
  await expect(line).toHaveAttribute('d', /^M/);
  const before = await line.getAttribute('d');
  await expect.poll(() => line.getAttribute('d'), { timeout: 60_000 }).not.toBe(before);
  await expect(frameOf(page).locator('.warren')).toHaveCSS('color-scheme', 'dark');
  expect(urls.filter(url => /token=|eyJ/.test(url))).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
  await expect.poll(() => page.evaluate(() => (window as any).heard)).toContainEqual(['ready', '']);
});

test('element and frame work without third-party cookies', async ({ page, portal, embedding }) => {
  portal.pages.set('/', framing(
    embedding.url, 'queued-messages?portal=shop&broker=demo',
    `<script type="module" src="${embedding.url}/embed.js"></script>${panel('message-rates')}`,
  ));
  const embedded = new Embedded(page);
  await page.goto(portal.origin);
  const drawn = frameOf(page).locator('.plot-area path.line').last();
  await expect(drawn).toHaveAttribute('d', /^M/);
  // Every context of these tests is such a browser: what the frame keeps is gone at once.
  const kept = await frameOf(page).locator('html').evaluate(() => {
    document.cookie = 'probe=1; SameSite=None; Secure';
    try {
      return [document.cookie, localStorage.length];
    } catch (refusal) {
      return [document.cookie, (refusal as Error).name];
    }
  });
  expect(kept).toEqual(['', 'SecurityError']);
  await embedded.alive('message-rates');
  await embedded.moves('message-rates');
  const before = await drawn.getAttribute('d');
  await expect.poll(() => drawn.getAttribute('d'), { timeout: 60_000 }).not.toBe(before);
});

test('a frame grows and shrinks with its content', async ({ page, portal, embedding }) => {
  // Its series are never idle: the legend keeps its length.
  portal.pages.set('/', framing(embedding.url, 'objects?portal=shop&broker=demo'));
  await page.goto(portal.origin);
  await expect(frameOf(page).locator('.plot-area path.line').last()).toHaveAttribute('d', /^M/);
  // What the frame reports comes later than what it draws.
  const inside = () => frameOf(page).locator('warren-panel').evaluate(panel => Math.ceil(panel.getBoundingClientRect().height));
  const room = () => page.locator('iframe').evaluate(frame => frame.clientHeight);
  await expect.poll(async () => (await room()) - (await inside())).toBe(0);
  const before = await height(page);
  const table = frameOf(page).locator('summary');
  await table.click();
  await expect.poll(() => height(page)).toBeGreaterThan(before + 100);
  await table.click();
  await expect.poll(() => height(page)).toBe(before);
});

test('the embedding page changes theme, language and range', async ({ page, portal, embedding }) => {
  portal.pages.set('/', framing(embedding.url, 'queued-messages?portal=shop&broker=demo'));
  await page.goto(portal.origin);
  await expect(frameOf(page).locator('h2')).toHaveText('Queued messages');
  // It has its token: both sides know their channel.
  await expect(frameOf(page).locator('.plot-area path.line').last()).toHaveAttribute('d', /^M/);
  await page.evaluate(() => (window as any).frame.set('theme', 'dark'));
  await expect(frameOf(page).locator('.warren')).toHaveCSS('color-scheme', 'dark');
  await page.evaluate(() => (window as any).frame.set('range', '1h'));
  await expect(frameOf(page).locator('warren-panel')).toHaveAttribute('range', '1h');
  await page.evaluate(() => (window as any).frame.set('onclick', 'alert(1)'));
  await page.evaluate(() => (window as any).frame.set('panel', 'nodes'));
  await page.evaluate(() => (window as any).frame.set('lang', 'zh-CN'));
  await expect(frameOf(page).locator('warren-panel')).toHaveAttribute('lang', 'zh-CN');
  await expect(frameOf(page).locator('h2')).toHaveText(/[\u4e00-\u9fff]/);
  await expect(frameOf(page).locator('warren-panel')).toHaveAttribute('panel', 'queued-messages');
  expect(await frameOf(page).locator('warren-panel').getAttribute('onclick')).toBeNull();
});

test('a flood of messages does no harm', async ({ page, portal, embedding }) => {
  test.slow();
  portal.pages.set('/', framing(embedding.url, 'queued-messages?portal=shop&broker=demo'));
  await page.goto(portal.origin);
  const line = frameOf(page).locator('.plot-area path.line').last();
  await expect(line).toHaveAttribute('d', /^M/, { timeout: 60_000 });
  await page.evaluate(async () => {
    const { contentWindow } = document.querySelector('iframe')!;
    const deep: any = {};
    let at = deep;
    for (let n = 0; n < 500; n += 1) at = at.next = {};
    const junk = [null, 1, 'x'.repeat(100_000), [], deep, { warren: 'connect' }, { warren: {} }, new Map(), new Error('x')];
    for (let n = 0; n < 20_000; n += 1) {
      contentWindow!.postMessage(junk[n % junk.length], '*');
      if (n % 100 === 0) {
        const { port1, port2 } = new MessageChannel();
        contentWindow!.postMessage({ warren: 'connect' }, '*', [port2]);
        port1.postMessage({ type: 'token', token: 'forged' });
      }
      if (n % 1_000 === 0) await new Promise(resolve => setTimeout(resolve));
    }
    for (let n = 0; n < 20_000; n += 1) (window as any).frame.set('theme', n % 2 ? 'dark' : 'light');
  });
  const before = await line.getAttribute('d');
  await expect.poll(() => line.getAttribute('d'), { timeout: 60_000 }).not.toBe(before);
});

test('only the portal may frame it', async ({ page, portal, embedding, stopAtEnd, complaints }) => {
  complaints.expect(/frame-ancestors|Framing|X-Frame-Options/i);
  complaints.expect(answered(404));
  const { Portal } = await import('../support/host.ts');
  const stranger = stopAtEnd(await Portal.start());
  for (const portalName of ['shop', 'stranger']) {
    stranger.pages.set('/', framing(embedding.url, `queued-messages?portal=${portalName}&broker=demo`));
    await page.goto(stranger.origin);
    await expect.poll(() => page.frames().some(frame => frame.url().startsWith('chrome-error://'))).toBe(true);
  }
  expect(stranger.asked, 'a token for a stranger’s frame').toBe(0);
});

test('the embedding page contacts only Warren', async ({ page, portal, embedding, stopAtEnd }) => {
  const { Portal } = await import('../support/host.ts');
  const impostor = stopAtEnd(await Portal.start());
  impostor.pages.set('/', `<script>
    let got = 0;
    onmessage = event => { got += 1; event.ports[0]?.postMessage({ type: 'token' }); document.title = String(got); };
    parent.postMessage({ warren: 'hello' }, '*');
  </script>`);
  portal.pages.set('/', framing(embedding.url, 'queued-messages?portal=shop&broker=demo'));
  await page.goto(portal.origin);
  await expect(frameOf(page).locator('.plot-area path.line').last()).toHaveAttribute('d', /^M/);
  const { asked } = portal;
  // What it says reaches the page around, after whoever else listens there.
  await page.evaluate(url => new Promise<void>(resolve => {
    addEventListener('message', ({ origin }) => { if (origin === url) resolve(); });
    document.querySelector('iframe')!.contentWindow!.location = url;
  }), impostor.origin);
  // Whatever the page around has asked its server since is there before this answer.
  await page.evaluate(() => fetch('/').then(answer => answer.text()));
  expect(portal.asked).toBe(asked);
});
