/** A PostgreSQL server of one's own for tests: a fresh cluster in a temporary folder, on loopback only. */
import { execFile } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@onepledge/network/fabric';

export interface PostgresServer {
  /** Of its database `postgres`, as a user who may make others. */
  readonly url: string;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** `nobody` on every system that has one: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const WITHIN_MS = 60_000;
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'];

/** Programs of PostgreSQL that are not on PATH (Debian keeps them in /usr/lib/postgresql/<version>/bin). */
export function missingPrograms(path = process.env['PATH'] ?? ''): readonly string[] {
  return PROGRAMS.filter((name) => !path.split(delimiter).some((folder) => isExecutable(join(folder, name))));
}

/**
 * Makes a cluster and starts it. Its files are synced as in production.
 * @throws Error with the program's own words
 */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'op-pg-'));
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o700);
  const run = async (program: string, ...args: readonly string[]): Promise<void> => {
    const user = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
    await promisify(execFile)(program, args, { ...user, cwd: folder, timeout: WITHIN_MS });
  };
  const data = join(folder, 'data');
  const port = await freePort();
  const stop = async (): Promise<void> => {
    await run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await run('initdb', '-D', data, '-U', 'onepledge', '--auth=trust', '-E', 'UTF8', '--no-sync');
    const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`;
    await run('pg_ctl', '-D', data, '-o', options, '-w', '-l', join(folder, 'log'), 'start');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://onepledge@127.0.0.1:${port}/postgres`, stop };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
