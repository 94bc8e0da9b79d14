// A portal whose pages embed panels, and the guest tokens that its server gets for them.

import { createServer } from 'node:http';

import { chromium } from '@playwright/test';

import { broker } from './sides.mjs';

const given = name => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these scripts are run by cargo xtask bench`);
  return value;
};

export const warrenUrl = given('BENCH_WARREN');
const api = given('BENCH_API');
const port = Number(given('BENCH_PORTAL_PORT'));
const key = given('BENCH_PORTAL_KEY');
/** Another site than Warren's, which is at 127.0.0.1. */
export const origin = `http://localhost:${port}`;

/** A guest token, as a portal's server gets it. */
export async function token() {
  const answer = await fetch(`${api}/v2/rabbit/guest-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-service-key': key },
    body: JSON.stringify({ portal: 'bench', origin, panels: ['*'], brokers: [broker], vhosts: ['*'] }),
  });
  if (answer.status !== 201) throw new Error(`no guest token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).token;
}

export const panel = name =>
  `<warren-panel panel="${name}" broker="${broker}" token-url="/token" height="340"></warren-panel>`;

/** Runs `measure(page)` with a browser in which the portal shows a page with this in it. */
export async function withPortal(body, measure) {
  const html = `<!DOCTYPE html><html lang="en"><title>A portal</title><link rel="icon" href="data:,">
<script type="module" src="${warrenUrl}/embed.js"></script>
<style>warren-panel { display: block; min-height: 340px }</style><p>Before</p>${body}<p>Behind</p>`;
  const server = createServer(async (request, response) => {
    if (request.url === '/token') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(await token());
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    }
  });
  await new Promise(resolve => server.listen(port, resolve));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    return await measure(page);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Waits until so many charts draw lines. */
export const drawn = (page, count = 1) =>
  page.waitForFunction(count => {
    const panels = [...document.querySelectorAll('warren-panel')];
    const draws = panel => panel.shadowRoot?.querySelector('.plot-area .line[d^="M"]');
    return panels.filter(draws).length >= count;
  }, count);

export const isPoll = url => new URL(url).pathname === '/fn/panels';
