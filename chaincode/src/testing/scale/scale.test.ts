import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CommandOf } from '../../model/command';
import type { Evidence } from '../../model/evidence';
import { partyKey, type Party } from '../../model/party';
import type { PartyRecord } from '../../domain/records';
import {
  aReceivable,
  anInvoice,
  bankA,
  BUYER,
  cny,
  NOW,
  OTHER_BUYER,
  OTHER_SUPPLIER,
  platform,
  SUPPLIER,
} from '../builders';
import { Chaos, type Choice } from './chaos';
import { assetIdAt, key } from './cross-channel';
import { expectUnique } from './invariants';
import { type Message, Partitions } from './registration';
import { Routing } from './routing';

const LATER = '2026-11-22T05:00:00.000Z';
const MINUTE_LATER = '2026-11-22T04:01:00.000Z';
const KEY = Buffer.alloc(32, 7);

const PARTIES = new Map(
  [SUPPLIER, BUYER, OTHER_SUPPLIER, OTHER_BUYER].map((party: Party): [string, PartyRecord] => {
    const at = partyKey(party.uscc);
    return [at, { ...party, key: at, home: platform.mspId, homeName: 'platform' }];
  }),
);

function partitions(channels: number): Partitions {
  return new Partitions(new Routing(channels, KEY), PARTIES);
}

type Registration = CommandOf<'receivable.register'>;

/** Documents that lie in as many different channels as there are of them. */
function scattered({ routing }: Partitions, count: number, amount = cny('500.00')): readonly Evidence[] {
  const found = new Map<number, Evidence>();
  while (found.size < count) {
    const document = anInvoice({ amount });
    found.set(routing.channelOf(document), document);
  }
  return [...found.values()];
}

function registrationOf(evidence: readonly Evidence[], change: Partial<Registration> = {}): Registration {
  return aReceivable({ amount: cny('1000.00'), evidence: [...evidence], ...change });
}

/** Has anybody end what is held, as members' gateways do from time to time. */
function recover(world: Partitions): void {
  const chaos = new Chaos(world, bankA, LATER);
  for (const { channel, reservation } of world.held()) chaos.begin(world.recovery(channel, reservation, bankA, LATER));
  chaos.drain();
}

function begin(chaos: Chaos, world: Partitions, command: Registration): void {
  chaos.begin(world.registration(command, platform, NOW));
}

describe('the channel of a document', () => {
  test('is the same under any issuer and kind, so that one channel knows both of its tokens', () => {
    const { routing } = partitions(16);
    const document = anInvoice({ number: 'INV-2026/001' });

    const channels = [document, { ...document, issuer: OTHER_SUPPLIER.uscc }, { ...document, number: ' inv 2026 001' }];

    expect(new Set(channels.map((one) => routing.channelOf(one))).size).toBe(1);
  });

  test('of many documents is spread over all channels alike', () => {
    const { routing } = partitions(16);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i += 1)
      counts[routing.channelOf(anInvoice())] = (counts[routing.channelOf(anInvoice())] ?? 0) + 1;

    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});

describe('an asset with documents in several channels', () => {
  test('is registered once, at its home, and its documents are used up', () => {
    const world = partitions(4);
    const documents = scattered(world, 2);
    const chaos = new Chaos(world, bankA, LATER);
    begin(chaos, world, registrationOf(documents));
    begin(chaos, world, registrationOf(documents));

    chaos.drain();

    expect(chaos.outcomes.map((outcome) => outcome?.ok).sort()).toEqual([false, true]);
    expectUnique(world, true);
    expect(world.held()).toEqual([]);
  });

  test('leaves nothing behind when its home refuses it', () => {
    const world = partitions(4);
    const documents = scattered(world, 3, cny('300.00'));
    const chaos = new Chaos(world, bankA, LATER);
    begin(chaos, world, registrationOf(documents));

    chaos.drain();

    expect(chaos.outcomes[0]).toMatchObject({ ok: false, error: { code: 'EVIDENCE_OVERDRAWN' } });
    for (const channel of world.channels) expect([...channel.all(key.evidence(''))]).toEqual([]);
  });

  test('that was abandoned cannot be registered any more, nor its documents be reserved for it by a late copy', () => {
    const world = partitions(4);
    const command = registrationOf(scattered(world, 2));
    const messages = [...sentBy(world, command)];
    const chaos = new Chaos(world, bankA, LATER);
    const [reserving, registering] = messages;
    if (reserving === undefined || registering === undefined) throw new Error('two messages');
    chaos.send(reserving);
    chaos.drain();

    recover(world);

    // Asked of peers that have not yet seen the reservation end.
    expect(chaos.send(registering, 1)).toMatchObject({ ok: false, error: { code: 'INVALID_STATE' } });
    expect(chaos.send(reserving)).toMatchObject({ ok: false, error: { code: 'INVALID_STATE' } });
    expectUnique(world, true);
  });

  test('is nobody else’s to abandon before its time', () => {
    const world = partitions(4);
    const command = registrationOf(scattered(world, 2));
    const chaos = new Chaos(world, bankA, LATER);
    const [reserving] = [...sentBy(world, command)];
    if (reserving === undefined) throw new Error('a message');
    chaos.send(reserving);
    chaos.drain();
    const [held] = world.held();
    if (held === undefined) throw new Error('held');
    const at = { channel: held.channel, key: key.reservation(held.reservation) };

    const early = world.abandoning(held.reservation.home, at, world.context(bankA, MINUTE_LATER));
    const own = world.abandoning(held.reservation.home, at, world.context(platform, MINUTE_LATER));

    expect(chaos.send(early)).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(chaos.send(own)).toMatchObject({ ok: true });
  });
});

/** The messages of a registration that meets no refusal. */
function* sentBy(world: Partitions, command: Registration): Generator<Message> {
  const flow = world.registration(command, platform, NOW);
  let step = flow.next();
  while (step.done !== true) {
    yield step.value;
    step = flow.next({ ok: true, value: undefined });
  }
}

const choice: fc.Arbitrary<Choice> = fc.record({
  act: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('step' as const, 'commit' as const) },
    { weight: 1, arbitrary: fc.constantFrom('lose' as const, 'repeat' as const, 'crash' as const) },
    { weight: 1, arbitrary: fc.constantFrom('abandon' as const, 'follow' as const) },
  ),
  which: fc.nat({ max: 1000 }),
  lag: fc.nat({ max: 6 }),
});

