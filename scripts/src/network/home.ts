/** The folder with all of a network's state, and where things stand in it. */
import { join, resolve } from 'node:path';

/** ONEPLEDGE_HOME, or `.onepledge` in the folder; absolute. */
export function resolveHome(environment: Readonly<Record<string, string | undefined>>, folder: string): string {
  const given = environment['ONEPLEDGE_HOME'] ?? '';
  return resolve(folder, given === '' ? '.onepledge' : given);
}

/** Process ids and logs. */
export function runFolder(home: string): string {
  return join(home, 'run');
}

/** The log of a process. */
export function logFile(home: string, name: string): string {
  return join(runFolder(home), `${name}.log`);
}
