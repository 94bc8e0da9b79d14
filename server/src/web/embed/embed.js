// <warren-panel>: live RabbitMQ panels in any page. See docs/embedding.md.
//
// This file is small and asked for again every few minutes; what it loads has a hash in its name
// and is kept for ever. It needs no inline style, no eval but WebAssembly's own, and no cookie.

const BASE = new URL('.', import.meta.url).href.replace(/\/$/, '');
const { script, wasm, styles, texts, heights } = /*FILES*/{};
const ATTRIBUTES = ['panel', 'broker', 'vhost', 'queue', 'node', 'range', 'from', 'to', 'refresh', 'lang'];
const PROPERTIES = ['token', 'getToken'];
const FIRST_RETRY = 5_000;
const LAST_RETRY = 60_000;

// ---- what is loaded once for all panels of a page ------------------------

let tries = 0;
let loading;

/** The WebAssembly module and the texts of the style sheets. A try that failed is forgotten. */
function load() {
  loading ??= Promise.all([start(), Promise.all(styles.map(fetchStyle))]).catch(error => {
    loading = undefined;
    tries += 1;
    throw error;
  });
  return loading;
}

async function start() {
  // A browser may keep a failed import: another address is loaded again.
  const retry = tries ? `?try=${tries}` : '';
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

/** The style sheets of each document with panels: a sheet works in the document alone that it was made for. */
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

/** What was loaded of languages that the module does not hold. */
const spoken = new Map();

/** The texts of a language; without them a panel goes on in English. */
function speak(module, lang) {
  const primary = lang.toLowerCase().split(/[-_]/)[0];
  const tag = Object.keys(texts).find(tag => tag.split('-')[0] === primary);
  if (!tag) return undefined;
  if (!spoken.has(tag)) {
    const file = fetch(`${BASE}/pkg/${texts[tag]}`, { credentials: 'omit' }).then(answer => {
      if (!answer.ok) throw new Error(`${texts[tag]}: ${answer.status}`);
      return answer.text();
    });
    spoken.set(tag, file.then(module.set_texts).catch(() => spoken.delete(tag)));
  }
  return spoken.get(tag);
}

// ---- tokens --------------------------------------------------------------

/** Where tokens come from, each with the elements that use it; its place is its number. */
const sources = [];
/** The number of a source by what makes it one: a function, or an address. */
const known = new Map();
/** Of all elements that name no source: what the page set as `token` on any of them. */
const PAGE = 'page';
let pageToken;

function sourceOf(element) {
  const key = element.getToken ?? element.getAttribute('token-url') ?? PAGE;
  let number = known.get(key);
  if (number === undefined) {
    number = sources.length;
    known.set(key, number);
    sources.push({ key, elements: new Set(), introduced: false });
  }
  return number;
}

/** A token, or nothing on Warren's own pages, where the session does. */
async function ask(source, refused) {
  const { key, elements } = source;
  if (typeof key === 'function') return checked(await key({ refused: refused !== null }));
  if (key !== PAGE) return checked(await fetchToken(key));
  if (pageToken && pageToken !== refused) return checked(pageToken);
  if (!pageToken && new URL(BASE).origin === location.origin) return null;
  for (const element of elements) element.tell('token-needed', 'token', '');
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
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(token)) throw new Error('that is no token');
  return token;
}

