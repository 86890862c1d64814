/** A proposal accepted after it lapsed, was withdrawn, or the asset was disputed. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Member } from '../../model/member';
import type { PledgeView, ReceivableView } from '../../model/view';
import { registered } from '../../testing/beginnings';
import {
  acceptance,
  anAct,
  aProposal,
  aReceivable,
  BANK_A,
  bankA,
  buyer,
  FOUNDER,
  platform,
  supplier,
  withdrawal,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';
import { storedState } from '../../testing/stored-state';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('a proposal accepted too late', () => {
  test('lapses after thirty days, to the millisecond', async () => {
    const { id } = await registered(ledger);
    const { id: pledgeId, lapsesAt } = await ledger.ok<PledgeView>(supplier, aProposal(id));
    expect(lapsesAt).toBe('2026-12-22T04:00:00.000Z');
    ledger.now = lapsesAt;
    expect((await ledger.refusal(bankA, acceptance(pledgeId))).code).toBe('INVALID_STATE');
    expect(await ledger.read(bankA, { type: 'pledge.get', id: pledgeId })).toMatchObject({ status: 'LAPSED' });
    ledger.now = '2026-12-22T03:59:59.999Z';
    expect(await ledger.ok<PledgeView>(bankA, acceptance(pledgeId))).toMatchObject({ status: 'ACTIVE' });
  });

  test.each([
    ['the maturity of the debt', { maturity: '2026-11-25' }, '2026-11-24T16:00:00.000Z'],
    ['the due date of the receivable', {}, '2026-11-27T16:00:00.000Z'],
  ])('lapses with %s', async (_, change, lapsesAt) => {
    const { id } = await ledger.ok<ReceivableView>(platform, aReceivable({ dueDate: '2026-11-28' }));
    expect(await ledger.ok<PledgeView>(supplier, aProposal(id, change))).toMatchObject({ lapsesAt });
  });

  test('or by who may hold no claims any more is refused', async () => {
    const { id } = await registered(ledger);
    const offered = await ledger.ok<PledgeView>(supplier, aProposal(id));
    const asked = await ledger.ok<PledgeView>(bankA, aProposal(id));
    const enrol = (kinds: Member['kinds']) => anAct('member.enrol', { members: [{ ...BANK_A, kinds }] });
    await ledger.ok(FOUNDER, enrol(['AUDITOR']));
    expect((await ledger.refusal(bankA, acceptance(offered.id))).code).toBe('INVALID_STATE');
    expect((await ledger.refusal(supplier, acceptance(asked.id))).code).toBe('INVALID_STATE');
    await ledger.ok(FOUNDER, enrol(BANK_A.kinds));
    expect(await ledger.ok<PledgeView>(bankA, acceptance(offered.id))).toMatchObject({ status: 'ACTIVE' });
  });

  test('or after it was withdrawn, or the asset was disputed, is refused', async () => {
    const { id } = await registered(ledger);
    const gone = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(supplier, withdrawal(gone.id));
    expect((await ledger.refusal(bankA, acceptance(gone.id))).code).toBe('INVALID_STATE');
    const open = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(buyer, anAct('receivable.confirm', { receivableId: id, decision: 'REJECT' }));
    expect((await ledger.refusal(bankA, acceptance(open.id))).code).toBe('FROZEN');
    expect((await ledger.refusal(supplier, aProposal(id))).code).toBe('FROZEN');
  });

  test('or withdrawn at the instant of its acceptance is committed once', async () => {
    const { id } = await registered(ledger);
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
    const withdrawn = await ledger.endorse(supplier, [withdrawal(proposal.id)]);
    const accepted = await ledger.endorse(bankA, [acceptance(proposal.id)]);
    expect(ledger.commit(withdrawn, accepted)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(storedState(ledger.world).receivables[0]?.encumbrances).toEqual([]);
  });

  test('by what was endorsed in time and is ordered late is refused once the proposer has taken it back', async () => {
    const { id } = await registered(ledger);
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
    const kept = await ledger.endorse(bankA, [acceptance(proposal.id)]);
    ledger.now = proposal.lapsesAt;
    await ledger.ok(supplier, withdrawal(proposal.id));
    expect(ledger.commit(kept)).toEqual(['MVCC_READ_CONFLICT']);
  });

  test('on a receivable that fell due is refused', async () => {
    const { id } = await ledger.ok<ReceivableView>(platform, aReceivable({ dueDate: '2026-11-22' }));
    expect((await ledger.refusal(supplier, aProposal(id))).code).toBe('INVALID_STATE');
  });
});
