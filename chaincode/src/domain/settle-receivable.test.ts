/** Whom a payment goes to, and what it frees. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ReceivableView } from '../model/view';
import { pledged, registered } from '../testing/beginnings';
import { aProposal, BANK_B, bankA, bankB, buyer, cny, release, settle, supplier } from '../testing/builders';
import { Ledger } from '../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('settlement', () => {
  test('pays claims by rank up to what they cover and secure, then the holder (Civil Code 445)', async () => {
    const { id } = await registered(ledger);
    const first = await pledged(ledger, { assetId: id, covers: cny('500.00'), secures: cny('300.00') });
    const second = await pledged(ledger, {
      assetId: id,
      covers: cny('400.00'),
      secures: cny('900.00'),
      pledgee: BANK_B.mspId,
    });
    const paid = async (amount: string) => {
      const view = await ledger.ok<ReceivableView>(buyer, settle(id, amount));
      return {
        view,
        parts: view.settlements
          .at(-1)
          ?.paidTo.map(({ pledgeId, holder, amount: { amount: part } }) => [pledgeId ?? holder, part]),
      };
    };
    expect((await paid('100.00')).parts).toEqual([[first.id, '100.00']]);
    const next = await paid('250.00');
    expect(next.parts).toEqual([
      [first.id, '200.00'],
      [second.id, '50.00'],
    ]);
    // The first claim has got what it secured. What it covered beyond that is not free by the debtor's word: the claimant has to let it go.
    expect(next.view).toMatchObject({ encumbered: cny('550.00'), free: cny('100.00'), settled: cny('350.00') });
    expect(await ledger.read(bankA, { type: 'pledge.get', id: first.id })).toMatchObject({
      status: 'ACTIVE',
      covers: cny('200.00'),
      paid: cny('300.00'),
    });
    const last = await paid('650.00');
    expect(last.parts).toEqual([
      [second.id, '350.00'],
      [last.view.holder.uscc, '300.00'],
    ]);
    expect(last.view).toMatchObject({ status: 'SETTLED', claims: [], free: cny('0.00') });
    for (const [bank, claim] of [
      [bankA, first],
      [bankB, second],
    ] as const) {
      expect(await ledger.read(bank, { type: 'pledge.get', id: claim.id })).toMatchObject({ status: 'SATISFIED' });
    }
  });

  test('that the debtor only claims to have made frees nothing for another bank: never-twice 8', async () => {
    const { id } = await registered(ledger);
    const claim = await pledged(ledger, { assetId: id, covers: cny('1000.00'), secures: cny('10.00') });
    await ledger.ok(buyer, settle(id, '10.00'));
    expect(await ledger.refusal(supplier, aProposal(id, { pledgee: BANK_B.mspId, covers: cny('0.01') }))).toMatchObject(
      {
        code: 'ALREADY_ENCUMBERED',
      },
    );
    await ledger.ok(bankA, release(claim.id));
    expect(await ledger.read(supplier, { type: 'receivable.get', id })).toMatchObject({ free: cny('990.00') });
  });

  test('to the holder is taken from claims that have nothing more to get, the last first', async () => {
    const { id } = await registered(ledger);
    const first = await pledged(ledger, { assetId: id, covers: cny('500.00'), secures: cny('10.00') });
    const second = await pledged(ledger, {
      assetId: id,
      covers: cny('400.00'),
      secures: cny('10.00'),
      pledgee: BANK_B.mspId,
    });
    const view = await ledger.ok<ReceivableView>(buyer, settle(id, '320.00'));
    expect(view).toMatchObject({ encumbered: cny('680.00'), free: cny('0.00') });
    expect(view.claims.map(({ id: of, covers, secures }) => [of, covers.amount, secures.amount])).toEqual([
      [first.id, '490.00', '0.00'],
      [second.id, '190.00', '0.00'],
    ]);
  });

  test('of more than is owed, in another currency or under a known reference is refused', async () => {
    const { id } = await registered(ledger);
    await ledger.ok(buyer, settle(id, '400.00', 'PAY-1'));
    expect((await ledger.refusal(buyer, settle(id, '600.01'))).code).toBe('INSUFFICIENT_VALUE');
    expect(await ledger.refusal(buyer, settle(id, '1.00', 'PAY-1'))).toMatchObject({
      code: 'INVALID_STATE',
      field: 'reference',
    });
    const dollars = { ...settle(id, '1.00'), amount: { currency: 'USD', amount: '1.00' } };
    expect(await ledger.refusal(buyer, dollars)).toMatchObject({ code: 'INVALID_INPUT', field: 'amount.currency' });
  });
});
