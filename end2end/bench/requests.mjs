// Viewers who look at the overview, to see what they cost the broker: one, then a thousand, each with
// a session and a connection of its own, polling as the page does, every 5 s; and one of the broker's
// own UI. Says when they looked; the requests are counted by whoever stands before the broker.

import { Agent, get } from 'node:http';

import { broker, newPageOf, report, session, sleep, ui, withBrowser } from './sides.mjs';

const WINDOW = 60_000;
const INTERVAL = 5_000;
/** Sign-ins under way at once. */
const AT_ONCE = 8;
const MANY = 1_000;

const warrenUrl = process.env.BENCH_WARREN;

class Viewer {
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  since;
  polls = 0;

  constructor(cookie) {
    this.cookie = cookie;
  }

  async poll() {
    const query = new URLSearchParams({ broker, ...(this.since && { since: this.since }) });
    const { status, body } = await new Promise((resolve, reject) => {
      const options = { agent: this.agent, headers: { cookie: `warren_session=${this.cookie}` }, timeout: 10_000 };
      const request = get(`${warrenUrl}/fn/overview?${query}`, options, answer => {
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(parts).toString() }));
        answer.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error('no answer in 10 s')));
      request.on('error', reject);
    });
    if (status !== 200) throw new Error(`a poll was answered ${status}: ${body.slice(0, 200)}`);
    this.since = JSON.parse(body).series.timestamps.at(-1);
    this.polls += 1;
  }

  /** Polls from a moment on until another. */
  async look(from, until) {
    for (let due = from; due < until; due += INTERVAL) {
      await sleep(due - Date.now());
      await this.poll();
    }
    this.agent.destroy();
  }
}

async function signIn(count) {
  const viewers = [];
  const next = async () => {
    for (let left = true; left; left = viewers.length < count) {
      const viewer = new Viewer(await session());
      if (viewers.length < count) viewers.push(viewer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, next));
  return viewers;
}

/** The window of `WINDOW` in which so many viewers looked. */
async function look(count) {
  console.error(`  ${count} of them for a minute`);
  const viewers = await signIn(count);
  const start = Date.now();
  // All have polled once before the window begins: the first answer is the whole hour.
  const from = start + INTERVAL;
  const to = from + WINDOW;
  const looking = viewers.map((viewer, index) => viewer.look(start + (INTERVAL * index) / count, to));
  await Promise.all(looking);
  // Nobody else signs in before the window is over.
  await sleep(to - Date.now());
  return { viewers: count, from, to, polls: viewers.reduce((sum, { polls }) => sum + polls, 0) };
}

/** The window in which one page of the broker's UI was open. */
async function lookAtUi(browser) {
  const side = ui(process.env.BENCH_UI_COUNTED);
  const page = await newPageOf(browser, side);
  await page.goto(side.address);
  await side.shown(page);
  // All that it loads has come.
  await sleep(2_000);
  const from = Date.now();
  await sleep(WINDOW);
  return { viewers: 1, from, to: from + WINDOW };
}

const [one, own] = await Promise.all([look(1), withBrowser(lookAtUi)]);
report({ one, ui: own, many: await look(MANY) });
