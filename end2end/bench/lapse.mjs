// Time lapse, to run inside the page: the server's answers come as they are, but each one 5 s later
// than the one before and with other values, as on a page that is watched for hours. Everything on
// it moves with every refresh, which it would not within one tick of the collector.

/** Installed before any script of the page; all that it needs is inside. */
export function install() {
  const STEP = 5_000;
  let lapse = 0;
  let answers = 0;
  const realFetch = globalThis.fetch.bind(globalThis);

  const later = text => new Date(Date.parse(`${text}Z`) + lapse).toISOString().slice(0, -1);
  const wobble = (value, index) => {
    if (typeof value !== 'number') return value;
    const moved = value * (1 + 0.2 * Math.sin(answers / 7 + index));
    return Number.isInteger(value) ? Math.round(moved) : moved;
  };
  const wobbleAll = object => {
    Object.keys(object ?? {}).forEach((key, index) => {
      if (typeof object[key] === 'object') wobbleAll(object[key]);
      else object[key] = wobble(object[key], index);
    });
  };

  function moveOn(page) {
    page.server_time = later(page.server_time);
    page.broker.last_seen = later(page.broker.last_seen);
    page.overview.observed_at = later(page.overview.observed_at);
    for (const part of ['object_totals', 'queue_totals', 'message_stats', 'churn_rates']) wobbleAll(page.overview[part]);
    for (const node of page.nodes) {
      for (const used of ['mem_used', 'fd_used', 'sockets_used', 'proc_used']) node[used] = wobble(node[used], 0);
    }
    page.series.timestamps = page.series.timestamps.map(time => time + lapse);
    page.series.columns.forEach((column, index) => {
      column.avg = column.avg.map(value => wobble(value, index));
    });
  }

  globalThis.fetch = async (input, init) => {
    const url = new URL(input.url ?? input, location.href);
    if (url.pathname !== '/fn/overview') return realFetch(input, init);
    const since = url.searchParams.get('since');
    if (since) url.searchParams.set('since', String(Number(since) - lapse));
    const answer = await realFetch(input instanceof Request ? new Request(url, input) : url, init);
    if (!answer.ok) return answer;
    const page = await answer.json();
    lapse += STEP;
    answers += 1;
    moveOn(page);
    return new Response(JSON.stringify(page), { status: answer.status, headers: answer.headers });
  };

  const drawn = () => document.querySelector('#queued-messages .line[d^="M"]')?.getAttribute('d');
  const task = () => new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

  /** Presses R so many times, each time waiting until the answer has been drawn. */
  globalThis.benchRefresh = async times => {
    for (let n = 0; n < times; n += 1) {
      const before = { answers, drawn: drawn() };
      const limit = performance.now() + 10_000;
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }));
      while (answers === before.answers || drawn() === before.drawn) {
        if (performance.now() > limit) throw new Error(`refresh ${n} was not drawn within 10 s`);
        await task();
      }
    }
    return answers;
  };
}
