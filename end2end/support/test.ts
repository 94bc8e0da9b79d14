// The fixtures of every test.

import { test as base, type Page } from '@playwright/test';

import { Broker } from './broker.ts';
import { Complaints } from './console.ts';
import { Overview } from './overview.ts';
import { session } from './sign-in.ts';
import { type Options, Warren } from './warren.ts';

interface WorkerFixtures {
  /** A broker with traffic. Tests leave it running. */
  broker: Broker;
  /** A broker with traffic that tests may kill and freeze; they bring it back. */
  victim: Broker;
  /** A dashboard of `broker`, under the name `demo`. */
  warren: Warren;
}

interface TestFixtures {
  /** What the test's pages complain about: checked at its end. */
  complaints: Complaints;
  /** Collects the complaints of every page. */
  listening: void;
  /** Starts further dashboards; they end with the test. */
  startWarren: (options: Options) => Promise<Warren>;
  /** Takes over what must be stopped at the test's end. */
  stopAtEnd: <T extends { stop?: () => Promise<void>; close?: () => Promise<void> }>(started: T) => T;
  /** The page, with the administrator signed in at `warren`. */
  signedIn: Page;
  /** The overview of `demo`, alive. */
  overview: Overview;
}

/** The overview of the worker's own broker. */
export const DEMO = '/brokers/demo';

export const test = base.extend<TestFixtures, WorkerFixtures>({
  broker: [
    async ({}, use) => {
      const broker = await Broker.start();
      await broker.busy();
      await use(broker);
      await broker.stop();
    },
    { scope: 'worker', timeout: 400_000 },
  ],

  victim: [
    async ({}, use) => {
      const broker = await Broker.start();
      await broker.busy();
      await use(broker);
      await broker.stop();
    },
    { scope: 'worker', timeout: 400_000 },
  ],

  warren: [
    async ({ broker }, use) => {
      const warren = await Warren.start({ brokers: [`demo=${broker.urlWithAccount}`] });
      await use(warren);
      await warren.stop();
    },
    { scope: 'worker', timeout: 150_000 },
  ],

  baseURL: async ({ warren }, use) => use(warren.url),

  // Without the context: a test's `baseURL`, which the context needs, may come from what `stopAtEnd` stops.
  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    complaints.check();
  },

  listening: [
    async ({ context, complaints }, use) => {
      context.on('page', page => complaints.listen(page));
      await use();
    },
    { auto: true },
  ],

  stopAtEnd: async ({ complaints }, use) => {
    const stops: (() => Promise<void>)[] = [];
    await use(started => {
      const stop = started.stop ?? started.close;
      if (stop) stops.unshift(() => stop.call(started));
      return started;
    });
    complaints.ignoreRest();
    for (const stop of stops) await stop();
  },

  startWarren: async ({ stopAtEnd }, use) => {
    await use(async options => stopAtEnd(await Warren.start(options)));
  },

  signedIn: async ({ page, context, warren, broker }, use) => {
    await context.addCookies([await session(warren.url, broker.administrator)]);
    await use(page);
  },

  overview: async ({ signedIn }, use) => {
    const overview = new Overview(signedIn);
    await signedIn.goto(DEMO);
    await overview.alive();
    await use(overview);
  },
});

export { expect } from '@playwright/test';
