// <warren-panel>: live RabbitMQ panels in any page. See docs/embedding.md.
//
// This file is small and fetched again every few minutes. The files that it loads have a hash in their
// names and are cached for ever. It needs no inline style, no eval but WebAssembly's own, and no cookie.

const BASE = new URL('.', import.meta.url).href.replace(/\/$/, '');
const { script, wasm, styles, texts, heights } = /*FILES*/{};
const ATTRIBUTES = ['panel', 'broker', 'vhost', 'queue', 'node', 'range', 'from', 'to', 'refresh', 'lang'];
const PROPERTIES = ['token', 'getToken'];
const FIRST_RETRY = 5_000;
const LAST_RETRY = 60_000;

// ---- loaded once for all panels of a page --------------------------------

let failures = 0;
let loading;

/** Loads the WebAssembly module and the texts of the style sheets. A failed attempt can be repeated. */
function load() {
  loading ??= Promise.all([start(), Promise.all(styles.map(fetchStyle))]).catch(error => {
    loading = undefined;
    failures += 1;
    throw error;
  });
  return loading;
}

async function start() {
  // A browser may cache a failed import: another address is loaded again.
  const retry = failures ? `?try=${failures}` : '';
  const module = await import(`${BASE}/pkg/embed/${script}${retry}`);
  await module.default({ module_or_path: `${BASE}/pkg/embed/${wasm}` });
  module.start(BASE);
  return module;
}

async function fetchStyle(style) {
  const answer = await fetch(`${BASE}/pkg/embed/${style}`, { credentials: 'omit' });
  if (!answer.ok) throw new Error(`${style}: ${answer.status}`);
  return answer.text();
}

/** The style sheets of each document with panels. A sheet works only in the document that created it. */
const sheets = new WeakMap();

