// Inside a frame: the panel, its token and its size. The script accepts messages only over a channel
// that the embedding page opened from an allowed origin; frame.js is the other side.

import './embed.js';

const panel = document.querySelector('warren-panel');
const origins = JSON.parse(document.documentElement.dataset.origins);
/** The attributes that the embedding page may change. */
const CHANGEABLE = ['range', 'from', 'to', 'refresh', 'lang', 'theme', 'transparent'];
/** The longest accepted value, in characters. */
const MAX_LENGTH = 256;
/** How long the panel waits for further connects before it polls again, in milliseconds. */
const PAUSE = 250;

/** The newest channel of the embedding page: it may have closed earlier ones. */
let port;
/** The request for a token that has no answer yet. */
let waiting;
/** Whether a refresh for a new channel is scheduled. */
let isScheduled = false;
/** The last event of each kind, for later channels. */
const events = new Map();
/** Changes for the next animation frame: the last value of each attribute. */
const changes = new Map();
/** The height that the embedding page has. */
let sentHeight = 0;

function receive({ data }) {
  if (data === null || typeof data !== 'object') return;
  if (data.type === 'token' && waiting) {
    const { resolve, reject } = waiting;
    waiting = undefined;
    if (typeof data.token === 'string') resolve(data.token);
    else reject(new Error('the embedding page has no token'));
  } else if (data.type === 'set' && CHANGEABLE.includes(data.name)) {
    if (changes.size === 0) requestAnimationFrame(applyChanges);
    changes.set(data.name, typeof data.value === 'string' ? data.value.slice(0, MAX_LENGTH) : null);
  }
}

function applyChanges() {
  for (const [name, value] of changes) {
    if (value === null) panel.removeAttribute(name);
    else if (panel.getAttribute(name) !== value) panel.setAttribute(name, value);
  }
  changes.clear();
}

function sendSize() {
  const height = Math.ceil(panel.getBoundingClientRect().height);
  if (!port || height === sentHeight) return;
  sentHeight = height;
  port.postMessage({ type: 'size', height });
}

if (parent !== window) {
  panel.getToken = ({ refused }) => new Promise((resolve, reject) => {
    waiting?.reject(new Error('replaced by a newer request'));
    waiting = { resolve, reject, refused };
    port?.postMessage({ type: 'token', refused });
  });

  // With a known token the panel polls again, once for several channels.
  const refresh = () => {
    isScheduled = false;
    if (!waiting) panel.refresh();
  };

  addEventListener('message', ({ source, origin, data, ports }) => {
    if (source !== parent || !origins.includes(origin) || data?.warren !== 'connect' || ports.length !== 1) return;
    port?.close();
    port = ports[0];
    port.onmessage = receive;
    sentHeight = 0;
    sendSize();
    for (const [name, detail] of events) port.postMessage({ type: 'event', name, detail });
    if (waiting) port.postMessage({ type: 'token', refused: waiting.refused });
    if (!isScheduled) setTimeout(refresh, PAUSE);
    isScheduled = true;
  });

  for (const name of ['ready', 'error', 'stale']) {
    panel.addEventListener(`warren-${name}`, ({ detail }) => {
      events.set(name, detail);
      port?.postMessage({ type: 'event', name, detail });
    });
  }
  new ResizeObserver(sendSize).observe(panel);
  // Only to allowed origins. The embedding page answers with a channel.
  for (const origin of origins) parent.postMessage({ warren: 'hello' }, origin);
}
