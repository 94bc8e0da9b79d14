// What is tested: the programs and the browser's bundle.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A path from the environment, else the first of these, below the project's root, that exists. */
function find(variable: string, ...candidates: string[]): string {
  const given = process.env[variable];
  if (given) return resolve(given);
  const found = candidates.map(path => join(root, path)).find(existsSync);
  if (!found) throw new Error(`${variable} is not set, and there is no ${candidates.join(' and no ')}`);
  return found;
}

/** The program `warren`. */
export const warrenProgram = () => find('WARREN_BIN', 'target/release/warren', 'target/debug/warren');
/** The program `test-brokers`, which starts private brokers. */
export const testBrokersProgram = () => find('TEST_BROKERS_BIN', 'target/debug/test-brokers');
/** The folder that Trunk built. */
export const site = () => find('WARREN_SITE', 'dist');

/** Our environment without what would configure the programs: they are to obey their flags alone. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('WARREN_'));
  return Object.fromEntries(kept);
}
