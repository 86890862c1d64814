/** Acting as someone else: whoever has not signed is not bound. never-twice 8. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PledgeView, ReceivableView } from '../../model/view';
import { pledged, registered } from '../../testing/beginnings';
import {
  acceptance,
  anAct,
  anInvoice,
  aParty,
  aProposal,
  aReceivable,
  BANK_A,
  BANK_B,
  bankA,
  bankB,
  BUYER,
  buyer,
  cancel,
  cny,
  confirm,
  FOUNDER,
  memberOf,
  OTHER_BUYER,
  partyAt,
  platform,
  PLATFORM,
  release,
  settle,
  SUPPLIER,
  supplier,
  withdrawal,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('acting as someone else', () => {
  test("a debtor's confirmation needs the debtor's own identity", async () => {
    const { id } = await registered(ledger);
    const pretenders = [
      supplier,
      platform,
      bankA,
      partyAt(BUYER, BANK_A),
      partyAt(OTHER_BUYER),
      memberOf(PLATFORM, 'admin'),
    ];
    for (const identity of pretenders) {
      for (const act of [confirm(id), settle(id, '1000.00')]) {
        expect(['FORBIDDEN', 'NOT_FOUND']).toContain((await ledger.refusal(identity, act)).code);
      }
    }
    expect(await ledger.ok<ReceivableView>(buyer, confirm(id))).toMatchObject({ confirmed: true });
  });

  test('a certificate of another member with a code of a party gets nowhere', async () => {
    const { assetId, id } = await pledged(ledger, { covers: cny('100.00') });
    const forged = partyAt(SUPPLIER, BANK_B);
    for (const act of [aReceivable(), aProposal(assetId, { covers: cny('1.00') }), cancel(assetId), withdrawal(id)]) {
      expect((await ledger.refusal(forged, act)).code).toBe('FORBIDDEN');
    }
    expect((await ledger.unreadable(forged, { type: 'receivable.get', id: assetId })).code).toBe('FORBIDDEN');
  });

  test("a code with the country before it is the same party's", async () => {
    const { id } = await registered(ledger);
    const prefixed = { uscc: `CN${BUYER.uscc}` };
    expect(await ledger.ok<ReceivableView>(partyAt(prefixed), confirm(id))).toMatchObject({ confirmed: true });
    expect((await ledger.refusal(partyAt(prefixed, BANK_A), settle(id, '1.00'))).code).toBe('FORBIDDEN');
    const oneself = aReceivable({ debtor: { uscc: `CN${SUPPLIER.uscc}`, name: 'Another' } });
    expect(await ledger.refusal(platform, oneself)).toMatchObject({ code: 'INVALID_INPUT', field: 'debtor.uscc' });
  });

  test('a bank does not become a party of the registrar by being named in a receivable', async () => {
    const bank = { uscc: BANK_B.uscc, name: 'Bank B' };
    const { id } = await ledger.ok<ReceivableView>(platform, aReceivable({ debtor: bank }));
    expect((await ledger.refusal(partyAt(bank, PLATFORM), confirm(id))).code).toBe('FORBIDDEN');
    expect((await ledger.refusal(platform, aReceivable({ creditor: bank }))).code).toBe('FORBIDDEN');
    expect(await ledger.ok<ReceivableView>(partyAt(bank, BANK_B), confirm(id))).toMatchObject({ confirmed: true });
  });

  test('a company that becomes a member after others named it signs for itself, and the registrar no more', async () => {
    const { id } = await registered(ledger);
    const owed = await ledger.ok<ReceivableView>(
      platform,
      aReceivable({ creditor: BUYER, debtor: OTHER_BUYER, evidence: [anInvoice({ issuer: BUYER.uscc })] }),
    );
    const member = { ...BANK_A, mspId: 'NewMSP', name: 'new', uscc: BUYER.uscc, kinds: ['WAREHOUSE' as const] };
    await ledger.ok(FOUNDER, anAct('member.enrol', { members: [member] }));
    for (const act of [confirm(id), settle(id, '1000.00')])
      expect((await ledger.refusal(buyer, act)).code).toBe('FORBIDDEN');
    expect((await ledger.refusal(platform, cancel(owed.id))).code).toBe('FORBIDDEN');
    expect(await ledger.ok<ReceivableView>(partyAt(BUYER, member), confirm(id))).toMatchObject({ confirmed: true });
    expect(await ledger.ok<ReceivableView>(memberOf(member), cancel(owed.id))).toMatchObject({ status: 'CANCELLED' });
  });

  test.each(['auditor', 'regulator'] as const)('a debtor with the role %s only reads', async (role) => {
    const { id } = await registered(ledger);
    for (const act of [confirm(id), settle(id, '1000.00')]) {
      expect((await ledger.refusal(partyAt(BUYER, PLATFORM, role), act)).code).toBe('FORBIDDEN');
    }
  });

  test('only the pledgee itself releases', async () => {
    const { id } = await pledged(ledger);
    const atBank = aParty(51);
    await ledger.ok(platform, anAct('party.register', { party: atBank, home: BANK_A.mspId }));
    for (const identity of [supplier, platform, bankB, buyer, partyAt(atBank, BANK_A), memberOf(BANK_A, 'auditor')]) {
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain((await ledger.refusal(identity, release(id))).code);
    }
  });

  test('nobody accepts his own proposal, for the pledgor or for the pledgee', async () => {
    const { id } = await registered(ledger);
    const offered = await ledger.ok<PledgeView>(supplier, aProposal(id));
    const wanted = await ledger.ok<PledgeView>(bankA, aProposal(id));
    for (const identity of [supplier, platform]) {
      expect((await ledger.refusal(identity, acceptance(offered.id))).code).toBe('FORBIDDEN');
    }
    expect((await ledger.refusal(bankA, acceptance(wanted.id))).code).toBe('FORBIDDEN');
  });

  test('a bank does not sign for a pledgor that lives at the bank', async () => {
    const atBank = aParty(52);
    await ledger.ok(platform, anAct('party.register', { party: atBank, home: BANK_A.mspId }));
    const { id } = await ledger.ok<ReceivableView>(bankA, aReceivable({ creditor: atBank }));
    const proposal = await ledger.ok<PledgeView>(bankA, aProposal(id, { pledgor: { uscc: atBank.uscc } }));
    expect((await ledger.refusal(bankA, acceptance(proposal.id))).code).toBe('FORBIDDEN');
    await ledger.ok(partyAt(atBank, BANK_A), acceptance(proposal.id));
  });
});
