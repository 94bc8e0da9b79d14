// A list of a broker, as a viewer sees it.

import { expect, type Locator, type Page } from '@playwright/test';

export class List {
  constructor(readonly page: Page) {}

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.alive();
  }

  /** Waits until scripts have taken over: the age then goes on by itself. */
  async alive(): Promise<void> {
    await expect(this.page.getByRole('group', { name: 'Refresh' })).toBeVisible();
    await expect(this.page.locator('html')).toHaveAttribute('lang', /./);
    await this.page.waitForLoadState('networkidle');
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
