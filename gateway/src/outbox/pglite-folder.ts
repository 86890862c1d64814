/** The folder of an embedded database: copied from a template, because making one takes seconds and hundreds of megabytes. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Settings of a server that has one client: little memory, a log that stays small, and always the index: nobody gathers statistics here,
 * and without them the planner reads a growing table through, again for every transaction.
 */
export const START_PARAMETERS: readonly string[] = [
  'shared_buffers=4MB',
  'wal_buffers=512kB',
  'max_connections=4',
  'work_mem=2MB',
  'min_wal_size=8MB',
  'max_wal_size=32MB',
  'random_page_cost=1',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
].flatMap((setting) => ['-c', setting]);

const INIT_PARAMETERS: readonly string[] = ['--wal-segsize=1'];
const MAKE_TIMEOUT_MS = 120_000;

// Run by a process of its own, so that the memory that it needs is given back. The databases that only serve to make others are dropped: of
// a thousand files four hundred are left, and every new home copies them.
const MAKE = `
const [library, folder, parameters] = process.argv.slice(1);
import(library).then(async ({ PGlite }) => {
  const database = new PGlite(folder, { initDbStartParams: JSON.parse(parameters) });
  await database.waitReady;
  await database.exec('update pg_database set datistemplate = false where datname <> current_database()');
  for (const name of ['template0', 'template1']) await database.exec('drop database ' + name);
  await database.close();
}).catch((error) => { process.stderr.write(String(error)); process.exit(1); });`;

/**
 * Makes a database's folder where there is none. A crash leaves a whole one or none.
 * @throws Error when it cannot be made.
 */
export async function ensureFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const template = await ensureTemplate();
  await install(folder, (temporary) => cp(template, temporary, { recursive: true }));
}

/**
 * Makes the template, once for each version of PGlite in this installation: about five seconds of one core.
 * @returns its folder
 */
export async function ensureTemplate(): Promise<string> {
  const library = createRequire(__filename).resolve('@electric-sql/pglite');
  const modules = library.slice(0, library.lastIndexOf('node_modules') + 'node_modules'.length);
  const { version } = createRequire(__filename)(join(dirname(library), '..', 'package.json')) as { version: string };
  const settings = createHash('sha256')
    .update([MAKE, ...INIT_PARAMETERS].join(' '))
    .digest('hex')
    .slice(0, 8);
  const folder = join(modules, '.cache', 'onepledge', `pglite-${version}-${settings}`);
  if (!existsSync(folder)) await install(folder, (temporary) => make(library, temporary));
  return folder;
}

/** Fills a folder beside and moves it to its place; where another process was faster, its folder stays. */
async function install(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${folder}.${randomBytes(6).toString('hex')}.tmp`;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  try {
    await fill(temporary);
    await rename(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function make(library: string, folder: string): Promise<void> {
  const parameters = JSON.stringify(INIT_PARAMETERS);
  const child = spawn(process.execPath, ['-e', MAKE, pathToFileURL(library).href, folder, parameters], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: MAKE_TIMEOUT_MS,
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the embedded database cannot be made: ${complaint.slice(0, 500)}`);
}
