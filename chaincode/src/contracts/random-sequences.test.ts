/** Random acts by random actors: the ledger accepts what an independent model accepts, and holds never-twice after every step. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CommandResult } from '../model/protocol';
import type { CertifiedIdentity } from '../domain/authority';
import { expectInvariants, tally } from '../testing/invariants';
import { Ledger } from '../testing/ledger';
import { commandOf, DOCUMENT_VALUE, identityOf, step, type Step } from '../testing/random-acts';
import { ReferenceModel, type Act, type Who } from '../testing/reference-model';
import { storedState } from '../testing/stored-state';

type Ids = { assets: string[]; pledges: string[] };

/** Whom an act needs, as the model stands. */
function rightActor({ act, asAgent, anybody }: Step, model: ReferenceModel): Who {
  const self = (party: number | undefined): Who => ({ member: 0, party, reader: false });
  const member = (bank: number): Who => ({ member: bank, party: undefined, reader: false });
  const holder = (asset: number): Who => (asAgent ? member(0) : self(model.assets[asset]?.creditor));
  switch (act.type) {
    case 'register':
      return asAgent ? member(0) : self(act.creditor);
    case 'confirm':
    case 'reject':
    case 'settle':
      return self(model.assets[act.asset]?.debtor);
    case 'cancel':
      return holder(act.asset);
    case 'propose':
      return anybody.party === undefined ? member(act.bank) : holder(act.asset);
    case 'accept':
    case 'withdraw': {
      const pledge = model.pledges[act.pledge];
      if (pledge === undefined) return anybody;
      return (act.type === 'accept') === pledge.byPledgor ? member(pledge.bank) : holder(pledge.asset);
    }
    case 'release':
      return member(model.pledges[act.pledge]?.bank ?? 0);
  }
}

/** Most proposals name the holder; the rest try another. */
function aimed({ act, right }: Step, model: ReferenceModel): Act {
  if (act.type !== 'propose' || !right) return act;
  return { ...act, pledgor: model.assets[act.asset]?.creditor ?? act.pledgor, bank: act.bank === 0 ? 1 : act.bank };
}

function remember(act: Act, result: CommandResult | undefined, ids: Ids): void {
  if (result?.ok !== true) return;
  const { id } = result.value as { id: string };
  if (act.type === 'register') ids.assets.push(id);
  if (act.type === 'propose') ids.pledges.push(id);
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));

/** The ledger's state in the model's terms. */
function expectSame(ledger: Ledger, model: ReferenceModel, ids: Ids): void {
  const { receivables, pledges, evidence } = storedState(ledger.world);
  expect(receivables).toHaveLength(model.assets.length);
  for (const [index, asset] of model.assets.entries()) {
    const stored = receivables.find(({ id }) => id === ids.assets[index]);
    expect(
      stored && [stored.value, stored.settled, stored.encumbrances.reduce((sum, { covers }) => sum + covers, 0n)],
    ).toEqual([asset.value, asset.paid, model.covered(index)]);
  }
  expect(pledges).toHaveLength(model.pledges.length);
  for (const [index, pledge] of model.pledges.entries()) {
    const stored = pledges.find(({ id }) => id === ids.pledges[index]);
    const state = stored?.status === 'PROPOSED' ? 'open' : stored?.status === 'ACTIVE' ? 'active' : 'ended';
    expect([stored?.covers, state]).toEqual([pledge.covers, pledge.state]);
  }
  const used = (amounts: Iterable<{ used: bigint }>) => [...amounts].reduce((sum, { used: one }) => sum + one, 0n);
  expect([evidence.length, used(evidence)]).toEqual([model.documents.size, used(model.documents.values())]);
}

async function play(
  steps: readonly Step[],
): Promise<Readonly<{ ledger: Ledger; done: readonly Done[]; counts: Map<string, number> }>> {
  const ledger = await Ledger.founded();
  const model = new ReferenceModel(DOCUMENT_VALUE);
  const ids: Ids = { assets: [], pledges: [] };
  const done: Done[] = [];
  const counts = new Map<string, number>();
  for (const [n, one] of steps.entries()) {
    const who = one.right ? rightActor(one, model) : one.anybody;
    const act = aimed(one, model);
    const command = commandOf(act, ids, n);
    const identity = identityOf(who);
    const before = storedState(ledger.world);
    const dump = ledger.world.dump();
    const [result] = await ledger.submit(identity, command);
    const expected = model.apply(who, act);
    if (result?.ok !== expected)
      throw new Error(`the model says ${expected} to ${json({ who, act })}, the ledger ${json(result)}`);
    if (!expected) expect(ledger.world.dump()).toEqual(dump);
    remember(act, result, ids);
    expectSame(ledger, model, ids);
    expectInvariants(ledger.world, before);
    done.push({ identity, command, result });
    tally(counts, act.type, expected);
  }
  return { ledger, done, counts };
}

