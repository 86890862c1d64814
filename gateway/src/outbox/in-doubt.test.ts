/** The database carries a statement out, and its answer is lost. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createMetrics } from '../metrics';
import { type Database, openDatabase } from './database';
import { Outbox } from './outbox';
import { StatementInDoubt } from './statement-in-doubt';
import { OutboxStore } from './store';
import { anIntent, PRINCIPAL } from './testing/bench';
import { FaultyLedger } from './testing/faulty-ledger';

const WAIT = 10_000;

/** The next statement of each kind is done, or not, and no answer comes. */
class LosesAnswers extends OutboxStore {
  done = true;
  inserts = 1;
  reads = 1;
  /** Looks under keys that are lost. */
  lookups = 0;

  override async insertIntents(...args: Parameters<OutboxStore['insertIntents']>): Promise<ReadonlySet<string>> {
    if (this.inserts === 0) return super.insertIntents(...args);
    this.inserts -= 1;
    if (this.done) await super.insertIntents(...args);
    throw new StatementInDoubt('the connection broke');
  }

  override async intent(...args: Parameters<OutboxStore['intent']>): ReturnType<OutboxStore['intent']> {
    if (this.reads === 0) return super.intent(...args);
    this.reads -= 1;
    throw new StatementInDoubt('the connection broke');
  }

  override async intentsByKey(
    ...args: Parameters<OutboxStore['intentsByKey']>
  ): ReturnType<OutboxStore['intentsByKey']> {
    if (this.lookups === 0) return super.intentsByKey(...args);
    this.lookups -= 1;
    throw new StatementInDoubt('the connection broke');
  }
}

/** Commands go on only when it was looked for pending ones; what was found is told later. */
class LooksSlowly extends LosesAnswers {
  tell: () => void = () => undefined;
  readonly told = new Promise<void>((resolve) => {
    this.tell = resolve;
  });
  #look: () => void = () => undefined;
  readonly #looked = new Promise<void>((resolve) => {
    this.#look = resolve;
  });

  override async pendingIntents(): ReturnType<OutboxStore['pendingIntents']> {
    const pending = await super.pendingIntents();
    if (pending.length === 0) return pending;
    this.#look();
    await this.told;
    return pending;
  }

  override async beginTransaction(...args: Parameters<OutboxStore['beginTransaction']>): Promise<void> {
    await this.#looked;
    return super.beginTransaction(...args);
  }
}

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onepledge-in-doubt-'));
  const url = process.env['ONEPLEDGE_TEST_DATABASE_URL'];
  database = await openDatabase({ url, folder, gateway: randomUUID(), onLost: () => undefined });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

function outboxOn(store: OutboxStore, ledger: FaultyLedger): Outbox {
  const [limits, log] = [{ commands: 10, bytes: 1_000_000, maxTries: 4 }, pino({ level: 'silent' })];
  return new Outbox({ store, ledger, limits, commitTimeout: 200, metrics: createMetrics(), log });
}

describe('a request whose storing is in doubt', () => {
  test('is no error: it is carried out once and answered, when it was stored', async () => {
    const ledger = new FaultyLedger();
    const outbox = outboxOn(new LosesAnswers(database.kysely, randomUUID()), ledger);
    const intent = anIntent();

    const { id } = await outbox.submit(intent);

    expect(await outbox.outcome(id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
    expect([...ledger.applied]).toEqual([[intent.id, 1]]);
    await outbox.close(WAIT);
  });

  test('has no end when it was not stored, and is done once when it comes again under its key', async () => {
    const ledger = new FaultyLedger();
    const store = new LosesAnswers(database.kysely, randomUUID());
    store.done = false;
    const outbox = outboxOn(store, ledger);
    const intent = anIntent();

    const { id } = await outbox.submit(intent);

    expect(await outbox.outcome(id, PRINCIPAL.member, 500)).toBeUndefined();
    expect(await store.intent(id, PRINCIPAL.member)).toBeUndefined();
    // Whoever asks is told that it is pending, and nobody else of it.
    expect([PRINCIPAL.member, 'another'].map((member) => outbox.inDoubt(id, member))).toEqual([true, false]);
    const again = await outbox.submit(intent);
    expect(await outbox.outcome(again.id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
    expect([...ledger.applied]).toEqual([[intent.id, 1]]);
    await outbox.close(WAIT);
  });

  test('and comes again, and is done before what was looked for is read, is done once', async () => {
    const ledger = new FaultyLedger();
    const store = new LooksSlowly(database.kysely, randomUUID());
    store.done = false;
    store.reads = 0;
    const outbox = outboxOn(store, ledger);
    const intent = anIntent();
    await outbox.submit(intent);

    const { id } = await outbox.submit(intent);
    expect(await outbox.outcome(id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
    while (outbox.pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    store.tell();
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect([...ledger.applied]).toEqual([[intent.id, 1]]);
    await outbox.close(WAIT);
  });
});

describe('a key that came before', () => {
  test('and cannot be looked up is told so, and no other request of that moment', async () => {
    const store = new LosesAnswers(database.kysely, randomUUID());
    store.inserts = 0;
    store.reads = 0;
    const outbox = outboxOn(store, new FaultyLedger());
    const [earlier, fresh] = [anIntent(), anIntent()];
    await outbox.submit(earlier);
    store.lookups = 1;

    const [again, first] = await Promise.allSettled([outbox.submit(earlier), outbox.submit(fresh)]);

    expect(again).toMatchObject({ status: 'rejected', reason: { problem: { code: 'LEDGER_UNAVAILABLE' } } });
    expect(first).toMatchObject({ status: 'fulfilled', value: { id: fresh.id, replayed: false } });
    expect(await outbox.outcome(fresh.id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
    expect(await outbox.submit(earlier)).toMatchObject({ id: earlier.id, replayed: true });
    await outbox.close(WAIT);
  });
});
