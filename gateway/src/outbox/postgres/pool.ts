/** Connections to a PostgreSQL server, for Kysely's dialect: a connection that may be broken is never used again. */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { type ClientConfig, DatabaseError, Pool, type PoolClient } from 'pg';
import { StatementInDoubt } from '../statement-in-doubt';

/** The server ends a statement that takes longer. */
const STATEMENT_MS = 30_000;
/** When the network swallows everything, nobody but this side ends the wait. */
const ANSWER_MS = STATEMENT_MS + 5_000;
const CONNECTIONS = 8;

/** What every connection is opened with; parameters of the URL go before it. */
export function connectionOptions(url: string): ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'onepledge-gateway',
  };
}

/** Connections that are opened as they are needed; a server that is away fails the query, never the process. */
export function postgresPool(url: string): PostgresPool {
  const pool = new Pool({ ...connectionOptions(url), max: CONNECTIONS, idleTimeoutMillis: 60_000 });
  // Unheard, such an event would end the process. The pool hears of idle connections only, so each is listened to as well.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return { connect: async () => new Borrowed(await pool.connect()), end: () => pool.end() };
}

/** A connection of the pool until it is given back. */
class Borrowed implements PostgresPoolClient {
  readonly #client: PoolClient;
  #doubtful = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    asked: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof asked !== 'string') throw new Error('the outbox reads without cursors');
    return this.#ask<R>(asked, parameters);
  }

  release(): void {
    this.#client.release(this.#doubtful);
  }

  async #ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query(text, [...parameters]);
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows: rows as R[] };
    } catch (error) {
      // After an answer of the server all is as before. Without one, what was asked may still be under way on this connection.
      if (error instanceof DatabaseError) throw error;
      this.#doubtful = true;
      throw new StatementInDoubt(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}
