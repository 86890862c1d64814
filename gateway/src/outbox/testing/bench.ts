/** A real outbox on a real database for tests, PGlite or the server of ONEPLEDGE_TEST_DATABASE_URL: gateways can be started on it one after another, as after crashes. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Principal } from '../../auth/principal';
import { createMetrics } from '../../metrics';
import { type Database, openDatabase } from '../database';
import type { NewIntent, Outcome } from '../intent';
import { Outbox } from '../outbox';
import { OutboxStore } from '../store';
import type { FaultyLedger } from './faulty-ledger';

/** How long an answer may take, in milliseconds. */
export const WAIT = 10_000;

export const PRINCIPAL: Principal = { member: 'platform', role: 'member' };

export class OutboxBench {
  readonly #folder: string;
  readonly #database: Database;
  readonly #outboxes: Outbox[] = [];
  #gateway = randomUUID();
  #store: OutboxStore;

  private constructor(folder: string, database: Database) {
    this.#folder = folder;
    this.#database = database;
    this.#store = this.storeOf(OutboxStore);
  }

  /** What is stored of the present gateway. */
  get store(): OutboxStore {
    return this.#store;
  }

  /** From here on a gateway of another name is meant, which knows nothing of what was before. */
  async renew(): Promise<void> {
    for (const outbox of this.#outboxes.splice(0)) await outbox.close(0);
    this.#gateway = randomUUID();
    this.#store = this.storeOf(OutboxStore);
  }

  static async open(): Promise<OutboxBench> {
    const folder = await mkdtemp(join(tmpdir(), 'onepledge-outbox-'));
    const url = process.env['ONEPLEDGE_TEST_DATABASE_URL'];
    const onLost = (error: Error): void => {
      throw error;
    };
    return new OutboxBench(folder, await openDatabase({ url, folder, gateway: randomUUID(), onLost }));
  }

  /** A store of the present gateway as another process has it. */
  storeOf<S extends OutboxStore>(made: new (...from: ConstructorParameters<typeof OutboxStore>) => S): S {
    return new made(this.#database.kysely, this.#gateway);
  }

  /** Starts an outbox as a gateway does; the one before counts as dead once its ledger never answers again. */
  async start(
    ledger: FaultyLedger,
    limits = { commands: 200, bytes: 1_000_000, maxTries: 4 },
    store = this.store,
    metrics = createMetrics(),
  ): Promise<Outbox> {
    const log = pino({ level: 'silent' });
    const outbox = new Outbox({ store, ledger, limits, commitTimeout: 200, metrics, log });
    this.#outboxes.push(outbox);
    await outbox.resume();
    return outbox;
  }

  async close(): Promise<void> {
    await this.renew();
    await this.#database.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A request to withdraw a pledge: any command does, as the simulator runs no rules. */
export function anIntent(change: Partial<NewIntent> = {}): NewIntent {
  const id = change.id ?? randomUUID();
  const pledgeId = `rcv_${id.replaceAll('-', '').slice(0, 26)}.0000000000000`;
  return {
    id,
    kind: 'COMMAND',
    principal: PRINCIPAL,
    idempotencyKey: `key-${id}`,
    bodyHash: 'hash',
    route: 'POST /v1/pledges/x/withdrawal',
    requestId: `request-${id}`,
    command: JSON.stringify({ id, type: 'pledge.withdraw', pledgeId }),
    ...change,
  };
}

/** Hands an intent in and waits for its answer. */
export async function outcomeOf(outbox: Outbox, intent = anIntent()): Promise<Outcome | undefined> {
  const { id } = await outbox.submit(intent);
  return outbox.outcome(id, PRINCIPAL.member, WAIT);
}

/** Waits until something is so. @throws Error when it has not come to be in time */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
