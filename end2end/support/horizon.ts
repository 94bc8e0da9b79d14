// A private Horizon on loopback with Warren's panel in it, started through the program `test-brokers`.

import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';

import type { Page } from '@playwright/test';

import { Child } from './child.ts';
import { testBrokersProgram } from './programs.ts';

/** The folder of the plugin. */
const PLUGIN = join(resolve(import.meta.dirname, '../..'), 'horizon');

interface Options {
  /** The Keystone's v3 address. */
  keystone: string;
  /** Where a browser finds the dashboard. */
  warren: string;
}

export class Horizon {
  private constructor(
    private readonly child: Child,
    private readonly lines: AsyncIterator<string>,
    /** The origin of its pages. */
    readonly url: string,
  ) {}

  static async start({ keystone, warren }: Options): Promise<Horizon> {
    const args = ['horizon', '--keystone', keystone, '--warren', warren, '--plugin', PLUGIN];
    const child = new Child(testBrokersProgram(), args, ['pipe', 'pipe', 'inherit']);
    const lines = createInterface({ input: child.process.stdout! })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error('test-brokers ended before its Horizon was up');
    return new Horizon(child, lines, JSON.parse(first.value).url);
  }

  /** Signs in by the form, and goes on to a page of its own. */
  async signIn(page: Page, user: string, password: string, next: string): Promise<void> {
    await page.goto(`${this.url}/auth/login/?next=${encodeURIComponent(next)}`);
    await page.locator('#id_username').fill(user);
    await page.locator('#id_password').fill(password);
    await page.locator('#loginBtn').click();
  }

  /** What it logged so far. */
  async log(): Promise<string> {
    this.child.process.stdin!.write('log\n');
    const { value, done } = await this.lines.next();
    if (done) throw new Error('test-brokers ended');
    return JSON.parse(value).log;
  }

  stop = () => this.child.stop(5_000);
}
