// A private RabbitMQ on loopback, started and commanded through the program `test-brokers`.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

import { expect } from '@playwright/test';

import { Child } from './child.ts';
import { testBrokersProgram } from './programs.ts';

export interface Account {
  name: string;
  password: string;
}

/** As `test-brokers` introduces its broker. */
interface Introduction {
  management_url: string;
  amqp_url: string;
  user: string;
  password: string;
}

type Reply = Record<string, unknown>;

export class Broker {
  private constructor(
    private readonly child: Child,
    private readonly lines: AsyncIterator<string>,
    private readonly folder: string,
    private readonly introduction: Introduction,
  ) {}

  /**
   * Starts a broker with light traffic. Its statistics move every second by default; of its
   * plugins that of the management API is enabled, and those that are named.
   */
  static async start({ interval = 1000, plugins = [] as string[] } = {}): Promise<Broker> {
    const folder = await mkdtemp(join(tmpdir(), 'warren-e2e-'));
    const args = ['broker', '--dir', folder, '--traffic', '--conf', `collect_statistics_interval = ${interval}`];
    args.push(...plugins.flatMap(plugin => ['--plugin', plugin]));
    const child = new Child(testBrokersProgram(), args, ['pipe', 'pipe', 'inherit']);
    const reader: Interface = createInterface({ input: child.process.stdout! });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) {
      await rm(folder, { recursive: true, force: true });
      throw new Error('test-brokers ended before its broker was up');
    }
    return new Broker(child, lines, folder, JSON.parse(first.value));
  }

  get url(): string {
    return this.introduction.management_url.replace(/\/$/, '');
  }

  /** Where its clients connect, with the administrator's account. */
  get amqp(): string {
    return this.introduction.amqp_url;
  }

  /** The administrator that every fresh broker has. */
  get administrator(): Account {
    return { name: this.introduction.user, password: this.introduction.password };
  }

  /** Its address with user and password in it, as `--broker` takes it. */
  get urlWithAccount(): string {
    return this.urlAt(this.url);
  }

  /** The same for an address in front of it. */
  urlAt(address: string): string {
    const { name, password } = this.administrator;
    return address.replace('://', `://${encodeURIComponent(name)}:${encodeURIComponent(password)}@`);
  }

  /** SIGSTOP: connections are accepted, nothing is answered. */
  freeze = () => this.command('freeze');
  thaw = () => this.command('thaw');
  /** SIGKILL: the port is closed at once. */
  kill = () => this.command('kill');
  /** Starts it again, on the same ports and with the same data. */
  restart = () => this.command('restart');

  /** Makes an account; `tags` as RabbitMQ has them, none for an account that may do no management. */
  async addUser(account: Account, tags: string[], vhost: string): Promise<Account> {
    await this.command(`add-user ${account.name} ${account.password} ${tags.join(',') || '-'} ${vhost}`);
    return account;
  }

  /** Its own answer, to hold ours against. */
  async get(path: string): Promise<any> {
    return (await this.ask('GET', path)).json();
  }

  /** Changes something through its management API. */
  async send(method: 'PUT' | 'POST' | 'DELETE', path: string, body: object = {}): Promise<void> {
    await this.ask(method, path, JSON.stringify(body));
  }

  private async ask(method: string, path: string, body?: string): Promise<Response> {
    const { name, password } = this.administrator;
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}${path}`, { method, headers, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Waits until it reports messages and their rates: a broker that has just started has none yet. */
  async busy(): Promise<void> {
    await expect.poll(async () => {
      const { queue_totals, message_stats } = await this.get('/api/overview');
      return 'messages' in queue_totals && message_stats?.publish_details.rate > 0;
    }, { message: 'the broker reports messages', timeout: 90_000 }).toBe(true);
  }

  async stop(): Promise<void> {
    await this.child.stop(5_000);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  private async command(line: string): Promise<Reply> {
    this.child.process.stdin!.write(`${line}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`test-brokers ended at the command ${line}`);
    const reply: Reply = JSON.parse(value);
    if (reply.error) throw new Error(`${line}: ${reply.error}`);
    return reply;
  }
}
