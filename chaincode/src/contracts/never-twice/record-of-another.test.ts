/** Records that enough members have forged where no claim guards the key: honest peers must not go by what they say. never-twice 4 and 8. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { HistoryEntry, PledgeView, ReceivableView } from '../../model/view';
import type { Pledge, Receivable } from '../../domain/records';
import { key, type Key } from '../../ledger/key';
import { decodeStored, encodeStored, type StoredChange } from '../../ledger/stored';
import { UnitOfWork } from '../../ledger/unit-of-work';
import { pledged, registered } from '../../testing/beginnings';
import {
  acceptance,
  aProposal,
  auditor,
  BANK_B,
  bankA,
  bankB,
  buyer,
  cancel,
  confirm,
  DUE,
  release,
  settle,
  supplier,
  withdrawal,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

/** After what was done by the rules, as far as times tell. */
const LATER = '2026-11-22T05:00:00.000Z';

let forgeries = 0;
let ledger: Ledger;
/** Bank A's, on all of its asset. */
let held: PledgeView;

beforeEach(async () => {
  ledger = await Ledger.founded();
  held = await pledged(ledger);
});

async function recordOf<T>(at: Key<T>): Promise<T> {
  const work = new UnitOfWork(ledger.world.simulate('look'));
  await work.load([at]);
  const record = work.get(at);
  if (record === undefined) throw new Error('there is no such record');
  return record;
}

/** Writes under a key what its record never was, as a transaction that the rules have not seen. */
async function forge<T>(at: Key<T>, record: T, changes: readonly StoredChange[] = []): Promise<void> {
  forgeries += 1;
  const simulation = ledger.world.simulate(`forgery ${forgeries}`, LATER);
  await simulation.write([{ key: at.text, value: encodeStored(at.codec, { record, changes }) }]);
  expect(ledger.world.commit([simulation])).toEqual(['VALID']);
}

async function expectHeld(): Promise<void> {
  expect(await ledger.read<ReceivableView>(bankA, { type: 'receivable.get', id: held.assetId })).toMatchObject({
    free: { amount: '0.00' },
    claims: [{ id: held.id, pledgee: { mspId: bankA.mspId } }],
  });
  expect(await ledger.read<PledgeView>(bankA, { type: 'pledge.get', id: held.id })).toMatchObject({ status: 'ACTIVE' });
}

const ownPledge = (): Promise<Pledge> => recordOf(key.pledge(held.id));
const ownAsset = (): Promise<Receivable> => recordOf(key.receivable(held.assetId));
const pledgee = { mspId: BANK_B.mspId, member: BANK_B.name };

describe("a record under another key that says that it is a claimant's", () => {
  test.each([
    ['release', 'ACTIVE', release],
    ['withdrawal', 'PROPOSED', withdrawal],
  ] as const)('cannot end the claim by a %s', async (_act, status, act) => {
    const other = `${held.assetId}.0000000000000`;
    await forge(key.pledge(other), { ...(await ownPledge()), pledgee, status, proposedBy: 'PLEDGEE' });
    await expect(ledger.endorse(bankB, [act(other)])).rejects.toThrow('invariant broken');
    await expectHeld();
  });

  test('cannot make the claim that of another bank by an acceptance on another asset', async () => {
    const { id } = await registered(ledger);
    const offered = await ledger.ok<PledgeView>(supplier, aProposal(id, { pledgee: BANK_B.mspId }));
    await forge(key.pledge(offered.id), { ...(await recordOf(key.pledge(offered.id))), id: held.id });
    await expect(ledger.endorse(bankB, [acceptance(offered.id)])).rejects.toThrow('invariant broken');
    await expectHeld();
  });

  test.each([
    ['confirms', buyer, confirm],
    ['pays', buyer, (id: string) => settle(id, '1.00')],
    ['cancels', supplier, cancel],
  ] as const)('cannot free the pledged receivable when somebody %s it', async (_act, who, act) => {
    const { id } = await registered(ledger);
    await forge(key.receivable(id), { ...(await ownAsset()), encumbrances: [] });
    await expect(ledger.endorse(who, [act(id)])).rejects.toThrow('invariant broken');
    await expectHeld();
  });

  test('cannot have the claim paid off with the money of another asset', async () => {
    const { id } = await registered(ledger);
    const { encumbrances, lastRank } = await ownAsset();
    await forge(key.receivable(id), { ...(await recordOf(key.receivable(id))), encumbrances, lastRank });
    await expect(ledger.endorse(buyer, [settle(id, '1000.00')])).rejects.toThrow('invariant broken');
    await expectHeld();
  });
});

