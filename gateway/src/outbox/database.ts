/** Opens the gateway's database: PostgreSQL by its URL, or PGlite in a folder of the home. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { lockFolderWithin } from './folder-lock';
import { PGliteDialect } from './pglite-dialect';
import { ensureFolder, START_PARAMETERS } from './pglite-folder';
import { PGliteThread } from './pglite-thread';
import { migrate, type OutboxSchema } from './schema';

export type Database = Readonly<{ kysely: Kysely<OutboxSchema>; close: () => Promise<void> }>;

export type DatabaseOptions = Readonly<{
  /** Of a PostgreSQL server; undefined: PGlite. */
  url: string | undefined;
  /** Where PGlite keeps its files. */
  folder: string;
  /** Name of the gateway: one of a name works on a database. */
  gateway: string;
  /** Told when another gateway has taken the name, so that this one must end. */
  onLost: (error: Error) => void;
}>;

/**
 * Opens the database and brings its schema up to date.
 * @throws FolderLocked or NameTaken when another process works on it; the driver's error when it cannot be reached.
 */
export async function openDatabase({ url, folder, gateway, onLost }: DatabaseOptions): Promise<Database> {
  if (url === undefined) return openEmbedded(folder);
  // Loaded only where it is used: the embedded start does without.
  const { openPostgres } = await import('./postgres/index.js');
  return openPostgres(url, gateway, onLost);
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
