// Brings the page to life. The server puts one line before this: the addresses `script`, `module`
// and `rest`, `texts` (an address, or null), `whole`: whether the page needs the rest at once, and
// `failure`: what to say where it fails.
//
// The module is cut in two (`cargo xtask build`): what the overview needs, and the rest, which comes
// ahead at the first sign that somebody is going to use it, or at the latest when it is called.

let first;
let ahead;
let destination;
const arrived = location.href;

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

const compile = () => WebAssembly.compileStreaming(fetch(rest));

const put = compiled => {
  if (first['rest:loaded'].value) return;
  new WebAssembly.Instance(compiled, { first });
  first['rest:loaded'].value = 1;
};

const load = () => {
  if (first['rest:loaded'].value) return;
  // What fails here is tried again when it is needed.
  ahead ??= compile().then(put).catch(() => { ahead = undefined; });
};

// The caller is in the midst of its work and cannot wait for a promise.
globalThis.needRest = slot => {
  performance.mark(`needs the rest: ${slot}`);
  try {
    const request = new XMLHttpRequest();
    request.open('GET', rest, false);
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    if (request.status !== 200) throw new Error(`${rest}: ${request.status}`);
    put(new WebAssembly.Module(Uint8Array.from(request.responseText, byte => byte.charCodeAt())));
  } catch (error) {
    // The server has another bundle by now, or does not answer: the page that was asked for is the
    // way on, as it would be without scripts.
    if (destination) location.assign(destination);
    throw error;
  }
};

// It begins when the page stands on the screen: what is to be read is there at once, and shares
// neither the processor nor the line with the module. Pages that nobody draws wait for half a second.
const drawn = new Promise(done => {
  new PerformanceObserver(done).observe({ type: 'paint', buffered: true });
  setTimeout(done, 500);
}).then(() => document.documentElement.classList.remove('arriving'));
// Without its texts the page goes on in English, which is better than not at all.
const words = texts && fetch(texts).then(answer => answer.ok ? answer.text() : undefined, () => undefined);

Promise.all([words, drawn]).then(async ([words]) => {
  const fetched = fetch(module);
  const [glue, compiled] = await Promise.all([import(script), whole && compile()]);
  first = await glue.default({ module_or_path: fetched });
  if (compiled) put(compiled);
  // Who went back meanwhile, among addresses of one page, has an address that this one is not of.
  const [here, there] = [location.href, arrived].map(address => address.split('#')[0]);
  if (here !== there) return location.reload();
  glue.hydrate(words ?? undefined);
  if (compiled) return;
  const near = ({ target }) => target.closest?.('a, button, input, select, summary') && load();
  addEventListener('pointerover', near, { passive: true });
  addEventListener('focusin', near);
  addEventListener('keydown', load);
  addEventListener('click', event => {
    destination = event.target.closest?.('a[href]')?.href;
  }, { capture: true });
}).catch(error => {
  // Where something could not be loaded, what stands there is all that can be had.
  if (!failed) sayFailure();
  throw error;
});

// The way back leads to where a page was scrolled to, and the list in it. The browser alone scrolls
// before the rows are there. Kept for each entry of the history, as long as the document lives.
const places = new Map();
const entry = () => globalThis.navigation?.currentEntry?.key ?? location.href;
const list = () => document.querySelector('.rows');
let shown = entry();
let scrolling;

const keepPlace = () => {
  places.set(shown, [scrollY, list()?.scrollTop ?? 0, list()?.scrollLeft ?? 0]);
};

const scrollBack = ([page, top, left]) => {
  const own = scrolling = {};
  // Answers may take their time, and after them a page is as long as it gets.
  let deadline = performance.now() + 15000;
  let isDrawn = false;
  let reached = 0;
  const step = () => {
    // Ends with the next way back, and as soon as somebody scrolls.
    if (scrolling !== own || performance.now() > deadline) return;
    requestAnimationFrame(step);
    if (document.querySelector('.skeleton')) return;
    if (!isDrawn) deadline = performance.now() + 2000;
    isDrawn = true;
    scrollTo({ top: page, behavior: 'instant' });
    list()?.scrollTo({ top, left, behavior: 'instant' });
    const isThere = Math.abs(scrollY - page) < 2 && Math.abs((list()?.scrollTop ?? 0) - top) < 2;
    // The router scrolls too: it has to stay there for a moment.
    reached = isThere ? reached + 1 : 0;
    if (reached > 15) scrolling = undefined;
  };
  requestAnimationFrame(step);
};

for (const type of ['click', 'change', 'keydown']) addEventListener(type, keepPlace, { capture: true });
for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
  addEventListener(type, () => { scrolling = undefined; }, { capture: true, passive: true });
}
addEventListener('popstate', () => {
  keepPlace();
  shown = entry();
  const place = places.get(shown);
  if (place) scrollBack(place);
});
const push = history.pushState;
history.pushState = function (...state) {
  push.apply(this, state);
  shown = entry();
};
