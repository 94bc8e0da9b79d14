// The overview page as tests speak of it.

import { expect, type Locator, type Page } from '@playwright/test';

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

  /** The bands that stand for times without an answer, as one path. */
  gaps(id: ChartId): Locator {
    return this.chart(id).locator('.plot-area .gap');
  }

  /** A tile's text by its label: its number, or a dash. */
  tile(label: keyof typeof TILES): Locator {
    return this.page.locator('.tile').filter({ hasText: label }).locator('.tile-value');
  }

  async tileNumbers(): Promise<Record<string, number>> {
    const numbers: Record<string, number> = {};
    for (const [label, field] of Object.entries(TILES)) {
      const text = await this.tile(label as keyof typeof TILES).innerText();
      numbers[field] = Number(text.replaceAll(/[,\s]/g, ''));
    }
    return numbers;
  }

  /** Waits until the page is alive: scripts have taken it over and every chart has lines. */
  async alive(): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible();
    await this.hydrated();
    // A broker that has just started knows of no messages yet.
    for (const id of CHARTS) await expect.poll(() => this.lines(id), `lines of ${id}`).not.toEqual([]);
  }

  /** Waits until scripts have taken the page over: a key moves the crosshair. Moves neither focus nor page. */
  private async hydrated(): Promise<void> {
    const slider = this.slider('objects');
    await expect(async () => {
      await slider.dispatchEvent('keydown', { key: 'End' });
      await expect(this.crosshair('objects')).toHaveCount(1, { timeout: 200 });
    }, 'scripts take the page over').toPass({ timeout: 20_000 });
    await slider.dispatchEvent('keydown', { key: 'Escape' });
    await expect(this.crosshair('objects')).toHaveCount(0);
  }

  /** Presses R and waits for the poll's answer. */
  async refresh(): Promise<void> {
    const answer = this.page.waitForResponse(POLL);
    await this.page.keyboard.press('r');
    await answer;
  }
}
