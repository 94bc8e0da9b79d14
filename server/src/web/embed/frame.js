// For the page around a frame: passes tokens to the frame and sets its height.
//
//   import { connect } from 'https://warren.example/frame.js';
//   const frame = connect(document.querySelector('iframe'), { getToken: async () => … });
//   frame.set('theme', 'dark');
//   frame.close();

/** The largest height of a frame, in pixels. */
const MAX_HEIGHT = 20_000;

/**
 * `getToken({ refused })` returns a promise of a guest token; `onEvent(name, detail)` receives
 * `ready`, `error` and `stale`. With `resize: false` the frame keeps its height.
 */
export function connect(iframe, { getToken, onEvent, resize = true } = {}) {
  const { origin } = new URL(iframe.src, location.href);
  let port;
  /** What the page has set: a frame that is still loading, or loads again, gets it with its channel. */
  const values = new Map();

  async function receive({ data }) {
    const answered = port;
    if (data?.type === 'size' && resize && Number.isFinite(data.height)) {
      iframe.style.height = `${Math.min(Math.max(Math.ceil(data.height), 0), MAX_HEIGHT)}px`;
    } else if (data?.type === 'event') {
      onEvent?.(data.name, data.detail);
    } else if (data?.type === 'token') {
      // Without a token the frame tries again by itself.
      const token = await Promise.resolve(getToken?.({ refused: data.refused === true })).catch(() => undefined);
      answered.postMessage({ type: 'token', token });
    }
  }

  function open() {
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = receive;
    iframe.contentWindow?.postMessage({ warren: 'connect' }, origin, [channel.port2]);
    for (const [name, value] of values) port.postMessage({ type: 'set', name, value });
  }

  function onHello(event) {
    if (event.source === iframe.contentWindow && event.origin === origin && event.data?.warren === 'hello') open();
  }

  addEventListener('message', onHello);
  // The frame may have said hello before this script ran.
  open();
  return {
    set(name, value) {
      values.set(name, value);
      port.postMessage({ type: 'set', name, value });
    },
    close() {
      removeEventListener('message', onHello);
      port.close();
    },
  };
}