/** The language of what is around an element, also around the shadow trees that it stands in. */
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
    // Set before this script had come, properties stand in the way of ours.
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    if (!this.#frame) this.#build();
    else if (!this.#sheet) this.#dress();
    this.#change();
  }

  disconnectedCallback() {
    // Moved within the page, it is back at once, and keeps what the viewer chose.
    queueMicrotask(() => {
      if (!this.isConnected) this.#leave();
    });
  }

  /** In another document: a frame's, or that of a window that was opened. */
  adoptedCallback() {
    if (this.#frame) this.#dress();
  }

  attributeChangedCallback() {
    if (!this.#frame) return;
    this.#look();
    this.#change();
  }

  /** A token of the page's. Whoever waits for one goes on with it. */
  set token(token) {
    pageToken = token || undefined;
    const number = known.get(PAGE);
    if (number !== undefined) loading?.then(([module]) => module.nudge(number), () => {});
  }

  /** `async ({ refused }) => token`: called when one is needed, and never by a timer. */
  set getToken(getToken) {
    this.#getToken = typeof getToken === 'function' ? getToken : undefined;
    if (this.#frame) this.#change();
  }

  get getToken() {
    return this.#getToken;
  }

  /** Asks at once. */
  refresh() {
    const number = this.#source;
    if (number !== undefined) loading?.then(([module]) => module.nudge(number), () => {});
  }

  tell(what, code, text) {
    // What is written at the end of this task stands in the page then.
    if (what === 'ready') setTimeout(() => this.isConnected && this.#send(what, code, text));
    else this.#send(what, code, text);
  }

  #send(what, code, text) {
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
    // A browser's translation would replace the texts that the next tick is written into.
    this.#body.translate = false;
    this.#frame.append(this.#body);
    root.append(this.#frame);
    this.#dress();
  }

  /** Style sheets of the document that it is in; none in a document that nobody sees. */
  #dress() {
    const { ownerDocument } = this;
    if (!ownerDocument.defaultView) return;
    this.#sheet = makeSheet(ownerDocument, '');
    this.shadowRoot.adoptedStyleSheets = [...sheetsOf(ownerDocument, this.#styles), this.#sheet];
    this.#look();
  }

  /** Theme and height, which are the frame's matter alone. */
  #look() {
    const given = this.getAttribute('height');
    const kept = heights[this.getAttribute('panel')] ?? 200;
    const pixels = Number.parseFloat(given);
    const height = given === 'auto' ? `min-height:${kept}px` : `height:${pixels > 0 ? pixels : kept}px`;
    // What the page's own style says of the element stands above this.
    this.#sheet?.replaceSync(`:host{display:block;contain:layout style;${height}}:host([hidden]){display:none}`);
    const theme = this.getAttribute('theme');
    this.#frame.dataset.theme = theme === 'light' || theme === 'dark' ? theme : 'system';
    const transparent = this.getAttribute('transparent');
    this.#frame.classList.toggle('transparent', transparent !== null && transparent !== 'false');
    this.#frame.classList.toggle('grows', given === 'auto');
  }

  /** All changes of one task together. */
  #change() {
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
      this.#again(error);
      return;
    }
    this.#wait = FIRST_RETRY;
    await speak(module, this.#lang());
    if (!this.isConnected) return;
    this.#use(module);
    if (this.#panel) {
      this.#panel.update(this.#query());
      return;
    }
    this.#styles = styles;
    this.#dress();
    this.#panel = new module.Panel(this.#body, this.#query(), (...told) => this.tell(...told));
  }

  /** Sits with those that have their token from the same place. */
  #use(module) {
    const number = sourceOf(this);
    if (this.#source !== undefined && this.#source !== number) sources[this.#source].elements.delete(this);
    this.#source = number;
    const source = sources[number];
    source.elements.add(this);
    if (source.introduced) return;
    source.introduced = true;
    module.introduce(number, refused => ask(source, refused));
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

  /** What is to be loaded cannot be had: later once more, sooner where the connection is back. */
  #again(error) {
    this.tell('error', 'load', String(error?.message ?? error));
    const retry = () => {
      removeEventListener('online', retry);
      clearTimeout(this.#retry);
      if (this.isConnected) this.#show();
    };
    addEventListener('online', retry, { once: true });
    this.#retry = setTimeout(retry, this.#wait * (1 - Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LAST_RETRY);
  }

  #leave() {
    clearTimeout(this.#retry);
    this.#panel?.free();
    this.#panel = undefined;
    if (this.#source !== undefined) sources[this.#source].elements.delete(this);
  }
}

// A page may load this twice, by two addresses.
if (!customElements.get('warren-panel')) customElements.define('warren-panel', WarrenPanel);
