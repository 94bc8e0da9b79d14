// The program under test: `warren serve`, both parts, on ports that the system chose.

import { createInterface } from 'node:readline';

import { Child } from './child.ts';
import { site, warrenProgram } from './programs.ts';

export interface Options {
  /** `name=url` of each broker. */
  brokers?: string[];
  /** One part alone. */
  part?: 'api' | 'web';
  /** Time between two polls of a broker, by default `1s`. */
  tick?: string;
  /** Further flags. */
  flags?: string[];
  /** The dashboard's address, to come back at the same one. */
  listen?: string;
}

/** How long it is waited for, in milliseconds: beside other tests it starts slowly. */
const PATIENCE = 60_000;

export class Warren {
  /** What it logged, for tests that look for secrets in it. */
  readonly log: string[] = [];
  private child!: Child;
  private origin = '';
  private api = '';

  private constructor(private readonly options: Options) {}

  static async start(options: Options): Promise<Warren> {
    const warren = new Warren(options);
    await warren.launch(options.listen ?? '127.0.0.1:0');
    return warren;
  }

  /** Where the dashboard is, base path and all, without a slash at its end. */
  get url(): string {
    return this.origin;
  }

  /** Where the metering API is. */
  get apiUrl(): string {
    return this.api;
  }

  stop = () => this.child.stop();

  /** Makes it read the portals of its configuration again. */
  async readAgain(): Promise<void> {
    const before = this.log.length;
    this.child.process.kill('SIGHUP');
    const deadline = Date.now() + PATIENCE;
    while (!this.log.slice(before).some(line => entry(line).message === 'the portals were read again')) {
      if (Date.now() > deadline) throw new Error(`it did not read them:\n${this.log.slice(before).join('\n')}`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** Restarts it at the same address. All sessions are gone. */
  async restart(): Promise<void> {
    await this.stop();
    await this.launch(new URL(this.origin).host);
  }

  private async launch(listen: string): Promise<void> {
    const { brokers = [], part, tick = '1s', flags = [] } = this.options;
    const args = ['serve', '--log-format', 'json', ...flags];
    if (part) args.push('--only', part);
    if (part !== 'api') args.push('--listen', listen, '--site', site());
    // In memory, unless the test names a folder.
    if (!flags.includes('--data-dir')) args.push('--data-dir', 'none');
    if (part !== 'web') args.push('--api-listen', '127.0.0.1:0', '--tick', tick);
    for (const broker of brokers) args.push('--broker', broker);
    this.child = new Child(warrenProgram(), args, ['ignore', 'ignore', 'pipe']);
    const lines = createInterface({ input: this.child.process.stderr! });
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`warren ${why}:\n${this.log.join('\n')}`));
      const timer = setTimeout(() => fail('did not come up'), PATIENCE);
      this.child.process.once('exit', code => fail(`ended with ${code}`));
      lines.on('line', line => {
        this.log.push(line);
        const { message, url = '' } = entry(line);
        if (message === 'metering API') this.api = url;
        if (message === 'dashboard') this.origin = url;
        const isUp = message === (this.options.part === 'api' ? 'metering API' : 'dashboard');
        // Of both parts the dashboard is logged last.
        if (isUp) {
          clearTimeout(timer);
          resolve();
        }
      });
    });
    await this.ready();
  }

  /** Waits until every broker was asked once. */
  private async ready(): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const { status } = await fetch(`${new URL(this.origin || this.api).origin}/readyz`);
      if (status === 200) return;
      if (Date.now() > deadline) throw new Error(`/readyz is ${status} for too long`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

/** A line of its log; empty for what is none. */
function entry(line: string): { message?: string; url?: string } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
