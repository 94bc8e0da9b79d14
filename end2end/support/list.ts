// A list of a broker, as a viewer sees it.

import { expect, type APIRequestContext, type Locator, type Page } from '@playwright/test';

import { polling } from './hydration.ts';

/**
 * Waits until Warren has read a list of `demo` again since the test changed something in the broker: until the
 * list, as its address `search` filters it, holds all of `rows`, written as in its CSV file, and none of `gone`. How
 * often a list is read follows from what it costs the broker, so it may take a while on a busy machine.
 */
export async function listed(
  request: APIRequestContext, kind: string, search: string, rows: string[], gone: string[] = [],
): Promise<void> {
  const missing = async () => {
    const answer = await request.get(`/fn/csv?broker=demo&kind=${kind}&search=${encodeURIComponent(search)}`);
    if (!answer.ok()) return [`${answer.status()}`];
    const text = await answer.text();
    return [...rows.filter(row => !text.includes(row)), ...gone.filter(row => text.includes(row))];
  };
  await expect.poll(missing, { message: `the list of ${kind} with ${rows}`, timeout: 120_000 }).toEqual([]);
}

export class List {
  constructor(readonly page: Page) {}

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.alive();
  }

  /** Waits until scripts have taken the page over. */
  async alive(): Promise<void> {
    await expect(this.page.getByRole('group', { name: 'Refresh' })).toBeVisible();
    await polling(this.page);
  }

  /** The names of the rows, in their order. */
  names(): Promise<string[]> {
    return this.page.locator('.rows tbody th .name > :first-child').allTextContents();
  }

  row(name: string): Locator {
    return this.page.locator('.rows tbody tr').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  head(name: string): Locator {
    return this.page.locator('.rows').getByRole('columnheader', { name, exact: true });
  }

  get filter(): Locator {
    return this.page.getByRole('searchbox', { name: 'Filter by name' });
  }
}
