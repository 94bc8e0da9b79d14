// A page's clock in the test's hand: its timers, its time, and the answers that it waits for.
//
// A step of the page's time takes an instant, an answer of a real server takes as long as the machine
// needs. A test that moves the clock must therefore wait for answers in between: else the page's own
// time-out overtakes them, or an answer comes when the test has already looked.

import { expect, type Page } from '@playwright/test';

/** What is known of a page's calls of one path. */
export interface Calls {
  /** How many began. */
  started: number;
  /** How many are under way. */
  open: number;
  /** How many the page gave up. */
  aborted: number;
  /** How many there were at once, at most. */
  most: number;
}

/** As the page itself counts: by paths. */
type Counting = Window & typeof globalThis & { calls: Record<string, Calls> };

/** The most of the page's time that passes without a look at what it waits for. */
const STEP = 1_000;
/** How far the clock jumps when it stops: it cannot be stopped in the past, and a busy machine is slow to obey. */
const AHEAD = 5_000;
/** Where that was too short, it is tried with twice as much, up to this. */
const FAR_AHEAD = 80_000;

/**
 * Counts the page's calls. An answer is handed on when it is there as a whole, so that whoever reads it
 * waits for nothing more.
 */
function count(): void {
  const page = window as Counting;
  page.calls = {};
  const fetch = window.fetch;
  window.fetch = async (...request) => {
    const [target, options] = request;
    const url = new URL(target instanceof Request ? target.url : String(target), document.baseURI);
    const signal = options?.signal ?? (target instanceof Request ? target.signal : undefined);
    const calls = (page.calls[url.pathname] ??= { started: 0, open: 0, aborted: 0, most: 0 });
    calls.started += 1;
    calls.open += 1;
    calls.most = Math.max(calls.most, calls.open);
    let isOpen = true;
    const end = () => {
      if (isOpen) calls.open -= 1;
      isOpen = false;
    };
    signal?.addEventListener('abort', () => {
      if (isOpen) calls.aborted += 1;
      end();
    });
    try {
      const answer = await fetch(...request);
      // WebAssembly is compiled while it comes.
      if (answer.headers.get('content-type') === 'application/wasm') return answer;
      const body = await answer.clone().text();
      answer.text = async () => body;
      answer.json = async () => JSON.parse(body);
      return answer;
    } finally {
      end();
    }
  };
}

/** What the page knows of its calls, once whatever was ready to run has run. */
async function look(): Promise<Record<string, Calls>> {
  // A task of its own comes after all that promises have started. Timers are not the page's own.
  await new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  return (window as Counting).calls;
}

export class OwnedClock {
  /** Calls that the test never answers: nothing waits for these. */
  held?: RegExp;

  private constructor(readonly page: Page) {}

  /** Before any page of the context is opened: all of them get other timers. The time passes as outside until `stop`. */
  static async install(page: Page, options?: { time: number }): Promise<OwnedClock> {
    await page.addInitScript(count);
    await page.clock.install(options);
    return new OwnedClock(page);
  }

  /** Stops the time: from now on nothing moves but by `run`. */
  async stop(): Promise<void> {
    await this.settle();
    for (let ahead = AHEAD; ; ahead *= 2) {
      const now = await this.page.evaluate(() => Date.now());
      const refused = await this.page.clock.pauseAt(now + ahead).then(() => undefined, error => error);
      if (!refused) break;
      if (ahead >= FAR_AHEAD) throw refused;
    }
    await this.settle();
  }

  /**
   * Lets the page's time pass, step by step; whatever it asks for in a step is answered before the next.
   * Longer steps are for pages that must not ask for anything.
   */
  async run(milliseconds: number, step = STEP): Promise<void> {
    for (let left = milliseconds; left > 0; left -= step) {
      await this.page.clock.runFor(Math.min(left, step));
      await this.settle();
    }
  }

  /** Lets the page's time pass until something holds, for ten minutes of it at most. */
  async runUntil(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let passed = 0; passed < 600_000; passed += STEP) {
      if (await holds()) return;
      await this.run(STEP);
    }
    throw new Error(`in ten minutes of the page's time: not ${what}`);
  }

  /** Lets the page's time pass until it makes one more call of a path. */
  async runUntilNext(path: RegExp): Promise<void> {
    const { started } = await this.calls(path);
    await this.runUntil(async () => (await this.calls(path)).started > started, `a call of ${path}`);
  }

  /** Lets the time pass as outside again. */
  resume = () => this.page.clock.resume();

  /** Jumps, as the time of a machine that slept: what was due is done once. */
  async jump(milliseconds: number): Promise<void> {
    await this.settle();
    await this.page.clock.fastForward(milliseconds);
  }

  /** Presses a key and lets what it starts begin and be answered. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.run(50);
  }

  /** Waits until the page waits for no answer. */
  async settle(): Promise<void> {
    const waiting = async () => {
      const calls = Object.entries(await this.page.evaluate(look));
      return calls.filter(([path, { open }]) => open > 0 && !this.held?.test(path)).map(([path]) => path);
    };
    await expect.poll(waiting, { message: 'calls without an answer', intervals: [10, 20, 50], timeout: 60_000 }).toEqual([]);
  }

  /** What is known of the calls of a path, since the page was opened. */
  async calls(path: RegExp): Promise<Calls> {
    const all = Object.entries(await this.page.evaluate(look)).filter(([name]) => path.test(name));
    const sum: Calls = { started: 0, open: 0, aborted: 0, most: 0 };
    for (const [, { started, open, aborted, most }] of all) {
      sum.started += started;
      sum.open += open;
      sum.aborted += aborted;
      sum.most = Math.max(sum.most, most);
    }
    return sum;
  }
}
