/** A command's way to its one answer: alone, in a group, in a race, and where others do not let it through. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Command } from '@onepledge/chaincode/model';
import { EndorsementRefused, EndorsersMissing, IdentityRefused } from '../ledger/errors';
import type { NewIntent } from './intent';
import { anIntent, eventually, OutboxBench, outcomeOf, PRINCIPAL, WAIT } from './testing/bench';
import { createMetrics } from '../metrics';
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

describe('a command', () => {
  test('is committed once and answered with its block', async () => {
    const outbox = await bench.start(ledger);
    const intent = anIntent();

    const outcome = await outcomeOf(outbox, intent);

    expect(outcome).toMatchObject({ state: 'COMMITTED', value: { id: `made-by-${intent.id}` }, block: '1' });
    expect(ledger.applied.get(intent.id)).toBe(1);
  });

  test('waits, by the metrics, from its beginning until its end is stored', async () => {
    const metrics = createMetrics();
    const oldest = async (): Promise<number> => (await metrics.oldest.get()).values[0]?.value ?? NaN;
    const outbox = await bench.start(ledger, undefined, undefined, metrics);
    const seen: Promise<number>[] = [];
    ledger.onStage(() => seen.push(oldest()));
    const begun = Date.now() / 1000;

    await outcomeOf(outbox);

    const times = await Promise.all(seen);
    expect(times.length).toBeGreaterThan(0);
    for (const time of times) expect(time).toBeGreaterThanOrEqual(begun);
    await eventually(async () => (await oldest()) === 0);
  });

  test('that was endorsed only at a second try leaves no transaction open', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('endorse', 'LOST_BEFORE', 'LOST_BEFORE', new EndorsementRefused('CONTRACT', 'no'));

    expect(await outcomeOf(outbox)).toMatchObject({ state: 'FAILED' });
    expect(await outcomeOf(outbox)).toMatchObject({ state: 'COMMITTED' });

    await eventually(async () => (await bench.store.openTransactions()).length === 0);
  });

  test('that no database can hold is refused by itself, and not what comes with it', async () => {
    const outbox = await bench.start(ledger);
    const bad = (text: string): NewIntent => {
      const { command = '', ...intent } = anIntent();
      return { ...intent, command: JSON.stringify({ ...(JSON.parse(command) as Command), reason: text }) };
    };
    const all = [anIntent(), bad('a\0'), anIntent(), bad('\ud83d'), anIntent()];

    const ends = await Promise.allSettled(all.map((intent) => outcomeOf(outbox, intent)));

    const refused = { status: 'rejected', reason: { problem: { code: 'INVALID_INPUT' } } };
    const done = { status: 'fulfilled', value: { state: 'COMMITTED' } };
    expect(ends).toMatchObject([done, refused, done, refused, done]);
  });

  test('whose answer quotes what no database can hold ends, and so do those beside it', async () => {
    const outbox = await bench.start(ledger);
    const bad = anIntent();
    ledger.refuse(bad.id, 'a\0b\ud83d');

    const ends = await Promise.all([anIntent(), bad, anIntent()].map((intent) => outcomeOf(outbox, intent)));

    expect(ends.map((end) => end?.state)).toEqual(['COMMITTED', 'FAILED', 'COMMITTED']);
    await eventually(async () => (await bench.store.pendingIntents()).length === 0);
    const stored = await bench.store.intent(bad.id, PRINCIPAL.member);
    expect(stored?.outcome).toMatchObject({ problem: { detail: 'a\ufffdb\ufffd' } });
  });

  test('that the contract refuses is answered from the endorsement, and nothing is submitted', async () => {
    const outbox = await bench.start(ledger);
    const intent = anIntent();
    ledger.refuse(intent.id, 'it lapsed');
    const stages: string[] = [];
    ledger.onStage((stage) => stages.push(stage));

    const outcome = await outcomeOf(outbox, intent);

    expect(outcome).toEqual({ state: 'FAILED', problem: { code: 'INVALID_STATE', detail: 'it lapsed' } });
    expect(stages).toEqual(['endorse']);
  });

  test('keeps its answer for ever: a refusal is not decided again after a restart', async () => {
    const intent = anIntent();
    ledger.refuse(intent.id, 'it lapsed');
    const first = await outcomeOf(await bench.start(ledger), intent);

    const later = new FaultyLedger();
    const restarted = await bench.start(later);
    const again = await restarted.submit(anIntent({ idempotencyKey: intent.idempotencyKey ?? '' }));

    expect(again).toMatchObject({ id: intent.id, replayed: true });
    expect(await restarted.outcome(again.id, PRINCIPAL.member, WAIT)).toEqual(first);
    expect(later.groups).toEqual([]);
  });
});

describe('an idempotency key', () => {
  test('used twice at the same instant leads to one command and one answer', async () => {
    const outbox = await bench.start(ledger);
    const first = anIntent();
    const second = anIntent({ idempotencyKey: first.idempotencyKey ?? '' });

    const outcomes = await Promise.all([outcomeOf(outbox, first), outcomeOf(outbox, second)]);

    expect(outcomes[0]).toEqual(outcomes[1]);
    expect([...ledger.applied.values()]).toEqual([1]);
  });

  test('used for another body is refused', async () => {
    const outbox = await bench.start(ledger);
    const first = anIntent();
    await outbox.submit(first);

    const reuse = outbox.submit(anIntent({ idempotencyKey: first.idempotencyKey ?? '', bodyHash: 'other' }));

    await expect(reuse).rejects.toMatchObject({ problem: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  test('of one member says nothing about the same key of another', async () => {
    const outbox = await bench.start(ledger);
    const first = anIntent();
    await outbox.submit(first);

    const other = anIntent({
      idempotencyKey: first.idempotencyKey ?? '',
      principal: { ...PRINCIPAL, member: 'bank-a' },
    });

    expect(await outbox.submit(other)).toMatchObject({ id: other.id, replayed: false });
  });
});

describe('commands that arrive together', () => {
  test('go out in few transactions, each with its own answer', async () => {
    const outbox = await bench.start(ledger);
    const intents = Array.from({ length: 50 }, () => anIntent());
    const refused = intents[7] ?? anIntent();
    ledger.refuse(refused.id, 'not this one');

    const outcomes = await Promise.all(intents.map((intent) => outcomeOf(outbox, intent)));

    expect(ledger.groups.length).toBeLessThan(10);
    expect(ledger.applied.size).toBe(49);
    for (const [i, outcome] of outcomes.entries()) {
      expect(outcome?.state).toBe(intents[i]?.id === refused.id ? 'FAILED' : 'COMMITTED');
    }
  });

  test('are halved where they lose again, so that one hot asset holds nobody up', async () => {
    const outbox = await bench.start(ledger, { commands: 200, bytes: 1_000_000, maxTries: 10 });
    const intents = Array.from({ length: 16 }, () => anIntent());
    const hot = intents[5] ?? anIntent();
    ledger.alwaysConflict(hot.id);

    const outcomes = await Promise.all(intents.map((intent) => outcomeOf(outbox, intent)));

    expect(outcomes.filter((outcome) => outcome?.state === 'COMMITTED')).toHaveLength(15);
    expect(outcomes[5]).toMatchObject({ state: 'FAILED', problem: { code: 'CONFLICT' } });
    expect([...ledger.applied.values()].every((times) => times === 1)).toBe(true);
  });

  test('that are too large as a whole are tried in halves, down to the one that is to blame', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('endorse', new EndorsementRefused('TOO_LARGE', 'larger than max'));

    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcomeOf(outbox)));

    expect(outcomes.every((outcome) => outcome?.state === 'COMMITTED')).toBe(true);
    expect(ledger.groups.every((size) => size <= 4)).toBe(true);
  });
});

describe('a race', () => {
  test('that is lost is run again with a new transaction, also where the winner has become a claimant', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('submit', 'CONFLICT', 'NEW_CLAIMANT');
    const intent = anIntent();

    expect(await outcomeOf(outbox, intent)).toMatchObject({ state: 'COMMITTED', block: '3' });
    expect(ledger.applied.get(intent.id)).toBe(1);
  });

  test('that is lost too often ends as CONFLICT, with nothing written', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('submit', 'CONFLICT', 'CONFLICT', 'CONFLICT', 'CONFLICT');
    const intent = anIntent();

    expect(await outcomeOf(outbox, intent)).toMatchObject({ state: 'FAILED', problem: { code: 'CONFLICT' } });
    expect(ledger.applied.size).toBe(0);
  });
});

describe('a claimant whose peer is away', () => {
  const commandOf = (intent: NewIntent): Command => JSON.parse(intent.command ?? '') as Command;

  /** Some commands, of which these are on assets of bank-a. */
  function someHeld(held: readonly number[]): readonly NewIntent[] {
    const intents = Array.from({ length: 12 }, () => anIntent());
    for (const index of held) ledger.claim(commandOf(intents[index] ?? anIntent()), 'bank-a');
    return intents;
  }

  test('holds up only what is on assets that it has claims on, and that is told after some seconds', async () => {
    const outbox = await bench.start(ledger);
    ledger.away.add('bank-a');
    const intents = someHeld([3, 7]);
    const begun = performance.now();
    const answered: number[] = [];

    const outcomes = await Promise.all(
      intents.map(async (intent, index) => {
        const outcome = await outcomeOf(outbox, intent);
        if (performance.now() - begun < 4000) answered.push(index);
        return outcome;
      }),
    );

    expect(answered.sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10, 11]);
    for (const index of [3, 7]) {
      expect(outcomes[index]).toMatchObject({ state: 'FAILED', problem: { code: 'CLAIMANT_UNAVAILABLE' } });
      expect(outcomes[index]).toHaveProperty('problem.detail', expect.stringContaining('bank-a'));
    }
    expect(outcomes.filter((outcome) => outcome?.state === 'COMMITTED')).toHaveLength(10);
    expect(ledger.applied.size).toBe(10);
  });

  test('and comes back in time is asked again, in the order in which the commands came', async () => {
    const outbox = await bench.start(ledger);
    ledger.away.add('bank-a');
    const [first] = someHeld([0]);
    const intents = [
      first ?? anIntent(),
      anIntent({ command: JSON.stringify({ ...commandOf(first ?? anIntent()), id: 'later' }) }),
    ];

    const outcomes = intents.map((intent) => outcomeOf(outbox, intent));
    const other = await outcomeOf(outbox);
    ledger.away.clear();

    expect(other).toMatchObject({ state: 'COMMITTED', block: '1' });
    expect(await Promise.all(outcomes)).toMatchObject([
      { state: 'COMMITTED', block: '2' },
      { state: 'COMMITTED', block: '3' },
    ]);
  });

  test('is no matter for commands on assets of nobody: they wait for the network as ever', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('endorse', new EndorsersMissing('no combination of peers'), new EndorsersMissing('too few'));

    expect(await outcomeOf(outbox)).toMatchObject({ state: 'COMMITTED' });
  });
});

