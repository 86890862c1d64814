import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { createMetrics } from '../../metrics';
import { type Database, openDatabase } from '../database';
import { Outbox } from '../outbox';
import { OutboxStore } from '../store';
import { anIntent, PRINCIPAL } from '../testing/bench';
import { FaultyLedger } from '../testing/faulty-ledger';
import { UnreliableNetwork } from '../testing/unreliable-network';
import { NameLock, NameTaken } from './name-lock';

const server = process.env['ONEPLEDGE_TEST_DATABASE_URL'] ?? '';
const onServer = server === '' ? describe.skip : describe;
const WAIT = 20_000;
const never = (): void => undefined;

/** A database of its own, dropped at the end. */
async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

onServer('PostgreSQL (npm run test:postgres; skipped without ONEPLEDGE_TEST_DATABASE_URL)', () => {
  const name = `onepledge_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server === '' ? 'postgres://none' : server);
  url.pathname = `/${name}`;
  let network: UnreliableNetwork;
  const opened: Database[] = [];

  async function open(
    gateway = randomUUID(),
    parameters = '',
    onLost: (error: Error) => void = never,
  ): Promise<Database> {
    const database = await openDatabase({ url: `${network.url}${parameters}`, folder: '', gateway, onLost });
    opened.push(database);
    return database;
  }

  beforeAll(async () => {
    await administer(`create database ${name}`);
  });

  beforeEach(async () => {
    network = await UnreliableNetwork.to(url.toString());
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await network.close();
  });

  afterAll(async () => {
    await administer(`drop database ${name} with (force)`);
  });

  test('gateways that start at once on an empty database migrate it once', async () => {
    const databases = await Promise.all(Array.from({ length: 6 }, () => open()));

    const versions = await databases[0]?.kysely.selectFrom('schema_version').selectAll().execute();

    expect(versions?.map(({ version }) => version)).toEqual([1, 2, 3]);
    await Promise.all(databases.map((database) => new OutboxStore(database.kysely, 'any').ping()));
  });

  test('the same keys in opposite orders through two gateways are stored once, and nobody is refused', async () => {
    const stores = (await Promise.all([open(), open()])).map(({ kysely }) => new OutboxStore(kysely, randomUUID()));
    for (let round = 0; round < 20; round += 1) {
      const keys = Array.from({ length: 100 }, () => randomUUID());
      const batch = (inOrder: readonly string[]) => inOrder.map((idempotencyKey) => anIntent({ idempotencyKey }));

      const stored = await Promise.all([
        stores[0]?.insertIntents(batch(keys)),
        stores[1]?.insertIntents(batch(keys.toReversed())),
      ]);

      expect(stored.reduce((sum, ids) => sum + (ids?.size ?? 0), 0)).toBe(keys.length);
    }
  });

  test('a second gateway of a name is refused while the first one is there, and let in once it is gone', async () => {
    const first = await NameLock.take(network.url, 'twin', never);

    await expect(NameLock.take(network.url, 'twin', never, 300)).rejects.toThrow(NameTaken);
    await (await NameLock.take(network.url, 'another', never, 300)).close();
    await first.close();
    await (await NameLock.take(network.url, 'twin', never, 5_000)).close();
  });

  test('a gateway whose name is taken while it is cut off is told so', async () => {
    let lost: (error: Error) => void = never;
    const told = new Promise<Error>((resolve) => {
      lost = resolve;
    });
    const first = await NameLock.take(network.url, 'cut-off', lost, 300);
    network.cut();
    const second = await NameLock.take(url.toString(), 'cut-off', never, 5_000);
    network.mend();

    expect(await told).toBeInstanceOf(NameTaken);
    await Promise.all([first.close(), second.close()]);
  });

  test('a connection that breaks under statements fails them and not the process; the next ones are answered', async () => {
    const { kysely } = await open();
    const store = new OutboxStore(kysely, randomUUID());
    await Promise.all(Array.from({ length: 8 }, () => store.ping()));
    const slow = kysely.transaction().execute(async (within) => {
      await new OutboxStore(within, 'x').ping();
      network.cut();
      await new OutboxStore(within, 'x').ping();
    });

    await expect(slow).rejects.toThrow();
    await expect(store.ping()).rejects.toThrow();
    network.mend();
    await store.ping();
  });

  test('a network that swallows everything costs one deadline, and its connections are not used again', async () => {
    const { kysely } = await open(randomUUID(), '?query_timeout=300');
    const store = new OutboxStore(kysely, randomUUID());
    await Promise.all(Array.from({ length: 8 }, () => store.ping()));
    network.swallow();

    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => store.ping()));

    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
    network.mend();
    await Promise.all(Array.from({ length: 8 }, () => store.ping()));
  });

  test('requests that are under way when the database goes away are carried out once, when it is back', async () => {
    const { kysely } = await open();
    const store = new OutboxStore(kysely, randomUUID());
    const ledger = new FaultyLedger();
    const [limits, log] = [{ commands: 10, bytes: 1_000_000, maxTries: 4 }, pino({ level: 'silent' })];
    const outbox = new Outbox({ store, ledger, limits, commitTimeout: 200, metrics: createMetrics(), log });
    const intents = Array.from({ length: 60 }, () => anIntent());
    let calls = 0;
    ledger.onStage(() => {
      calls += 1;
      // In the middle of the work, and again when it is back.
      if (calls % 7 !== 3 || calls > 25) return;
      network.cut();
      setTimeout(() => {
        network.mend();
      }, 150);
    });
    await Promise.all(intents.map((intent) => outbox.submit(intent)));

    const outcomes = await Promise.all(intents.map(({ id }) => outbox.outcome(id, PRINCIPAL.member, WAIT)));

    expect(outcomes.map((outcome) => outcome?.state)).toEqual(intents.map(() => 'COMMITTED'));
    expect(intents.map(({ id }) => ledger.applied.get(id))).toEqual(intents.map(() => 1));
    await outbox.close(WAIT);
    expect(await store.pendingIntents()).toEqual([]);
    expect(await store.openTransactions()).toEqual([]);
  });
});
