// Inside a frame: the panel, its token and its size. The page around is heard only over a channel
// that it opened from an origin that may frame us; see frame.js for the other side.

import './embed.js';

const panel = document.querySelector('warren-panel');
const origins = JSON.parse(document.documentElement.dataset.origins);
/** What the page around may change. */
const CHANGEABLE = ['range', 'from', 'to', 'refresh', 'lang', 'theme', 'transparent'];
const LONGEST = 256;
/** How long the panel waits for further connects before it polls again, in milliseconds. */
const PAUSE = 250;

/** The last channel that the page around has opened: earlier ones may be closed on its side already. */
let port;
/** The request for a token that has no answer yet. */
let waiting;
/** Whether a new channel is yet to be used. */
let isNew = false;
/** The last event of each kind, for whoever connects later. */
const events = new Map();
/** What is to be changed with the next frame: of a flood the last word alone counts. */
const changes = new Map();
let told = 0;

function take({ data }) {
  if (data === null || typeof data !== 'object') return;
  if (data.type === 'token' && waiting) {
    const { resolve, reject } = waiting;
    waiting = undefined;
    if (typeof data.token === 'string') resolve(data.token);
    else reject(new Error('the page around has no token'));
  } else if (data.type === 'set' && CHANGEABLE.includes(data.name)) {
    if (changes.size === 0) requestAnimationFrame(change);
    changes.set(data.name, typeof data.value === 'string' ? data.value.slice(0, LONGEST) : null);
  }
}

function change() {
  for (const [name, value] of changes) {
    if (value === null) panel.removeAttribute(name);
    else if (panel.getAttribute(name) !== value) panel.setAttribute(name, value);
  }
  changes.clear();
}

function tellSize() {
  const height = Math.ceil(panel.getBoundingClientRect().height);
  if (!port || height === told) return;
  told = height;
  port.postMessage({ type: 'size', height });
}

if (parent !== window) {
  panel.getToken = ({ refused }) => new Promise((resolve, reject) => {
    waiting?.reject(new Error('asked again'));
    waiting = { resolve, reject, refused };
    port?.postMessage({ type: 'token', refused });
  });

  // Where a token is known, the panel polls again with it: once for many connects together.
  const use = () => {
    isNew = false;
    if (!waiting) panel.refresh();
  };

  addEventListener('message', ({ source, origin, data, ports }) => {
    if (source !== parent || !origins.includes(origin) || data?.warren !== 'connect' || ports.length !== 1) return;
    port?.close();
    port = ports[0];
    port.onmessage = take;
    told = 0;
    tellSize();
    for (const [name, detail] of events) port.postMessage({ type: 'event', name, detail });
    if (waiting) port.postMessage({ type: 'token', refused: waiting.refused });
    if (!isNew) setTimeout(use, PAUSE);
    isNew = true;
  });

  for (const name of ['ready', 'error', 'stale']) {
    panel.addEventListener(`warren-${name}`, ({ detail }) => {
      events.set(name, detail);
      port?.postMessage({ type: 'event', name, detail });
    });
  }
  new ResizeObserver(tellSize).observe(panel);
  // To those who may frame us, and to nobody else: whoever is there answers with a channel.
  for (const origin of origins) parent.postMessage({ warren: 'hello' }, origin);
}
