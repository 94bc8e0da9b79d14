// WebKitGTK's MiniBrowser, over WebDriver, on a display of its own.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { Builder, By, Capabilities, Key, type WebDriver } from 'selenium-webdriver';

import { Child } from '../support/child.ts';
import { type Engine, type EnginePage, type InPage, type Scope, VIEWPORT } from './driver.ts';

const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
/** How long one waits for the display and for the driver, in milliseconds. */
const PATIENCE = 60_000;
const KEYS = { ArrowDown: Key.ARROW_DOWN, Enter: Key.ENTER, k: 'k' };

/** A function and its arguments as a script of WebDriver. */
const script = (run: unknown) => `return (${String(run)}).apply(null, arguments);`;

class WebKitPage implements EnginePage {
  constructor(private readonly driver: WebDriver) {}

  async goto(url: string): Promise<void> {
    await this.driver.get(url);
  }

  async back(): Promise<void> {
    await this.evaluate(() => history.back());
  }

  evaluate<A extends unknown[], T>(run: InPage<A, T>, ...args: A): Promise<T> {
    return this.driver.executeScript<T>(script(run), ...args);
  }

  async click(selector: string): Promise<void> {
    await this.driver.findElement(By.css(selector)).click();
  }

  async fill(selector: string, text: string): Promise<void> {
    const element = this.driver.findElement(By.css(selector));
    await element.clear();
    await element.sendKeys(text);
  }

  async press(key: keyof typeof KEYS, control = false): Promise<void> {
    const actions = this.driver.actions();
    if (control) actions.keyDown(Key.CONTROL);
    actions.sendKeys(KEYS[key]);
    if (control) actions.keyUp(Key.CONTROL);
    await actions.perform();
  }

  async moveMouse(x: number, y: number): Promise<void> {
    await this.driver.actions().move({ x: Math.round(x), y: Math.round(y), duration: 0 }).perform();
  }

  frame(selector: string): Scope {
    const { driver } = this;
    return {
      async evaluate<A extends unknown[], T>(run: InPage<A, T>, ...args: A): Promise<T> {
        await driver.switchTo().frame(await driver.findElement(By.css(selector)));
        try {
          return await driver.executeScript<T>(script(run), ...args);
        } finally {
          await driver.switchTo().defaultContent();
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.driver.quit();
  }
}

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** An X server on the next free display; its number. */
async function startDisplay(): Promise<{ display: string; child: Child }> {
  const args = ['-displayfd', '3', '-screen', '0', '1440x1200x24', '-nolisten', 'tcp'];
  const child = new Child('Xvfb', args, ['ignore', 'ignore', 'ignore', 'pipe']);
  const lines = createInterface({ input: child.process.stdio[3] as Readable });
  const [number] = await once(lines, 'line', { signal: AbortSignal.timeout(PATIENCE) });
  return { display: `:${number}`, child };
}

export async function startWebKit(): Promise<Engine> {
  const display = await startDisplay();
  const port = await freePort();
  const environment = {
    DISPLAY: display.display,
    GDK_BACKEND: 'x11',
    LIBGL_ALWAYS_SOFTWARE: '1',
    LANG: 'C.UTF-8',
    // Without a bus of its own the browser would look for the desktop's.
    NO_AT_BRIDGE: '1',
  };
  const driver = new Child('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], 'ignore', environment);
  const deadline = Date.now() + PATIENCE;
  const address = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${address}/status`).then(answer => answer.ok, () => false))) {
    if (Date.now() > deadline || driver.hasEnded) throw new Error('WebKitWebDriver did not come up');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const session = async () => {
    const wanted = new Capabilities({ browserName: 'MiniBrowser' });
    wanted.set('webkitgtk:browserOptions', { binary: MINI_BROWSER, args: ['--automation'] });
    const started = await new Builder().usingServer(address).withCapabilities(wanted).build();
    await started.manage().window().setRect({ x: 0, y: 0, ...VIEWPORT });
    return started;
  };
  const probe = await session();
  const capabilities = await probe.getCapabilities();
  const version = `WebKitGTK ${capabilities.getBrowserVersion()}`;
  await probe.quit();
  return {
    version,
    // A session's cookies are its own, and go with it.
    newPage: async () => new WebKitPage(await session()),
    close: async () => {
      await driver.stop();
      await display.child.stop();
    },
  };
}
