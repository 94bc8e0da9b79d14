// Five hundred embeds on one server, each a page of its own with a token and a connection of its own,
// at a tick of five seconds: how long an answer takes, and the processor time of the server.

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

import { origin, token, warrenUrl } from './portal.mjs';
import { broker, report, sleep } from './sides.mjs';

const EMBEDS = 500;
const TICK = 5_000;
const WINDOW = 60_000;
const DEPTH = 600_000;
const HERTZ = 100;

/** The processor time of the server so far, in milliseconds. */
function busy() {
  const stat = readFileSync(`/proc/${process.env.BENCH_WARREN_PID}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / HERTZ;
}

class Embed {
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  since;

  constructor(token) {
    this.token = token;
  }

  async poll() {
    const want = { panel: 'queued-messages', broker, depth: DEPTH, ...(this.since && { since: this.since }) };
    const body = JSON.stringify({ wants: [want] });
    const start = performance.now();
    const { status, text } = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-auth-token': this.token, origin, 'content-length': Buffer.byteLength(body) };
      const post = request(`${warrenUrl}/fn/panels`, { method: 'POST', agent: this.agent, headers, timeout: 10_000 }, answer => {
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
        answer.on('error', reject);
      });
      post.on('timeout', () => post.destroy(new Error('no answer in 10 s')));
      post.on('error', reject);
      post.end(body);
    });
    if (status !== 200) throw new Error(`a poll was answered ${status}: ${text.slice(0, 200)}`);
    const [{ Ok: page, Err: error }] = JSON.parse(text);
    if (!page) throw new Error(`a panel was answered ${JSON.stringify(error)}`);
    this.since = page.series.timestamps.at(-1);
    return performance.now() - start;
  }

  async look(from, until, times) {
    for (let due = from; due < until; due += TICK) {
      await sleep(due - Date.now());
      const took = await this.poll();
      if (due >= until - WINDOW) times.push(took);
    }
    this.agent.destroy();
  }
}

const embeds = [];
for (let n = 0; n < EMBEDS; n += 1) embeds.push(new Embed(await token()));
const start = Date.now();
// All have polled once before the window begins: the first answer is the whole chart.
const from = start + TICK;
const to = from + WINDOW;
const times = [];
const looking = embeds.map((embed, index) => embed.look(start + (TICK * index) / EMBEDS, to, times));
await sleep(from - Date.now());
const before = busy();
await sleep(to - Date.now());
const used = busy() - before;
await Promise.all(looking);
times.sort((a, b) => a - b);
report({
  embeds: EMBEDS,
  polls: times.length,
  slowest: times.at(-1),
  p99: times[Math.floor(times.length * 0.99)],
  core: used / WINDOW,
});
