// Panels in a portal's page, as tests speak of them.

import type { Locator, Page, Request } from '@playwright/test';

import { Portal } from './host.ts';
import { expect, test as base } from './test.ts';
import type { Warren } from './warren.ts';

interface Fixtures {
  /** On another site: browsers count `localhost` and `127.0.0.1` as two. */
  portal: Portal;
  /** Warren, with the portal registered. */
  embedding: Warren;
}

export const test = base.extend<Fixtures>({
  portal: async ({ stopAtEnd }, use) => use(stopAtEnd(await Portal.start({ host: 'localhost' }))),
  embedding: async ({ portal, broker, startWarren }, use) => {
    const warren = await startWarren({ brokers: [`demo=${broker.urlWithAccount}`], flags: portal.flags });
    portal.use(warren);
    await use(warren);
  },
});

export { expect };

/** The one poll of all panels of a page. */
export const PANELS = /\/fn\/panels$/;

export class Embedded {
  constructor(readonly page: Page) {}

  panel(name: string): Locator {
    return this.page.locator(`warren-panel[panel="${name}"]`);
  }

  /** The lines that a chart draws. */
  async lines(name: string): Promise<string[]> {
    const all = await this.panel(name).locator('.plot-area path.line:not(.dot)').evaluateAll(paths =>
      paths.map(path => path.getAttribute('d') ?? ''),
    );
    return all.filter(d => d !== '');
  }

  /** Waits until a chart has lines. */
  async alive(name: string): Promise<void> {
    await expect.poll(() => this.lines(name), { timeout: 60_000 }).not.toEqual([]);
  }

  /** Waits until a chart draws something else than before. */
  async moves(name: string): Promise<void> {
    const before = await this.lines(name);
    await expect.poll(() => this.lines(name), { timeout: 60_000 }).not.toEqual(before);
  }
}

/** The polls of a page's panels. */
export class PanelPolls {
  /** The panels that each asked for. */
  readonly asked: string[][] = [];
  /** The headers of each. */
  readonly headers: Record<string, string>[] = [];

  constructor(readonly page: Page) {
    page.on('request', request => {
      if (!PANELS.test(request.url()) || request.method() !== 'POST') return;
      this.asked.push(wants(request).map(({ panel }) => panel));
      this.headers.push(request.headers());
    });
  }

  get count(): number {
    return this.asked.length;
  }
}

interface Want {
  panel: string;
  broker: string;
  since?: number;
  depth?: number;
}

const wants = (request: Request): Want[] => request.postDataJSON().wants;
