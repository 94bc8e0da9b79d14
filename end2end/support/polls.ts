// The page's polls: counted, and answered by the test instead of by the server.

import { expect, type Page, type Route } from '@playwright/test';

import type { Calls, OwnedClock } from './clock.ts';
import { POLL } from './overview.ts';

export class Polls {
  private before: Calls = { started: 0, open: 0, aborted: 0, most: 0 };

  private constructor(private readonly clock: OwnedClock) {}

  /** Counts from now on. */
  static async watch(clock: OwnedClock): Promise<Polls> {
    const polls = new Polls(clock);
    polls.before = await clock.calls(POLL);
    return polls;
  }

  /** How many there were so far. */
  count = async () => (await this.clock.calls(POLL)).started - this.before.started;
  /** Those that the page gave up. */
  aborted = async () => (await this.clock.calls(POLL)).aborted - this.before.aborted;
  /** How many are under way. */
  waiting = async () => (await this.clock.calls(POLL)).open;
  /** How many there were at once, at most, since the page was opened. */
  most = async () => (await this.clock.calls(POLL)).most;

  private get page(): Page {
    return this.clock.page;
  }

  /** Answers the polls from now on. */
  answer = (answer: (route: Route) => Promise<void> | void) => this.page.route(POLL, answer);

  /** Lets the server answer them again. */
  async letThrough(): Promise<void> {
    await this.page.unroute(POLL);
    this.clock.held = undefined;
  }

  /**
   * Holds each poll; what it returns lets the one through that waits, and waits until the page has its answer. No time
   * of the page passes meanwhile.
   */
  async hold(): Promise<() => Promise<void>> {
    const waiting: Route[] = [];
    this.clock.held = POLL;
    await this.answer(route => void waiting.push(route));
    return async () => {
      await expect.poll(() => waiting.length, 'a poll waits').toBeGreaterThan(0);
      await waiting.shift()!.continue();
      await expect.poll(this.waiting, 'polls without an answer').toBe(0);
    };
  }

  /** Never answers them. */
  async hang(): Promise<void> {
    this.clock.held = POLL;
    await this.answer(() => {});
  }
}