describe('a signer whom the ledger lets in no more', () => {
  const refusal = new IdentityRefused('the certificate was revoked');
  const forbidden = { code: 'FORBIDDEN', detail: 'the certificate was revoked; nothing was written' };

  test('is told so after one more try, which its new certificate may pass', async () => {
    const outbox = await bench.start(ledger);
    ledger.plan('endorse', refusal);
    expect(await outcomeOf(outbox)).toMatchObject({ state: 'COMMITTED' });

    ledger.plan('endorse', refusal, refusal);
    expect(await outcomeOf(outbox)).toEqual({ state: 'FAILED', problem: forbidden });
  });

  test('between endorsement and order has done nothing, and is told so', async () => {
    const outbox = await bench.start(ledger);
    const intent = anIntent();
    ledger.plan('submit', refusal, refusal).plan('status', refusal, refusal);

    expect(await outcomeOf(outbox, intent)).toEqual({ state: 'FAILED', problem: forbidden });
    expect(ledger.applied.size).toBe(0);
  });

  test('right after the order has done what it asked for, though nobody takes the same again', async () => {
    const outbox = await bench.start(ledger);
    const intent = anIntent();
    ledger.plan('submit', 'LOST_AFTER', refusal).plan('status', 'LOST_BEFORE');

    expect(await outcomeOf(outbox, intent)).toMatchObject({ state: 'COMMITTED' });
    expect([...ledger.applied]).toEqual([[intent.id, 1]]);
  });

  test('by the peer alone is asked for as long as orderers may take the transaction', async () => {
    const outbox = await bench.start(ledger);
    const intent = anIntent();
    ledger.plan('submit', 'LOST_BEFORE').plan('status', refusal);

    expect(await outcomeOf(outbox, intent)).toMatchObject({ state: 'COMMITTED' });
  });
});
