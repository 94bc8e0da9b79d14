// What one embedded panel loads from Warren, over the wire and with headers, on a first visit and on
// a second one: everything up to its first numbers, the poll that brings them too.

import { isPoll, origin, panel, withPortal, drawn, warrenUrl } from './portal.mjs';
import { report, sleep } from './sides.mjs';

const QUIET = 1_000;

async function visit(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const open = new Map();
  const loaded = [];
  let last = Date.now();
  let polls = 0;
  cdp.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (!request.url.startsWith(warrenUrl)) return;
    // Those behind the first are of the time after.
    if (isPoll(request.url) && request.method === 'POST') polls += 1;
    if (polls <= 1) open.set(requestId, new URL(request.url).pathname);
    last = Date.now();
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = open.get(requestId);
    if (path === undefined) return;
    open.delete(requestId);
    loaded.push({ path, bytes: encodedDataLength });
    last = Date.now();
  });
  await page.goto(`${origin}/`);
  await drawn(page);
  while (open.size > 0 || Date.now() - last < QUIET) await sleep(50);
  await cdp.detach();
  return { bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0), loaded };
}

report(await withPortal(panel('queued-messages'), async page => {
  const first = await visit(page);
  await page.goto('about:blank');
  return { first, second: await visit(page) };
}));