type Done = Readonly<{
  identity: CertifiedIdentity;
  command: ReturnType<typeof commandOf>;
  result: CommandResult | undefined;
}>;

const outcome = (result: CommandResult | undefined) => (result?.ok === true ? 'ok' : result?.problem.code);

/** What transactions and times do not show in. */
function comparable(ledger: Ledger): string {
  return json(storedState(ledger.world));
}

// A failing sequence is shortened for so long, and then reported with its seed.
const LIMIT = { interruptAfterTimeLimit: 20_000 };

const SEQUENCE = fc.array(step, { minLength: 25, maxLength: 60 });

describe('random sequences', () => {
  test('are decided as the model decides, and hold every invariant after each step', async () => {
    await fc.assert(
      fc.asyncProperty(SEQUENCE, async (steps) => {
        await play(steps);
      }),
      { numRuns: 40, ...LIMIT },
    );
  });

  test('reach every act, accepted and refused', async () => {
    // Always the same sequences: whether chance reaches an act in a run must not decide whether the tests pass.
    const total = new Set<string>();
    for (const steps of fc.sample(SEQUENCE, { numRuns: 60, seed: 20261122 })) {
      const { counts } = await play(steps);
      for (const what of counts.keys()) total.add(what);
    }
    // A property over acts that are never accepted, or never refused, would show nothing.
    for (const type of [
      'register',
      'confirm',
      'reject',
      'settle',
      'cancel',
      'propose',
      'accept',
      'withdraw',
      'release',
    ]) {
      expect(total).toContain(`${type} accepted`);
      expect(total).toContain(`${type} refused`);
    }
  });

  test('have the same outcomes however their commands are grouped into transactions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 25, maxLength: 60 }),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        async (steps, cuts) => {
          const single = await play(steps);
          const grouped = await Ledger.founded();
          let group: Done[] = [];
          const send = async (): Promise<void> => {
            const [first] = group;
            if (first === undefined) return;
            const results = await grouped.submit(first.identity, ...group.map(({ command }) => command));
            expect(results.map(outcome)).toEqual(group.map(({ result }) => outcome(result)));
            group = [];
          };
          for (const [n, one] of single.done.entries()) {
            const last = group.at(-1);
            // A transaction has one signer.
            const other = last !== undefined && json(last.identity) !== json(one.identity);
            if (other || cuts[n] === true) await send();
            group.push(one);
          }
          await send();
          expect(comparable(grouped)).toBe(comparable(single.ledger));
        },
      ),
      { numRuns: 25, ...LIMIT },
    );
  });

  test('endorsed side by side and committed in one block keep every invariant', async () => {
    const codes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 40 }),
        fc.array(fc.array(step, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        async (steps, blocks) => {
          const { ledger } = await play(steps);
          for (const block of blocks) {
            const state = storedState(ledger.world);
            const ids = { assets: state.receivables.map(({ id }) => id), pledges: state.pledges.map(({ id }) => id) };
            const endorsed = [];
            for (const [n, { act, anybody }] of block.entries()) {
              const identity = identityOf(signer(act, anybody, state));
              endorsed.push(await ledger.endorse(identity, [commandOf(act, ids, 1000 + n)]));
            }
            for (const code of ledger.commit(...endorsed)) tally(codes, code, true);
            expectInvariants(ledger.world, state);
          }
        },
      ),
      { numRuns: 25, ...LIMIT },
    );
    expect([...codes.keys()].sort()).toEqual(['MVCC_READ_CONFLICT accepted', 'VALID accepted']);
  });
});

/** Whoever makes an act on what is stored likely to pass: what matters here is that several pass at once. */
function signer(act: Act, anybody: Who, state: ReturnType<typeof storedState>): Who {
  const party = (uscc: string | undefined): number | undefined => {
    return [0, 1, 2, 3].find((n) => identityOf({ member: 0, party: n, reader: false }).party === uscc);
  };
  if ('pledge' in act) {
    const pledge = state.pledges[act.pledge];
    const bank = { member: pledge?.pledgee.mspId === 'BankAMSP' ? 1 : 2, party: undefined, reader: false };
    const asBank = act.type === 'release' || (act.type === 'accept') === (pledge?.proposedBy === 'PLEDGOR');
    return asBank ? bank : { member: 0, party: undefined, reader: false };
  }
  if (act.type === 'confirm' || act.type === 'reject' || act.type === 'settle') {
    return { member: 0, party: party(state.receivables[act.asset]?.debtor.uscc), reader: false };
  }
  return anybody.party === undefined ? { member: 0, party: undefined, reader: false } : anybody;
}