describe('a claim that its asset does not bear', () => {
  const other = (): string => `${held.assetId}.0000000000000`;

  beforeEach(async () => {
    await forge(key.pledge(other()), { ...(await ownPledge()), id: other(), pledgee });
  });

  test('is active to nobody, alone or among others', async () => {
    expect(await ledger.unreadable(bankB, { type: 'pledge.get', id: other() })).toMatchObject({
      code: 'INTERNAL_ERROR',
    });
    const [refused, answered] = await ledger.query(
      bankB,
      { type: 'pledge.get', id: other() },
      { type: 'party.get', uscc: held.pledgor.uscc },
    );
    expect([refused?.ok, answered?.ok]).toEqual([false, true]);
  });

  test('is released by nobody', async () => {
    await expect(ledger.endorse(bankB, [release(other())])).rejects.toThrow('invariant broken');
  });
});

test('a change that no command made stands in the history, also with the event of an earlier one', async () => {
  const { id } = await registered(ledger);
  const at = key.receivable(id);
  const { changes } = decodeStored(at.codec, ledger.world.value(at.text) ?? new Uint8Array());
  const record = await recordOf(at);
  await forge(at, { ...record, dueDate: '2030-01-01' });
  await forge(at, { ...record, dueDate: '2031-01-01' }, changes);
  await ledger.ok(buyer, confirm(id));

  const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(auditor, { type: 'asset.history', id });
  expect(items.map(({ event, changes: what }) => [event, what.find(({ field }) => field === 'dueDate')?.to])).toEqual([
    ['RECEIVABLE_REGISTERED', DUE],
    ['RECEIVABLE_CONFIRMED', undefined],
    ['UNEXPLAINED_CHANGE', '2030-01-01'],
    ['UNEXPLAINED_CHANGE', '2031-01-01'],
  ]);
});

test('what cannot even be read is left out of lists, and stands in the history for who sees everything', async () => {
  const { id } = await registered(ledger);
  const at = key.receivable(id);
  forgeries = 0;
  for (const value of ['{}', 'not JSON', '{"schema":1,"record":{"id":7}}']) {
    forgeries += 1;
    const simulation = ledger.world.simulate(`forgery ${forgeries}`, LATER);
    await simulation.write([{ key: at.text, value: Buffer.from(value) }]);
    ledger.world.commit([simulation]);
    const list = await ledger.read<{ items: readonly ReceivableView[] }>(auditor, { type: 'receivable.list' });
    expect(list.items.map((item) => item.id)).toEqual([held.assetId]);
    expect((await ledger.unreadable(supplier, { type: 'asset.history', id })).code).toBe('INTERNAL_ERROR');
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(auditor, { type: 'asset.history', id });
    expect(items[0]).toMatchObject({ event: 'RECEIVABLE_REGISTERED' });
    expect(items[1]).toMatchObject({ event: 'UNEXPLAINED_CHANGE' });
    expect(items[1]?.changes).toContainEqual({ field: 'dueDate', from: DUE });
    expect(items).toHaveLength(forgeries + 1);
  }
});

describe('a receivable that was changed before its first claim', () => {
  test('takes none where that claim would not be guarded', async () => {
    const { id } = await registered(ledger);
    const offered = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await forge(key.receivable(id), { ...(await recordOf(key.receivable(id))), lastRank: -1 });
    await expect(ledger.endorse(bankA, [acceptance(offered.id)])).rejects.toThrow('invariant broken');
  });

  test('takes none in another currency than its own', async () => {
    const { id } = await registered(ledger);
    const offered = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await forge(key.pledge(offered.id), { ...(await recordOf(key.pledge(offered.id))), currency: 'JPY' });
    await expect(ledger.endorse(bankA, [acceptance(offered.id)])).rejects.toThrow('invariant broken');
  });
});
