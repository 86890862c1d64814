/** Opens the gateway's database: PostgreSQL by its URL, or PGlite in a folder of the home. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { lockFolderWithin } from './folder-lock';
import { PGliteDialect } from './pglite-dialect';
import { ensureFolder, START_PARAMETERS } from './pglite-folder';
import { PGliteThread } from './pglite-thread';
import { migrate, type OutboxSchema } from './schema';

export type Database = Readonly<{ kysely: Kysely<OutboxSchema>; close: () => Promise<void> }>;

/**
 * Opens the database and brings its schema up to date.
 * @param folder where PGlite keeps its files; used when there is no URL
 * @throws FolderLocked when another process has the folder; the driver's error when the database cannot be reached.
 */
export async function openDatabase(url: string | undefined, folder: string): Promise<Database> {
  return url === undefined ? openEmbedded(folder) : openServer(url);
}

// A gateway that was just killed needs a moment to be gone.
const LOCK_PATIENCE_MS = 3000;

async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // PGlite does not notice a second process in its folder and would spoil it.
  const unlock = await lockFolderWithin(folder, LOCK_PATIENCE_MS);
  try {
    const files = join(folder, 'db');
    await ensureFolder(files);
    const dialect = new PGliteDialect(new PGliteThread(files, START_PARAMETERS));
    const kysely = new Kysely<OutboxSchema>({ dialect });
    await migrate(kysely);
    return {
      kysely,
      close: async () => {
        await kysely.destroy();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openServer(url: string): Promise<Database> {
  const { Pool } = await import('pg');
  const pool = new Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    idleTimeoutMillis: 60_000,
  });
  // An idle connection that breaks is replaced by the next query; unheard, the event would end the process.
  pool.on('error', () => undefined);
  const kysely = new Kysely<OutboxSchema>({ dialect: new PostgresDialect({ pool }) });
  await migrate(kysely);
  return { kysely, close: () => kysely.destroy() };
}
