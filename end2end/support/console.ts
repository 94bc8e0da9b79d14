// What a page complains about: errors of its scripts, of its content security policy, of its loads.

import { expect, type Page } from '@playwright/test';

export class Complaints {
  private readonly heard: string[] = [];
  private isOver = false;
  private readonly expected: RegExp[] = [];

  /** Listens to a page. */
  listen(page: Page): void {
    page.on('console', message => {
      if (this.isOver) return;
      const at = message.location().url;
      if (message.type() === 'error') this.heard.push(`console: ${message.text()} (${at})`);
      // How the framework reports that server and browser drew different pages.
      if (message.type() === 'warning' && /hydrat/i.test(message.text())) {
        this.heard.push(`console: ${message.text()}`);
      }
    });
    page.on('pageerror', error => {
      if (!this.isOver) this.heard.push(`pageerror: ${error.stack ?? error.message}`);
    });
  }

  /** Allows complaints that a test brings about, such as a load that fails. */
  expect(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  /** Ignores what comes from now on: pages complain when the servers that they poll end with the test. */
  ignoreRest(): void {
    this.isOver = true;
  }

  check(): void {
    const unexpected = this.heard.filter(text => !this.expected.some(pattern => pattern.test(text)));
    expect(unexpected, 'what the page complained about in its console').toEqual([]);
  }
}

/** Chromium's complaint about an answer with this status. */
export const answered = (status: number) => new RegExp(`server responded with a status of ${status} `);
/** Chromium's complaint where nobody answers. */
export const notConnected = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|FAILED|ABORTED|INTERNET_DISCONNECTED)/;
