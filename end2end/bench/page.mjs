// What one cold visit of the overview page loads: bytes as they came over the wire, headers and all,
// and requests, up to when nothing is loading any more. Polls do not count.

import { newPageOf, report, sleep, ui, warren, withBrowser } from './sides.mjs';

/** Nothing has been loading for so long: the page stands. Both sides poll only after 5 s. */
const QUIET = 1_500;

async function load(browser, side) {
  const page = await newPageOf(browser, side);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const requests = [];
  const open = new Map();
  let last = Date.now();
  const end = (id, bytes, failed) => {
    const request = open.get(id);
    if (!request) return;
    open.delete(id);
    last = Date.now();
    requests.push({ ...request, bytes, ...(failed && { failed }) });
  };
  cdp.on('Network.requestWillBeSent', ({ requestId, request, redirectResponse }) => {
    if (redirectResponse) end(requestId, redirectResponse.encodedDataLength);
    if (/^https?:/.test(request.url)) open.set(requestId, { url: request.url });
    last = Date.now();
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => end(requestId, encodedDataLength));
  cdp.on('Network.loadingFailed', ({ requestId, errorText }) => end(requestId, 0, errorText));
  await page.goto(side.address);
  await side.shown(page);
  while (open.size > 0 || Date.now() - last < QUIET) await sleep(50);
  const loaded = requests.filter(({ url }) => side.name === 'ui' || !side.isPoll(url));
  const failed = loaded.filter(({ failed }) => failed);
  if (failed.length > 0) throw new Error(`not everything could be loaded: ${JSON.stringify(failed)}`);
  await page.context().close();
  return {
    bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
    requests: loaded.length,
    loaded: loaded.map(({ url, bytes }) => ({ path: new URL(url).pathname, bytes })),
  };
}

report(await withBrowser(async browser => ({
  warren: await load(browser, warren),
  ui: await load(browser, ui()),
})));
