// Printed pages: what is read, nothing to press, nothing cut.

import type { Page } from '@playwright/test';

import { HOSTILE, page as pageOf, queue } from '../support/declared.ts';
import { List, listed } from '../support/list.ts';
import { DEMO, expect, test } from '../support/test.ts';

/** A4 upright between its margins, in CSS pixels. */
const PAPER = { width: 718, height: 1047 };

test.use({ colorScheme: 'dark' });

/**
 * What is cut off, and what can be pressed. Nodes get a long name and uptime first, in the same step as the check:
 * the broker of a test has just started, and a poll writes its own values again.
 */
const wrong = (page: Page) => page.evaluate(() => {
  for (const cell of document.querySelectorAll('.nodes .uptime')) cell.textContent = '364 d 23 h 59 min';
  for (const name of document.querySelectorAll('.nodes th[scope="row"]')) name.textContent = 'rabbit@rabbitmq-server-0.nodes.default';
  const isSeen = (element: Element) => element.checkVisibility({ visibilityProperty: true });
  const right = document.documentElement.clientWidth + 1;
  const cells = [...document.querySelectorAll('th, td, dd, .legend-entry')].filter(isSeen);
  const cut = cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).overflowX !== 'visible'
    || cell.getBoundingClientRect().right > right);
  const pressed = [...document.querySelectorAll('button:not(.legend-entry), input, select, summary, nav')].filter(isSeen);
  return [...cut, ...pressed].map(element => element.outerHTML.slice(0, 120));
});

for (const [what, path] of [
  ['the overview', DEMO],
  ['the brokers', '/brokers'],
  ['a list', `${DEMO}/queues`],
  ['a queue', pageOf('queues', '/', 'orders.new')],
  ['the nodes', `${DEMO}/nodes`],
  ['the log', '/log'],
] as const) {
  test(`${what} is printed dark on light, whole, and without controls`, async ({ signedIn: page, broker }) => {
    test.slow();
    await queue(broker, HOSTILE.at(-1)!);
    await listed(page.request, 'queues', '?columns=name', [HOSTILE.at(-1)!]);
    await page.setViewportSize(PAPER);
    await new List(page).open(path);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await wrong(page)).toEqual([]);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await expect.poll(background).toBe('rgb(246, 247, 249)');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
}
