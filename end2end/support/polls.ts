// The page's polls: counted, and answered by the test instead of by the server.

import { expect, type Page, type Request, type Route } from '@playwright/test';

import { POLL } from './overview.ts';

/** A page that counts its polls. */
type Watched = Window & typeof globalThis & { mostPolls?: number };

export class Polls {
  /** How many there were so far. */
  count = 0;
  /** Those that the page gave up. */
  aborted = 0;
  private readonly underWay = new Set<Request>();

  constructor(private readonly page: Page) {
    const end = (request: Request) => this.underWay.delete(request);
    page.on('request', request => {
      if (!POLL.test(request.url())) return;
      this.count += 1;
      this.underWay.add(request);
    });
    page.on('requestfinished', end);
    page.on('requestfailed', request => {
      if (end(request)) this.aborted += 1;
    });
  }

  /** Has the page count its polls by itself, from now until it is left. */
  watch = () =>
    this.page.evaluate(poll => {
      const fetch = window.fetch;
      const watched = window as Watched;
      let underWay = 0;
      watched.mostPolls = 0;
      window.fetch = async (...request) => {
        const { url, signal } = new Request(...request);
        if (!new RegExp(poll).test(url)) return fetch(...request);
        underWay += 1;
        watched.mostPolls = Math.max(watched.mostPolls ?? 0, underWay);
        let open = true;
        const end = () => {
          if (open) underWay -= 1;
          open = false;
        };
        signal.addEventListener('abort', end);
        return fetch(...request).finally(end);
      };
    }, POLL.source);

  /** How many there were at once, at most, since it counts: the browser tells of an end later than of the next start. */
  most = () => this.page.evaluate(() => (window as Watched).mostPolls);

  /** How many are under way. */
  get waiting(): number {
    return this.underWay.size;
  }

  /** Answers the polls from now on. */
  answer = (answer: (route: Route) => Promise<void> | void) => this.page.route(POLL, answer);
  /** Lets the server answer them again. */
  letThrough = () => this.page.unroute(POLL);
  /** Never answers them. */
  hang = () => this.answer(() => {});
}

/** Presses R, and lets the poll begin; for `page.clock` that stands still. */
export async function pressR(page: Page): Promise<void> {
  await page.keyboard.press('r');
  await page.clock.runFor(50);
}

/** Lets the page's own time pass, second by second; `page.clock` must have been installed. */
export async function pass(page: Page, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) await page.clock.runFor(1000);
}

/**
 * Lets the page's own time pass until it has polled once more than `polls` tell now. The real time passes
 * with it, so that what is asked on the way to the poll is answered before the page gives it up.
 */
export async function passUntilNext(page: Page, polls: { readonly count: number }): Promise<void> {
  const { count } = polls;
  const passed = async () => {
    await page.clock.runFor(1000);
    return polls.count;
  };
  await expect.poll(passed, { message: 'the next poll', intervals: [100], timeout: 30_000 }).toBeGreaterThan(count);
}
