// The heap of a page that mounted and unmounted a panel five hundred times, against ten times.

import { drawn, origin, panel, withPortal } from './portal.mjs';
import { counters, report } from './sides.mjs';

const FEW = 10;
const MANY = 500;

report(await withPortal(panel('nodes') + panel('queued-messages'), async page => {
  await page.addInitScript(() => {
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...given) => {
        const made = await original.apply(WebAssembly, given);
        globalThis.benchMemory = (made.instance ?? made).exports.memory;
        return made;
      };
    }
  });
  await page.goto(`${origin}/`);
  await drawn(page);
  const { cdp, read } = await counters(page);
  let done = 0;
  const mountUntil = async count => {
    for (; done < count; done += 1) {
      await page.evaluate(async html => {
        const place = document.createElement('div');
        place.innerHTML = html;
        document.body.append(place);
        const drawn = () => place.firstChild.shadowRoot?.querySelector('.plot-area .line[d^="M"]');
        const end = Date.now() + 10_000;
        while (!drawn() && Date.now() < end) await new Promise(resolve => setTimeout(resolve, 5));
        if (!drawn()) throw new Error('a panel did not come');
        place.remove();
        await new Promise(resolve => setTimeout(resolve));
      }, panel('message-rates'));
    }
  };
  const measure = async () => {
    for (let n = 0; n < 3; n += 1) await cdp.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize, Nodes, JSEventListeners } = await read();
    const wasm = await page.evaluate(() => globalThis.benchMemory.buffer.byteLength);
    return { mounts: done, javascript: JSHeapUsedSize, wasm, nodes: Nodes, listeners: JSEventListeners };
  };
  await mountUntil(FEW);
  const few = await measure();
  await mountUntil(MANY);
  return { few, many: await measure() };
}));
