// Hydrates the page. The server puts one line before this: the addresses `script` and `module`,
// `texts` (an address, or null), and `failure`: the notice for a page that cannot be hydrated.
// `rendered` is the page's address (arriving.js).

// A page that a proxy changed, or that failed otherwise, shows values that no longer move. It is
// reloaded once; if that does not help, a notice says so. It is not reloaded after the viewer has
// used it, nor where the browser stores nothing.
let touched = false;
for (const name of ['pointerdown', 'keydown']) {
  addEventListener(name, () => { touched = true; }, { capture: true, once: true });
}
let failed = false;
globalThis.pageFailed = () => {
  if (failed) return;
  failed = true;
  try {
    const before = Number(sessionStorage.getItem('warren-reloaded'));
    if (!touched && Date.now() - before > 60_000) {
      sessionStorage.setItem('warren-reloaded', Date.now());
      return location.reload();
    }
  } catch {
    // Storage is refused.
  }
  sayFailure();
};
const sayFailure = () => {
  const note = document.createElement('p');
  note.className = 'notice bad page-failed';
  note.role = 'alert';
  note.textContent = failure;
  document.body.prepend(note);
};

// Loading starts after the first paint: until then the module would compete with the page for the
// processor and the line. The first paint may be the background alone; this waits for content. Pages
// that are not painted, such as those in the background, wait for a second.
const drawn = new Promise(done => {
  const look = list => list.getEntriesByName('first-contentful-paint').length && done();
  new PerformanceObserver(look).observe({ type: 'paint', buffered: true });
  setTimeout(done, 1000);
}).then(() => document.documentElement.classList.remove('arriving'));
// If the texts cannot be loaded, the page continues in English.
const words = texts && fetch(texts).then(answer => answer.ok ? answer.text() : undefined, () => undefined);

Promise.all([words, drawn]).then(async ([words]) => {
  const fetched = fetch(module);
  const glue = await import(script);
  await glue.default({ module_or_path: fetched });
  // After Back or Forward within the page its address differs from the one that was rendered.
  const [here, there] = [location.href, rendered].map(address => address.split('#')[0]);
  if (here !== there) return location.reload();
  glue.hydrate(words ?? undefined);
}).catch(error => {
  // What the server rendered stays on the screen.
  if (!failed) sayFailure();
  throw error;
});

// The way back leads to where a page was scrolled to, and the list in it. The browser alone scrolls
// before the rows are there. Kept for each entry of the history, as long as the document lives.
const places = new Map();
const entry = () => globalThis.navigation?.currentEntry?.key ?? location.href;
const list = () => document.querySelector('.rows');
let shown = entry();
let path = location.pathname;
let scrolling;

const keepPlace = () => {
  places.set(shown, [scrollY, list()?.scrollTop ?? 0, list()?.scrollLeft ?? 0]);
};

const scrollBack = ([page, top, left], isOtherPage) => {
  const own = scrolling = {};
  const start = performance.now();
  const heading = document.querySelector('h1');
  let reached = 0;
  const step = () => {
    const waited = performance.now() - start;
    // Ends with the next way back, and as soon as somebody scrolls. Answers may take their time, and
    // a page may have become shorter meanwhile.
    if (scrolling !== own || waited > 15000) return;
    requestAnimationFrame(step);
    if (document.querySelector('.skeleton')) return;
    scrollTo({ top: page, behavior: 'instant' });
    list()?.scrollTo({ top, left, behavior: 'instant' });
    // The page that is left stands there until the other one can be drawn.
    const isDrawn = !isOtherPage || document.querySelector('h1') !== heading;
    const isThere = Math.abs(scrollY - page) < 2 && Math.abs((list()?.scrollTop ?? 0) - top) < 2;
    // The router scrolls too: it has to stay there for a moment.
    reached = isDrawn && isThere ? reached + 1 : 0;
    if (reached > 15) scrolling = undefined;
  };
  requestAnimationFrame(step);
};

for (const type of ['click', 'change', 'keydown']) addEventListener(type, keepPlace, { capture: true });
for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
  // Events that scripts make are not the viewer's.
  addEventListener(type, event => { if (event.isTrusted) scrolling = undefined; }, { capture: true, passive: true });
}
addEventListener('popstate', () => {
  keepPlace();
  const isOtherPage = path !== location.pathname;
  shown = entry();
  path = location.pathname;
  const place = places.get(shown);
  if (place) scrollBack(place, isOtherPage);
});
const push = history.pushState;
history.pushState = function (...state) {
  push.apply(this, state);
  shown = entry();
  path = location.pathname;
};
