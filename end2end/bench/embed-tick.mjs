// Ten panels in a page: requests a tick, over a minute.

import { drawn, isPoll, origin, panel, withPortal } from './portal.mjs';
import { report, sleep } from './sides.mjs';

const PANELS = [
  'queued-messages', 'message-rates', 'objects', 'churn', 'tiles', 'nodes', 'alarms', 'churn-totals', 'about', 'listeners',
];
const TICK = 5_000;
const TICKS = 12;

report(await withPortal(PANELS.map(panel).join(''), async page => {
  const requests = [];
  page.on('request', request => {
    if (isPoll(request.url()) && request.method() === 'POST') requests.push(request.postDataJSON().wants.length);
  });
  await page.goto(`${origin}/`);
  await drawn(page, 4);
  requests.length = 0;
  await sleep(TICK * TICKS);
  return { panels: PANELS.length, ticks: TICKS, requests: requests.length, wants: requests };
}));
