// The last line of the suite: how many tests passed, engine by engine.

import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export default class Counts implements Reporter {
  private readonly engines = new Map<string, { passed: number; all: number }>();

  onTestEnd(test: TestCase, result: TestResult): void {
    const engine = test.parent.title;
    const count = this.engines.get(engine) ?? { passed: 0, all: 0 };
    count.all += 1;
    if (result.status === 'passed') count.passed += 1;
    this.engines.set(engine, count);
  }

  onEnd(result: FullResult): void {
    const each = [...this.engines].map(([engine, { passed, all }]) => `${engine} ${passed} of ${all}`);
    console.log(`engines ${result.status}: ${each.join(', ')} tests passed`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
