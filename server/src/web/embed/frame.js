// The page around a frame of ours: gives it a token when it needs one, and the height it asks for.
//
//   import { connect } from 'https://warren.example/frame.js';
//   const frame = connect(document.querySelector('iframe'), { getToken: async () => … });
//   frame.set('theme', 'dark');
//   frame.close();

/** No frame becomes higher, in pixels, whatever it asks for. */
const HIGHEST = 20_000;

/**
 * `getToken({ refused })` gives a promise of a guest token; `onEvent(name, detail)` hears of
 * `ready`, `error` and `stale`; with `resize: false` the frame keeps its height.
 */
export function connect(iframe, { getToken, onEvent, resize = true } = {}) {
  const { origin } = new URL(iframe.src, location.href);
  let port;

  async function take({ data }) {
    const answered = port;
    if (data?.type === 'size' && resize && Number.isFinite(data.height)) {
      iframe.style.height = `${Math.min(Math.max(Math.ceil(data.height), 0), HIGHEST)}px`;
    } else if (data?.type === 'event') {
      onEvent?.(data.name, data.detail);
    } else if (data?.type === 'token') {
      // Where there is none, the frame tries again by itself.
      const token = await Promise.resolve(getToken?.({ refused: data.refused === true })).catch(() => undefined);
      answered.postMessage({ type: 'token', token });
    }
  }

  function open() {
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = take;
    iframe.contentWindow?.postMessage({ warren: 'connect' }, origin, [channel.port2]);
  }

  function hear(event) {
    if (event.source === iframe.contentWindow && event.origin === origin && event.data?.warren === 'hello') open();
  }

  addEventListener('message', hear);
  // Where the frame said hello before this script had come, it is there already.
  open();
  return {
    set: (name, value) => port.postMessage({ type: 'set', name, value }),
    close() {
      removeEventListener('message', hear);
      port.close();
    },
  };
}
