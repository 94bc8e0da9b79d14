// Chromium over its DevTools protocol and Firefox over WebDriver BiDi, both by Puppeteer.

import puppeteer, { type Browser, type BrowserContext, type KeyInput, type Page } from 'puppeteer-core';

import { type Engine, type EnginePage, type InPage, type Scope, VIEWPORT } from './driver.ts';

/** How long one waits for a browser, a page and an element, in milliseconds. */
const PATIENCE = 120_000;

class PuppeteerPage implements EnginePage {
  constructor(private readonly context: BrowserContext, private readonly page: Page) {}

  async goto(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'load' });
  }

  async back(): Promise<void> {
    // Pages change without a load here, so there is no navigation to wait for.
    await this.page.evaluate(() => history.back());
  }

  evaluate<A extends unknown[], T>(run: InPage<A, T>, ...args: A): Promise<T> {
    return this.page.evaluate(run as never, ...args) as Promise<T>;
  }

  async click(selector: string): Promise<void> {
    await this.page.locator(selector).click();
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.page.locator(selector).fill(text);
  }

  async press(key: string, control = false): Promise<void> {
    if (control) await this.page.keyboard.down('Control');
    await this.page.keyboard.press(key as KeyInput);
    if (control) await this.page.keyboard.up('Control');
  }

  async moveMouse(x: number, y: number): Promise<void> {
    await this.page.mouse.move(x, y);
  }

  frame(selector: string): Scope {
    const { page } = this;
    return {
      async evaluate<A extends unknown[], T>(run: InPage<A, T>, ...args: A): Promise<T> {
        const element = await page.$(selector);
        const frame = await element?.contentFrame();
        if (!frame) throw new Error(`there is no frame at ${selector}`);
        return frame.evaluate(run as never, ...args) as Promise<T>;
      },
    };
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

export async function startPuppeteer(browser: 'chrome' | 'firefox', executablePath: string): Promise<Engine> {
  const started: Browser = await puppeteer.launch({
    browser,
    executablePath,
    headless: true,
    defaultViewport: VIEWPORT,
    timeout: PATIENCE,
    args: browser === 'chrome' ? ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'] : [],
    extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' },
  });
  return {
    version: await started.version(),
    async newPage() {
      const context = await started.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      return new PuppeteerPage(context, page);
    },
    close: () => started.close(),
  };
}
