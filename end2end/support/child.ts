// A child process that never outlives the tests.

import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

import { cleanEnvironment } from './programs.ts';

/** A child process. A reaper kills it when we die without stopping it. */
export class Child {
  readonly process: ChildProcess;
  private readonly reaper: ChildProcess;

  /** `environment` is added to ours. */
  constructor(program: string, args: string[], stdio: StdioOptions, environment: NodeJS.ProcessEnv = {}) {
    this.process = spawn(program, args, { stdio, env: { ...cleanEnvironment(), ...environment } });
    // The kernel closes the pipe, however we die.
    const script = 'read -r _; kill -KILL "$1" 2>/dev/null';
    const watched = ['-c', script, 'reaper', String(this.process.pid)];
    this.reaper = spawn('sh', watched, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // A test that fails to stop it must not keep the runner from ending.
    this.reaper.unref();
    this.process.once('exit', () => this.reaper.kill('SIGKILL'));
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Asks it to end; kills it where it does not within a few seconds. */
  async stop(patience = 15_000): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const impatient = setTimeout(() => this.process.kill('SIGKILL'), patience);
    await ended;
    clearTimeout(impatient);
  }
}