/** Registrations over the same few documents of 300.00, so that they meet: which ones, and how much of the last. */
const wishes = fc.array(
  fc.record({
    documents: fc.uniqueArray(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }),
    last: fc.integer({ min: 1, max: 300 }),
    buyer: fc.constantFrom(BUYER, BUYER, BUYER, OTHER_BUYER),
  }),
  { minLength: 3, maxLength: 6, size: 'max' },
);

describe('over several channels', () => {
  test('whatever is lost, repeated, overtaken or ends in the middle: no value counts twice, and none is held for nobody', () => {
    const ends = { registered: 0, abandoned: 0, crossed: 0 };
    fc.assert(
      fc.property(
        wishes,
        fc.array(choice, { minLength: 40, maxLength: 100, size: 'max' }),
        fc.boolean(),
        (wanted, choices, early) => {
          const world = partitions(3);
          const pool = [...scattered(world, 3, cny('300.00')), ...scattered(world, 2, cny('300.00'))];
          const chaos = new Chaos(world, bankA, LATER);
          for (const { documents, last, buyer } of wanted) {
            const evidence = documents.flatMap((index) => pool[index] ?? []);
            const amount = cny(`${(documents.length - 1) * 300 + last}.00`);
            begin(chaos, world, registrationOf(evidence, { amount, debtor: buyer }));
          }
          for (const one of choices) {
            chaos.choose(one);
            expectUnique(world, false);
          }
          // A gateway somewhere ends what is held, sometimes while late messages still arrive.
          if (early) recover(world);
          expectUnique(world, false);
          chaos.drain();
          recover(world);

          expectUnique(world, true);
          expect(world.held()).toEqual([]);
          for (const channel of world.channels) {
            for (const reservation of channel.all(key.reservation('')))
              ends[reservation.status === 'KEPT' ? 'crossed' : 'abandoned'] += 1;
            ends.registered += [...channel.all(key.receivable(''))].length;
          }
        },
      ),
      { numRuns: 300 },
    );
    // The property would hold of a world in which nothing happens.
    expect(Math.min(ends.registered, ends.abandoned, ends.crossed)).toBeGreaterThan(20);
  }, 120_000);

  test('of those who want the same documents at the same instant, exactly one gets them, in whatever order they come', () => {
    const order = fc.array(
      fc.record({ act: fc.constantFrom('step' as const, 'commit' as const), which: fc.nat(99), lag: fc.constant(0) }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 2, max: 3 }),
        order,
        (count, documents, choices) => {
          const world = partitions(4);
          const pool = scattered(world, documents);
          const chaos = new Chaos(world, bankA, LATER);
          for (let i = 0; i < count; i += 1) {
            const evidence = i % 2 === 0 ? pool : [...pool].reverse();
            begin(chaos, world, registrationOf(evidence, { amount: cny(`${500 * documents}.00`) }));
          }
          for (const one of choices) chaos.choose(one);
          chaos.drain();

          expect(chaos.outcomes.filter((outcome) => outcome?.ok === true)).toHaveLength(1);
          expectUnique(world, true);
          expect(world.held()).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  test('who states what is not so gets nowhere: another channel, another home, another value, no reservation', () => {
    const world = partitions(4);
    const documents = scattered(world, 2);
    const [evidence] = world.routing.inOrder(documents);
    if (evidence === undefined) throw new Error('a document');
    const command = registrationOf(documents);
    const home = world.routing.homeOf(documents);
    const elsewhere = world.routing.channelOf(evidence.evidence);
    const context = world.context(platform, NOW);
    const chaos = new Chaos(world, bankA, LATER);
    const request = { command, home, evidence: evidence.evidence, amount: 50_000n };

    const wrongChannel = chaos.send(world.reserving(home, request, context));
    const unreserved = chaos.send(world.registering(home, command, context));
    const wrongHome = chaos.send(world.registering(elsewhere, command, context));
    chaos.send(world.reserving(elsewhere, request, context));
    chaos.drain();
    const dearer = documents.map((one) => (one === evidence.evidence ? { ...one, amount: cny('9000.00') } : one));
    const overstated = chaos.send(world.registering(home, { ...command, evidence: dearer }, context));
    const more = chaos.send(world.registering(home, { ...command, amount: cny('1000.01') }, context));
    const undecided = chaos.send(
      world.following(
        elsewhere,
        key.reservation({
          mspId: platform.mspId,
          home,
          assetId: assetIdAt(home, platform.mspId, command.id),
          token: evidence.token,
        }),
      ),
    );

    expect(wrongChannel).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    expect(unreserved).toMatchObject({ ok: false, error: { code: 'INVALID_STATE' } });
    expect(wrongHome).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    expect(overstated).toMatchObject({ ok: false, error: { code: 'INVALID_EVIDENCE' } });
    expect(more).toMatchObject({ ok: false, error: { code: 'EVIDENCE_OVERDRAWN' } });
    expect(undecided).toMatchObject({ ok: false, error: { code: 'INVALID_STATE' } });
    expectUnique(world, false);
  });
});
