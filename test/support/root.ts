/** Where the project lies, from the sources as from what is compiled of them. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'network', 'consortium.yaml'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`${__dirname} is not inside of the project`);
  return findRoot(parent);
}

/** The project's folder. */
export const ROOT = findRoot(__dirname);
