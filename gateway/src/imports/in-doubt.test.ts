/** An import is stored, or not, or only later, and the database's answer is lost. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Kysely } from 'kysely';
import { pino } from 'pino';
import { createMetrics } from '../metrics';
import { type Database, openDatabase } from '../outbox/database';
import { intentIdOf } from '../outbox/intent-id';
import { Outbox } from '../outbox/outbox';
import type { OutboxSchema } from '../outbox/schema';
import { StatementInDoubt } from '../outbox/statement-in-doubt';
import { OutboxStore } from '../outbox/store';
import { anIntent, PRINCIPAL } from '../outbox/testing/bench';
import { FaultyLedger } from '../outbox/testing/faulty-ledger';
import { ImportService } from './service';

const WAIT = 10_000;
const LATER_MS = 600;

let folder: string;
let database: Database;
let ledger: FaultyLedger;
let outbox: Outbox;
let store: OutboxStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onepledge-imports-'));
  const url = process.env['ONEPLEDGE_TEST_DATABASE_URL'];
  database = await openDatabase({ url, folder, gateway: randomUUID(), onLost: () => undefined });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  ledger = new FaultyLedger();
  store = new OutboxStore(database.kysely, randomUUID());
  const [limits, log] = [{ commands: 10, bytes: 1_000_000, maxTries: 4 }, pino({ level: 'silent' })];
  outbox = new Outbox({ store, ledger, limits, commitTimeout: 200, metrics: createMetrics(), log });
});

afterEach(async () => {
  await outbox.close(WAIT);
});

type Work = (within: unknown) => Promise<unknown>;
type Execute = (work: Work) => Promise<unknown>;

/** The database, the next of whose transactions goes as told. */
function losing(how: (execute: Execute, work: Work) => Promise<unknown>): Kysely<OutboxSchema> {
  let left = 1;
  return new Proxy(database.kysely, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown;
      if (name !== 'transaction' || left === 0)
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      left -= 1;
      const real = target.transaction();
      return () => ({ execute: (work: Work) => how((one) => real.execute(one), work) });
    },
  });
}

const anImport = () => {
  const { principal, bodyHash, route, requestId } = anIntent();
  const command = JSON.stringify({ type: 'receivable.cancel' });
  const lines = Array.from({ length: 25 }, (_, i) => ({ file: `${i}.xml`, command }));
  return { principal, idempotencyKey: randomUUID(), bodyHash, route, requestId, lines };
};

/** How often each line of an import was carried out. */
const carriedOut = ({ idempotencyKey, bodyHash, lines }: ReturnType<typeof anImport>) =>
  lines.map((_, n) => ledger.applied.get(intentIdOf(PRINCIPAL.member, idempotencyKey, `${bodyHash} ${n}`)));

const lost = new StatementInDoubt('the connection broke');

async function done(imports: ImportService, id: string): Promise<void> {
  for (const end = performance.now() + WAIT; performance.now() < end;) {
    if ((await imports.view(id, PRINCIPAL.member))?.status === 'DONE') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the import is not done');
}

describe('an import whose storing is in doubt', () => {
  test.each([
    [
      'was stored',
      async (execute: Execute, work: Work) => {
        await execute(work);
        throw lost;
      },
    ],
    [
      'is stored only after the answer was lost',
      (execute: Execute, work: Work) => {
        setTimeout(() => void execute(work), LATER_MS);
        return Promise.reject(lost);
      },
    ],
  ])('and that %s is carried out once, without another start', async (_, how) => {
    const imports = new ImportService(losing(how), store, outbox);
    const request = anImport();

    const { id } = await imports.submit(request);

    await done(imports, id);
    expect(carriedOut(request)).toEqual(request.lines.map(() => 1));
    // Asked for again under its key it is the same one.
    expect(await imports.submit({ ...request, lines: anImport().lines })).toMatchObject({ id, replayed: true });
    expect(ledger.applied.size).toBe(request.lines.length);
  });

  test('and that was not stored is carried out once when it comes again under its key', async () => {
    const imports = new ImportService(
      losing(() => Promise.reject(lost)),
      store,
      outbox,
    );
    const request = anImport();

    const first = await imports.submit(request);
    expect(await imports.view(first.id, PRINCIPAL.member)).toBeUndefined();
    const again = await imports.submit(request);

    expect(again.replayed).toBe(false);
    await done(imports, again.id);
    expect(carriedOut(request)).toEqual(request.lines.map(() => 1));
  });

  test('by nothing that one of its lines holds is refused as a whole', async () => {
    const imports = new ImportService(database.kysely, store, outbox);
    const { lines, ...request } = anImport();
    const detail = 'a\0b\ud83d';
    const bad = { file: 'bad', problem: { code: 'INVALID_INPUT' as const, detail, field: '\0\udc00' } };

    const { id } = await imports.submit({ ...request, lines: [bad, ...lines] });

    await done(imports, id);
    expect((await imports.viewOf(id)).lines[0]).toMatchObject({ outcome: 'REFUSED', detail: 'a\ufffdb\ufffd' });
  });

  test('by a fault that is none of a connection is refused', async () => {
    const imports = new ImportService(
      losing(() => Promise.reject(new Error('no space left'))),
      store,
      outbox,
    );
    await expect(imports.submit(anImport())).rejects.toMatchObject({ problem: { code: 'LEDGER_UNAVAILABLE' } });
  });
});
