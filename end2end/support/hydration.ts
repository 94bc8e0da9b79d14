// When scripts have taken over a page that the server rendered.

import { expect, type Page } from '@playwright/test';

/**
 * Waits until an object of the page, given as an expression, has a listener of a type. It reads what the page
 * registered and sends no event: an event could change what a test measures.
 */
export async function listens(page: Page, expression: string, type: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const has = async () => {
    const { result } = await devtools.send('Runtime.evaluate', { expression });
    if (!result.objectId) return false;
    const { listeners } = await devtools.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    return listeners.some(listener => listener.type === type);
  };
  // While the page loads, its objects come and go.
  const wait = expect.poll(() => has().catch(() => false), { message: 'scripts take the page over', timeout: 60_000 });
  await wait.toBe(true);
  await devtools.detach();
}

/** Waits until scripts have taken over a page for signed-in viewers: then it watches whether its tab is visible. */
export const hydrated = (page: Page): Promise<void> => listens(page, 'window', 'visibilitychange');

/** The same for a page that polls: its polls begin again when the browser is online again. */
export const polling = (page: Page): Promise<void> => listens(page, 'window', 'online');
