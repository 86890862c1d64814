/** Confirmation, rejection and cancellation of a receivable. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { pledged, registered } from '../testing/beginnings';
import {
  bankA,
  buyer,
  cancel,
  cny,
  confirm,
  memberOf,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  PLATFORM,
  reject,
  release,
  settle,
  supplier,
} from '../testing/builders';
import { Ledger } from '../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('confirmation', () => {
  test('is final; a rejection disputes the receivable until the debtor confirms', async () => {
    const { id } = await registered(ledger);
    expect(await ledger.ok(buyer, reject(id))).toMatchObject({
      status: 'DISPUTED',
      confirmed: false,
      free: cny('0.00'),
    });
    expect((await ledger.refusal(buyer, reject(id))).code).toBe('INVALID_STATE');
    expect((await ledger.refusal(buyer, settle(id, '1.00'))).code).toBe('FROZEN');
    expect(await ledger.ok(buyer, confirm(id))).toMatchObject({
      status: 'REGISTERED',
      confirmed: true,
      free: cny('1000.00'),
    });
    for (const act of [confirm(id), reject(id)]) expect((await ledger.refusal(buyer, act)).code).toBe('INVALID_STATE');
  });

  test('is noted on a pledge as it stood at its acceptance', async () => {
    const { id } = await registered(ledger);
    expect(await pledged(ledger, { assetId: id, covers: cny('1.00') })).toMatchObject({ debtorConfirmed: false });
    await ledger.ok(buyer, confirm(id));
    expect(await pledged(ledger, { assetId: id, covers: cny('1.00') })).toMatchObject({
      debtorConfirmed: true,
      rank: 2,
    });
  });

  test('does not take a claim from its rank when the debtor rejects', async () => {
    const { id } = await registered(ledger);
    const { id: pledgeId } = await pledged(ledger, { assetId: id });
    await ledger.ok(buyer, reject(id));
    expect(await ledger.read(bankA, { type: 'receivable.get', id })).toMatchObject({
      claims: [{ id: pledgeId, rank: 1 }],
    });
    expect(await ledger.ok(bankA, release(pledgeId))).toMatchObject({ status: 'RELEASED' });
  });

  test('comes too late when the receivable has ended', async () => {
    const { id } = await registered(ledger);
    await ledger.ok(platform, cancel(id));
    for (const act of [confirm(id), settle(id, '1.00')])
      expect((await ledger.refusal(buyer, act)).code).toBe('INVALID_STATE');
  });
});

describe('cancellation', () => {
  test('is for the holder, while nothing is claimed or paid', async () => {
    const free = await registered(ledger);
    for (const identity of [buyer, bankA, partyAt(OTHER_SUPPLIER), memberOf(PLATFORM, 'auditor')]) {
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain((await ledger.refusal(identity, cancel(free.id))).code);
    }
    const claimed = await registered(ledger);
    await pledged(ledger, { assetId: claimed.id, covers: cny('0.01') });
    const paid = await registered(ledger);
    await ledger.ok(buyer, settle(paid.id, '0.01'));
    for (const { id } of [claimed, paid])
      expect((await ledger.refusal(supplier, cancel(id))).code).toBe('INVALID_STATE');
    expect(await ledger.ok(supplier, cancel(free.id))).toMatchObject({ status: 'CANCELLED', free: cny('0.00') });
    expect((await ledger.refusal(supplier, cancel(free.id))).code).toBe('INVALID_STATE');
  });
});
