/** Compiled files that their packages do not export, on purpose: only programs of tests go around their front doors. */
import { join } from 'node:path';
import { ROOT } from './root';

/** @param path below the project's folder */
export function compiled(...path: readonly string[]): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- at a place that is known only at run time
  return require(join(ROOT, ...path));
}
