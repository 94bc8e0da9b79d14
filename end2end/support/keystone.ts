// A private Keystone on loopback, started and commanded through the program `test-brokers`.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Child } from './child.ts';
import { testBrokersProgram } from './programs.ts';

type Reply = Record<string, string>;

export class Keystone {
  private constructor(
    private readonly child: Child,
    private readonly lines: AsyncIterator<string>,
    private readonly folder: string,
    /** Its v3 address. */
    readonly url: string,
  ) {}

  static async start(): Promise<Keystone> {
    const folder = await mkdtemp(join(tmpdir(), 'warren-keystone-'));
    const child = new Child(testBrokersProgram(), ['keystone'], ['pipe', 'pipe', 'inherit']);
    const lines = createInterface({ input: child.process.stdout! })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) {
      await rm(folder, { recursive: true, force: true });
      throw new Error('test-brokers ended before its Keystone was up');
    }
    return new Keystone(child, lines, folder, JSON.parse(first.value).url);
  }

  /** Makes the service's own account, and the flags by which the program finds it. */
  async serviceFlags(): Promise<string[]> {
    const project = await this.addProject('service');
    await this.assign(await this.addUser('warren', 'hunter2'), project, 'service');
    const file = join(this.folder, 'password');
    await writeFile(file, 'hunter2\n');
    return [
      '--identity', 'keystone', '--keystone-url', this.url,
      '--keystone-password-file', file, '--keystone-cache', '1s',
    ];
  }

  addProject = async (name: string) => (await this.command(`add-project ${name}`)).id;
  addUser = async (name: string, password: string) => (await this.command(`add-user ${name} ${password}`)).id;
  /** User and project by their ids, the role by its name. */
  assign = (user: string, project: string, role: string) => this.command(`assign ${user} ${project} ${role}`);
  /** From then on it refuses the account and all of its tokens. */
  disable = (user: string) => this.command(`disable ${user}`);
  /** Puts a service into the catalog. */
  addService = (type: string, url: string) => this.command(`add-service ${type} ${url}`);

  /** A token of an account for a project by its name. */
  async token(user: string, password: string, project: string): Promise<string> {
    const domain = { id: 'default' };
    const identity = { methods: ['password'], password: { user: { name: user, domain, password } } };
    const answer = await fetch(`${this.url}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
    });
    const token = answer.headers.get('x-subject-token');
    if (!token) throw new Error(`no token: ${answer.status}`);
    return token;
  }

  kill = () => this.command('kill');
  restart = () => this.command('restart');

  async stop(): Promise<void> {
    await this.child.stop(5_000);
    await rm(this.folder, { recursive: true, force: true });
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
