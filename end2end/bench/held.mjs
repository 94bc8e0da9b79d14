// What a page holds once its garbage is collected.

import { counters } from './sides.mjs';

/** Bytes of a heap snapshot's nodes of type "code": what the engine has compiled, and learned for it. */
function compiled({ snapshot: { meta }, nodes }) {
  const width = meta.node_fields.length;
  const [type, size] = ['type', 'self_size'].map(field => meta.node_fields.indexOf(field));
  const code = meta.node_types[type].indexOf('code');
  let sum = 0;
  for (let node = 0; node < nodes.length; node += width) {
    if (nodes[node + type] === code) sum += nodes[node + size];
  }
  return sum;
}

/** Notes the memory of the page's WebAssembly; before anything of the page runs. */
export const watchMemory = page => page.addInitScript(() => {
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const real = WebAssembly[name].bind(WebAssembly);
    WebAssembly[name] = async (...given) => {
      const made = await real(...given);
      globalThis.benchMemory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
});

/**
 * Measures a page, as often as it is called. Bytes, and `code` of `javascript` are compiled code: the
 * engine compiles what runs often once more and better, for minutes, and that is no leak.
 */
export async function held(page) {
  const { cdp, read } = await counters(page);
  return async () => {
    // What only finalizers or weak references hold goes with the second.
    for (let n = 0; n < 3; n += 1) await cdp.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize: javascript, Nodes: nodes, JSEventListeners: listeners } = await read();
    const wasm = await page.evaluate(() => globalThis.benchMemory.buffer.byteLength);
    const chunks = [];
    const take = ({ chunk }) => chunks.push(chunk);
    cdp.on('HeapProfiler.addHeapSnapshotChunk', take);
    await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    cdp.off('HeapProfiler.addHeapSnapshotChunk', take);
    return { javascript, code: compiled(JSON.parse(chunks.join(''))), wasm, nodes, listeners };
  };
}
