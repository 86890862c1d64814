/** The outbox's database on a PostgreSQL server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { migrate, type OutboxSchema } from '../schema';
import { NameLock } from './name-lock';
import { postgresPool } from './pool';

const CLOSE_MS = 3000;

/**
 * Connects, and brings the schema up to date.
 * @param gateway name of the gateway, which no other one on the database may have
 * @param onLost told when another gateway took the name while the connection was broken
 * @throws NameTaken; the driver's error when the server cannot be reached or does not let us in.
 */
export async function openPostgres(
  url: string,
  gateway: string,
  onLost: (error: Error) => void,
): Promise<{ readonly kysely: Kysely<OutboxSchema>; readonly close: () => Promise<void> }> {
  const lock = await NameLock.take(url, gateway, onLost);
  const kysely = new Kysely<OutboxSchema>({ dialect: new PostgresDialect({ pool: postgresPool(url) }) });
  const close = async (): Promise<void> => {
    // A connection that is silently dead would never say that it has ended.
    await Promise.race([Promise.all([kysely.destroy(), lock.close()]), sleep(CLOSE_MS, undefined, { ref: false })]);
  };
  try {
    await migrate(kysely);
  } catch (error) {
    await close();
    throw error;
  }
  return { kysely, close };
}
