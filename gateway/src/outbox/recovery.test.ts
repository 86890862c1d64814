/** What comes of commands whose answers are lost, or whose gateway dies on the way. Every pair of such faults: every-fault.test.ts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { anIntent, eventually, OutboxBench, outcomeOf, PRINCIPAL, WAIT } from './testing/bench';
import { FaultyLedger } from './testing/faulty-ledger';

let bench: OutboxBench;
let ledger: FaultyLedger;

beforeAll(async () => {
  bench = await OutboxBench.open();
});

beforeEach(() => {
  ledger = new FaultyLedger();
});

afterEach(async () => {
  await bench.renew();
});

afterAll(async () => {
  await bench.close();
});

describe('an answer that is lost', () => {
  test.each([
    ['a submission that was not ordered', ['LOST_BEFORE']],
    ['a submission that was ordered all the same', ['LOST_AFTER']],
    ['several submissions, some ordered', ['LOST_BEFORE', 'LOST_AFTER', 'LOST_AFTER']],
  ] as const)('of %s: the command is written once', async (_name, faults) => {
    const outbox = await bench.start(ledger);
    ledger.plan('submit', ...faults).plan('status', 'LOST_BEFORE');
    const intent = anIntent();

    expect(await outcomeOf(outbox, intent)).toMatchObject({ state: 'COMMITTED' });
    expect(ledger.applied.get(intent.id)).toBe(1);
  });

  test('of an endorsement: the ledger is tried again until it is there', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('endorse', 'LOST_BEFORE', 'LOST_BEFORE');
    const intent = anIntent();

    expect(await outcomeOf(outbox, intent)).toMatchObject({ state: 'COMMITTED' });
    expect(ledger.applied.get(intent.id)).toBe(1);
  });

  test('a client that waits no longer learns the answer later, under the same key', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('endorse', 'LOST_BEFORE', 'LOST_BEFORE');
    const intent = anIntent();
    const { id } = await outbox.submit(intent);

    expect(await outbox.outcome(id, PRINCIPAL.member, 0)).toBeUndefined();
    const again = await outbox.submit(anIntent({ idempotencyKey: intent.idempotencyKey ?? '' }));
    expect(await outbox.outcome(again.id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
  });
});

describe('a gateway that dies', () => {
  test.each([
    ['before the endorsement', 'endorse', 'DIES_BEFORE'],
    ['after the envelope is stored, before it is submitted', 'submit', 'DIES_BEFORE'],
    ['after it was ordered, before it learns of it', 'submit', 'DIES_AFTER'],
    ['while it waits for the commit', 'status', 'DIES_BEFORE'],
  ] as const)('%s: the next one gives every command its one answer', async (_name, stage, fault) => {
    ledger.plan(stage, fault);
    const dying = await bench.start(ledger);
    const intents = Array.from({ length: 5 }, () => anIntent());
    let reached = false;
    ledger.onStage((at) => {
      reached ||= at === stage;
    });
    await Promise.all(intents.map((intent) => dying.submit(intent)));
    await eventually(() => reached);

    const next = await bench.start(ledger);
    const outcomes = await Promise.all(intents.map(({ id }) => next.outcome(id, PRINCIPAL.member, WAIT)));

    expect(outcomes.map((outcome) => outcome?.state)).toEqual(intents.map(() => 'COMMITTED'));
    expect(intents.map(({ id }) => ledger.applied.get(id))).toEqual(intents.map(() => 1));
    await eventually(async () => (await bench.store.pendingIntents()).length === 0);
    expect(await bench.store.openTransactions()).toEqual([]);
  });

  test('while one group commits and the next is begun: the next one carries out both, once', async () => {
    ledger.plan('submit', 'DIES_AFTER');
    const dying = await bench.start(ledger, { commands: 1, bytes: 1_000_000, maxTries: 4 });
    const intents = [anIntent(), anIntent()];
    await Promise.all(intents.map((intent) => dying.submit(intent)));
    // The first waits for its commit with its envelope stored; the second has an id, and nobody was asked to endorse it.
    const begun = async (): Promise<readonly boolean[]> =>
      (await bench.store.openTransactions()).map(({ envelope }) => envelope !== undefined);
    await eventually(async () => (await begun()).length === 2);
    expect(await begun()).toEqual([true, false]);
    expect(ledger.groups).toEqual([1]);

    const next = await bench.start(ledger);

    for (const { id } of intents) {
      expect(await next.outcome(id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
      expect(ledger.applied.get(id)).toBe(1);
    }
    await eventually(async () => (await begun()).length === 0);
  });

  test('in the middle of a lost race: the next one runs it again, once', async () => {
    ledger.plan('submit', 'CONFLICT').plan('endorse', 'NONE', 'DIES_BEFORE');
    let endorsements = 0;
    ledger.onStage((stage) => {
      if (stage === 'endorse') endorsements += 1;
    });
    const dying = await bench.start(ledger);
    const intent = anIntent();
    await dying.submit(intent);
    await eventually(() => endorsements === 2);

    const next = await bench.start(ledger);

    expect(await next.outcome(intent.id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
    expect(ledger.applied.get(intent.id)).toBe(1);
  });
});
