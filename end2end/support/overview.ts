// The overview page as tests speak of it.

import { expect, type Locator, type Page, type Request } from '@playwright/test';

import { listens } from './hydration.ts';

/** The charts, by their ids. */
export const CHARTS = ['queued-messages', 'message-rates', 'objects', 'churn'] as const;
export type ChartId = (typeof CHARTS)[number];

/** The tiles, by their labels, and what the broker calls them. */
export const TILES = {
  Connections: 'connections',
  Channels: 'channels',
  Exchanges: 'exchanges',
  Queues: 'queues',
  Consumers: 'consumers',
} as const;

/** The server function that the page polls. */
export const POLL = /\/fn\/overview(\?|$)/;

export class Overview {
  constructor(readonly page: Page) {}

  /** The state beside the broker's name. */
  get state(): Locator {
    return this.page.locator('.page-head .pill');
  }

  get age(): Locator {
    return this.page.locator('.age');
  }

  get notices(): Locator {
    return this.page.locator('.notices');
  }

  chart(id: ChartId): Locator {
    return this.page.locator(`#${id}`);
  }

  slider(id: ChartId): Locator {
    return this.chart(id).getByRole('slider');
  }

  /**
   * Where a plot is on the screen, for the mouse, once it is there: how far down it is depends on how
   * long the legends above are, and so on what the broker reports.
   */
  async plot(id: ChartId): Promise<{ x: number; y: number; width: number; height: number }> {
    await this.slider(id).scrollIntoViewIfNeeded();
    return (await this.slider(id).boundingBox())!;
  }

  crosshair(id: ChartId): Locator {
    return this.chart(id).locator('.plot-area .crosshair');
  }

  /** The `d` of each line of a chart that is drawn. */
  async lines(id: ChartId): Promise<string[]> {
    const all = await this.chart(id).locator('.plot-area path.line:not(.dot)').evaluateAll(paths =>
      paths.map(path => path.getAttribute('d') ?? ''),
    );
    return all.filter(d => d !== '');
  }

  /** Waits until values have arrived: a chart draws something else than before. */
  async moves(id: ChartId = 'objects'): Promise<void> {
    const before = await this.lines(id);
    await expect.poll(() => this.lines(id), { message: `other lines of ${id}`, timeout: 60_000 }).not.toEqual(before);
  }

  /** The bands that stand for times without an answer, as one path. */
  gaps(id: ChartId): Locator {
    return this.chart(id).locator('.plot-area .gap');
  }

  /** A tile's text by its label: its number, or a dash. */
  tile(label: keyof typeof TILES): Locator {
    return this.page.locator('.tile').filter({ hasText: label }).locator('.tile-value');
  }

  /** The numbers of all tiles in one look, so that they are of one answer. */
  async tileNumbers(): Promise<Record<string, number>> {
    const tiles = await this.page.locator('.tile').evaluateAll(tiles => tiles.map(tile => ({
      text: tile.textContent ?? '',
      value: tile.querySelector<HTMLElement>('.tile-value')?.innerText ?? '',
    })));
    const number = (label: string) => tiles.find(({ text }) => text.includes(label))?.value.replaceAll(/[,\s]/g, '');
    return Object.fromEntries(Object.entries(TILES).map(([label, field]) => [field, Number(number(label))]));
  }

  /** Waits until the page is alive: scripts have taken it over and every chart has lines. */
  async alive(): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible();
    await listens(this.page, `document.querySelector('#objects .plot')`, 'keydown');
    // A broker that has just started knows of no messages yet.
    for (const id of CHARTS) {
      await expect.poll(() => this.lines(id), { message: `lines of ${id}`, timeout: 60_000 }).not.toEqual([]);
    }
  }

  /** Presses R and waits for the answer to the poll that it starts; one that was under way is given up. */
  async refresh(): Promise<void> {
    const asked = new Set<Request>();
    const note = (request: Request) => void asked.add(request);
    this.page.on('request', note);
    const answer = this.page.waitForResponse(one => POLL.test(one.url()) && asked.has(one.request()));
    await this.page.keyboard.press('r');
    await (await answer).finished();
    this.page.off('request', note);
  }
}
