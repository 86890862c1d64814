/** The same value pledged a second time, in parts, or at the same instant. never-twice 2, 4 and 6. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PledgeView, ReceivableView } from '../../model/view';
import { pledged, registered } from '../../testing/beginnings';
import {
  acceptance,
  anInvoice,
  aProposal,
  aReceivable,
  BANK_A,
  BANK_B,
  bankA,
  bankB,
  buyer,
  cancel,
  cny,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  settle,
  supplier,
  WAREHOUSE,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('the same value pledged again', () => {
  test('to a second bank is refused when it is covered, and says how much is free', async () => {
    const { assetId } = await pledged(ledger);
    const problem = await ledger.refusal(supplier, aProposal(assetId, { pledgee: BANK_B.mspId }));
    expect(problem).toMatchObject({ code: 'ALREADY_ENCUMBERED', conflict: { assetId, free: cny('0.00') } });
  });

  test('to a bank that only asks for it is refused without an amount, a date or a currency of what it may not see', async () => {
    const { assetId } = await pledged(ledger, { covers: cny('600.00') });
    const asked = (change: Parameters<typeof aProposal>[1]) =>
      ledger.refusal(bankB, aProposal(assetId, { pledgee: BANK_B.mspId, ...change }));
    const tooMuch = await asked({ covers: cny('400.01') });
    expect(tooMuch).toMatchObject({ code: 'INSUFFICIENT_VALUE', field: 'covers' });
    expect(tooMuch.conflict).toEqual({ assetId });
    expect(tooMuch.detail).not.toMatch(/[0-9]/);
    const dollars = await asked({ covers: { currency: 'USD', amount: '1.00' } });
    expect(dollars).toMatchObject({ code: 'INVALID_INPUT', field: 'covers.currency' });
    expect(dollars.detail).not.toContain('CNY');
    // Who has a claim on it is told.
    const more = aProposal(assetId, { covers: cny('400.01') });
    expect(await ledger.refusal(bankA, more)).toMatchObject({ conflict: { assetId, free: cny('400.00') } });
    ledger.now = '2027-04-01T00:00:00.000Z';
    const late = await asked({ maturity: '2027-06-01' });
    expect(late.code).toBe('INVALID_STATE');
    expect(late.detail).not.toMatch(/[0-9]/);
  });

  test('to two banks at the same instant is committed once', async () => {
    const { id } = await registered(ledger);
    const one = await ledger.ok<PledgeView>(supplier, aProposal(id));
    const two = await ledger.ok<PledgeView>(supplier, aProposal(id, { pledgee: BANK_B.mspId }));
    const first = await ledger.endorse(bankA, [acceptance(one.id)]);
    const second = await ledger.endorse(bankB, [acceptance(two.id)]);
    expect(ledger.commit(first, second)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect((await ledger.refusal(bankB, acceptance(two.id))).code).toBe('ALREADY_ENCUMBERED');
  });

  test('while it is settled or cancelled at the same instant is committed once', async () => {
    for (const [identity, act] of [
      [buyer, (id: string) => settle(id, '1000.00')],
      [supplier, cancel],
    ] as const) {
      const { id } = await registered(ledger);
      const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
      const ended = await ledger.endorse(identity, [act(id)]);
      const accepted = await ledger.endorse(bankA, [acceptance(proposal.id)]);
      expect(ledger.commit(ended, accepted)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
      expect((await ledger.refusal(bankA, acceptance(proposal.id))).code).toBe('INVALID_STATE');
    }
  });

  test('in parts adds up to the whole and not one minor unit more', async () => {
    const { assetId } = await pledged(ledger, { covers: cny('333.33') });
    const part = (covers: string) => aProposal(assetId, { pledgee: BANK_B.mspId, covers: cny(covers) });
    for (const covers of ['333.33', '333.33']) {
      await ledger.ok(bankB, acceptance((await ledger.ok<PledgeView>(supplier, part(covers))).id));
    }
    expect(await ledger.refusal(supplier, part('0.02'))).toMatchObject({ conflict: { free: cny('0.01') } });
    await ledger.ok(bankB, acceptance((await ledger.ok<PledgeView>(supplier, part('0.01'))).id));
    expect((await ledger.refusal(supplier, part('0.01'))).code).toBe('ALREADY_ENCUMBERED');
  });

  test('by proposals made while it was free is refused at their acceptance', async () => {
    const { id } = await registered(ledger);
    const offers = [];
    for (const pledgee of [BANK_A, BANK_B, BANK_B]) {
      offers.push(
        await ledger.ok<PledgeView>(supplier, aProposal(id, { pledgee: pledgee.mspId, covers: cny('600.00') })),
      );
    }
    await ledger.ok(bankA, acceptance(offers[0]?.id ?? ''));
    expect((await ledger.refusal(bankB, acceptance(offers[1]?.id ?? ''))).code).toBe('INSUFFICIENT_VALUE');
    const both = await ledger.endorse(bankB, [acceptance(offers[1]?.id ?? ''), acceptance(offers[2]?.id ?? '')]);
    expect(both.results.map(({ ok }) => ok)).toEqual([false, false]);
  });

  test('is refused after a part was paid, and once it is settled', async () => {
    const { id } = await registered(ledger);
    await ledger.ok(buyer, settle(id, '400.00'));
    expect(await ledger.refusal(supplier, aProposal(id, { covers: cny('600.01') }))).toMatchObject({
      code: 'INSUFFICIENT_VALUE',
      conflict: { free: cny('600.00') },
    });
    await ledger.ok(buyer, settle(id, '600.00'));
    expect((await ledger.refusal(supplier, aProposal(id, { covers: cny('0.01') }))).code).toBe('INVALID_STATE');
  });

  test('to oneself, by one who does not hold it, or to a member that may hold no claims, is refused', async () => {
    const { id } = await registered(ledger);
    await registered(ledger, { evidence: [anInvoice()] });
    await ledger.ok(platform, aReceivable({ creditor: OTHER_SUPPLIER }));
    const refusals = [
      await ledger.refusal(partyAt(OTHER_SUPPLIER), aProposal(id, { pledgor: { uscc: OTHER_SUPPLIER.uscc } })),
      await ledger.refusal(supplier, aProposal(id, { pledgee: WAREHOUSE.mspId })),
      await ledger.refusal(supplier, aProposal(id, { pledgee: 'NobodyMSP' })),
      await ledger.refusal(partyAt(OTHER_SUPPLIER), aProposal(id)),
    ];
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN', 'INVALID_INPUT', 'INVALID_INPUT', 'FORBIDDEN']);
  });

  test('to the bank that holds it itself is refused', async () => {
    const own = { uscc: BANK_A.uscc, name: 'Bank A' };
    const { id } = await ledger.ok<ReceivableView>(bankA, aReceivable({ creditor: own }));
    expect((await ledger.refusal(bankA, aProposal(id, { pledgor: { uscc: own.uscc } }))).code).toBe('INVALID_INPUT');
  });

  test('in another currency is refused', async () => {
    const { id } = await registered(ledger);
    const dollars = { currency: 'USD', amount: '1.00' };
    for (const field of ['covers', 'secures'] as const) {
      const problem = await ledger.refusal(supplier, aProposal(id, { [field]: dollars }));
      expect(problem).toMatchObject({ code: 'INVALID_INPUT', field: `${field}.currency` });
    }
  });
});