function makeSheet(document, text) {
  const sheet = new document.defaultView.CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

function sheetsOf(document, styles) {
  if (styles.length === 0) return [];
  if (!sheets.has(document)) sheets.set(document, styles.map(style => makeSheet(document, style)));
  return sheets.get(document);
}

/** The languages that are loaded; the module holds English alone. */
const languages = new Map();

/** Loads the texts of a language. If they cannot be loaded, panels stay English. */
function loadTexts(module, lang) {
  const primary = lang.toLowerCase().split(/[-_]/)[0];
  const tag = Object.keys(texts).find(tag => tag.split('-')[0] === primary);
  if (!tag) return undefined;
  if (!languages.has(tag)) {
    const file = fetch(`${BASE}/pkg/${texts[tag]}`, { credentials: 'omit' }).then(answer => {
      if (!answer.ok) throw new Error(`${texts[tag]}: ${answer.status}`);
      return answer.text();
    });
    languages.set(tag, file.then(module.set_texts).catch(() => languages.delete(tag)));
  }
  return languages.get(tag);
}

// ---- tokens --------------------------------------------------------------

/** Token sources, each with the elements that use it. A source's index is its number. */
const sources = [];
/** The number of a source by its key: a function, or an address. */
const numbers = new Map();
/** The key for elements without a source of their own: they use the `token` that the page set on any of them. */
const PAGE = 'page';
let pageToken;

function sourceOf(element) {
  const key = element.getToken ?? element.getAttribute('token-url') ?? PAGE;
  let number = numbers.get(key);
  if (number === undefined) {
    number = sources.length;
    numbers.set(key, number);
    sources.push({ key, elements: new Set(), isRegistered: false });
  }
  return number;
}

/** Returns a token; `null` on Warren's own pages, which use the session. */
async function requestToken(source, refused) {
  const { key, elements } = source;
  if (typeof key === 'function') return checked(await key({ refused: refused !== null }));
  if (key !== PAGE) return checked(await fetchToken(key));
  if (pageToken && pageToken !== refused) return checked(pageToken);
  if (!pageToken && new URL(BASE).origin === location.origin) return null;
  for (const element of elements) element.emit('token-needed', 'token', '');
  if (pageToken && pageToken !== refused) return checked(pageToken);
  throw new Error('the page has set no token');
}

async function fetchToken(url) {
  const answer = await fetch(url, {
    cache: 'no-store',
    credentials: 'same-origin',
    headers: { Accept: 'application/json' },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const text = await answer.text();
  return text.trimStart().startsWith('{') ? JSON.parse(text).token : text.trim();
}

function checked(token) {
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(token)) throw new Error('the source returned no valid token');
  return token;
}

/** The language that an element inherits, also through shadow trees. */
function languageAround(element) {
  for (let at = element; at; at = at.getRootNode().host) {
    const found = at.closest('[lang]');
    if (found) return found.getAttribute('lang');
  }
  return '';
}

// ---- the element ---------------------------------------------------------

class WarrenPanel extends HTMLElement {
  static observedAttributes = [...ATTRIBUTES, 'theme', 'height', 'transparent', 'token-url'];

  #sheet;
  #styles = [];
  #frame;
  #body;
  #panel;
  #source;
  #getToken;
  #wait = FIRST_RETRY;
  #retry;
  #scheduled = false;

  connectedCallback() {
    // Properties that were set before this script ran hide ours: set them again.
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    if (!this.#frame) this.#build();
    else if (!this.#sheet) this.#applyStyles();
    this.#scheduleShow();
  }

  disconnectedCallback() {
    // An element that moves within the page is connected again at once, and keeps the viewer's choices.
    queueMicrotask(() => {
      if (!this.isConnected) this.#release();
    });
  }

  /** Runs when the element moves to the document of a frame or of another window. */
  adoptedCallback() {
    if (this.#frame) this.#applyStyles();
  }

  attributeChangedCallback() {
    if (!this.#frame) return;
    this.#applyLayout();
    this.#scheduleShow();
  }

  /** The page's token. Panels that wait for one continue with it. */
  set token(token) {
    pageToken = token || undefined;
    const number = numbers.get(PAGE);
    if (number !== undefined) loading?.then(([module]) => module.refresh(number), () => {});
  }

  /** `async ({ refused }) => token`: called when a token is needed, never by a timer. */
  set getToken(getToken) {
    this.#getToken = typeof getToken === 'function' ? getToken : undefined;
    if (this.#frame) this.#scheduleShow();
  }

  get getToken() {
    return this.#getToken;
  }

  /** Polls at once. */
  refresh() {
    const number = this.#source;
    if (number !== undefined) loading?.then(([module]) => module.refresh(number), () => {});
  }

  emit(what, code, text) {
    // The panel's content is in the page after the end of this task.
    if (what === 'ready') setTimeout(() => this.isConnected && this.#dispatch(what, code, text));
    else this.#dispatch(what, code, text);
  }

  #dispatch(what, code, text) {
    const detail = { panel: this.getAttribute('panel'), broker: this.getAttribute('broker') };
    if (what === 'stale') Object.assign(detail, { stale: code === 'true', message: text });
    else if (code) Object.assign(detail, { code, message: text });
    this.dispatchEvent(new CustomEvent(`warren-${what}`, { detail, bubbles: true, composed: true }));
  }

  #build() {
    const root = this.attachShadow({ mode: 'open' });
    this.#frame = document.createElement('div');
    this.#body = document.createElement('div');
    this.#frame.className = 'warren';
    this.#body.className = 'inside';
    // A browser's translation would replace the text nodes that updates are written to.
    this.#body.translate = false;
    this.#frame.append(this.#body);
    root.append(this.#frame);
    this.#applyStyles();
  }

  /** Adopts the style sheets of the element's document. A document without a window has none. */
  #applyStyles() {
    const { ownerDocument } = this;
    if (!ownerDocument.defaultView) return;
    this.#sheet = makeSheet(ownerDocument, '');
    this.shadowRoot.adoptedStyleSheets = [...sheetsOf(ownerDocument, this.#styles), this.#sheet];
    this.#applyLayout();
  }

  /** Applies theme, height and background to the frame. */
  #applyLayout() {
    const given = this.getAttribute('height');
    const preset = heights[this.getAttribute('panel')] ?? 200;
    const pixels = Number.parseFloat(given);
    const height = given === 'auto' ? `min-height:${preset}px` : `height:${pixels > 0 ? pixels : preset}px`;
    // The page's own styles for the element take precedence.
    this.#sheet?.replaceSync(`:host{display:block;contain:layout style;${height}}:host([hidden]){display:none}`);
    const theme = this.getAttribute('theme');
    this.#frame.dataset.theme = theme === 'light' || theme === 'dark' ? theme : 'system';
    const transparent = this.getAttribute('transparent');
    this.#frame.classList.toggle('transparent', transparent !== null && transparent !== 'false');
    this.#frame.classList.toggle('grows', given === 'auto');
  }

  /** Shows all changes of one task at once. */
  #scheduleShow() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.isConnected) this.#show();
    });
  }

  async #show() {
    clearTimeout(this.#retry);
    let module, styles;
    try {
      [module, styles] = await load();
    } catch (error) {
      this.#retryLater(error);
      return;
    }
    this.#wait = FIRST_RETRY;
    await loadTexts(module, this.#lang());
    if (!this.isConnected) return;
    this.#useSource(module);
    if (this.#panel) {
      this.#panel.update(this.#query());
      return;
    }
    this.#styles = styles;
    this.#applyStyles();
    this.#panel = new module.Panel(this.#body, this.#query(), (...event) => this.emit(...event));
  }

  /** Registers the element with its token source. */
  #useSource(module) {
    const number = sourceOf(this);
    if (this.#source !== undefined && this.#source !== number) sources[this.#source].elements.delete(this);
    this.#source = number;
    const source = sources[number];
    source.elements.add(this);
    if (source.isRegistered) return;
    source.isRegistered = true;
    module.register_token_source(number, refused => requestToken(source, refused));
  }

  #query() {
    const query = new URLSearchParams({ source: this.#source });
    for (const name of ATTRIBUTES) {
      const value = this.getAttribute(name);
      if (value) query.set(name, value);
    }
    query.set('lang', this.#lang());
    return query.toString();
  }

  #lang() {
    return languageAround(this) || navigator.language;
  }

  /** Loading failed: tries again later, and at once when the browser is online again. */
  #retryLater(error) {
    this.emit('error', 'load', String(error?.message ?? error));
    const retry = () => {
      removeEventListener('online', retry);
      clearTimeout(this.#retry);
      if (this.isConnected) this.#show();
    };
    addEventListener('online', retry, { once: true });
    this.#retry = setTimeout(retry, this.#wait * (1 - Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LAST_RETRY);
  }

  #release() {
    clearTimeout(this.#retry);
    this.#panel?.free();
    this.#panel = undefined;
    if (this.#source !== undefined) sources[this.#source].elements.delete(this);
  }
}

// A page may load this twice, by two addresses.
if (!customElements.get('warren-panel')) customElements.define('warren-panel', WarrenPanel);
