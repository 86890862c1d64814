/** One gateway of a name a database: two would both take up what a crash left, and carry it out twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionOptions } from './pool';

/** Another gateway of the same name works on the database. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

// Any number that nobody else takes, beside the one for migrations.
const LOCK_CLASS = 7_310_578;
// The server finds out within 25 s that the machine of a lock's owner is gone; of a process that was killed it knows at once.
const SERVER_NOTICES = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
const PATIENCE_MS = 30_000;
const POLL_MS = 200;

/** A lock of the session: the server gives it back when the connection ends, however that ends. */
export class NameLock {
  readonly #url: string;
  readonly #gateway: string;
  readonly #onLost: (error: Error) => void;
  readonly #patience: number;
  #client: Client | undefined;
  #closed = false;

  private constructor(url: string, gateway: string, onLost: (error: Error) => void, patience: number) {
    this.#url = url;
    this.#patience = patience;
    this.#gateway = gateway;
    this.#onLost = onLost;
  }

  /**
   * Takes the lock; when the connection is lost it is taken again.
   * @param onLost told when another gateway has it by then
   * @param patience milliseconds to wait for one that may just be ending
   * @throws NameTaken when another one keeps it; the driver's error when the server cannot be reached.
   */
  static async take(
    url: string,
    gateway: string,
    onLost: (error: Error) => void,
    patience = PATIENCE_MS,
  ): Promise<NameLock> {
    const lock = new NameLock(url, gateway, onLost, patience);
    await lock.#take();
    return lock;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end();
  }

  async #take(): Promise<void> {
    const client = new Client({ ...connectionOptions(this.#url), options: SERVER_NOTICES });
    let taken = false;
    client.on('error', () => undefined);
    client.on('end', () => {
      if (taken && !this.#closed) void this.#takeAgain();
    });
    try {
      await client.connect();
      const end = performance.now() + this.#patience;
      while (!(await this.#try(client))) {
        if (performance.now() > end) {
          throw new NameTaken(
            `another gateway named "${this.#gateway}" works on this database: set ONEPLEDGE_GATEWAY_NAME`,
          );
        }
        await sleep(POLL_MS);
      }
      taken = true;
      this.#client = client;
      // Closed in the meantime: nobody else would end the connection.
      if (this.#closed) await client.end();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async #try(client: Client): Promise<boolean> {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
      LOCK_CLASS,
      this.#gateway,
    ]);
    return rows[0]?.taken === true;
  }

  /** Never rejects. */
  async #takeAgain(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#take();
        return;
      } catch (error) {
        if (error instanceof NameTaken) {
          this.#onLost(error);
          return;
        }
        await sleep(POLL_MS);
      }
    }
  }
}
