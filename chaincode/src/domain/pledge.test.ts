/** The release of a pledge. How pledges come about, and where they are refused: contracts/never-twice. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { pledged, registered } from '../testing/beginnings';
import { bankA, cny, release, supplier } from '../testing/builders';
import { Ledger } from '../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('release', () => {
  test('in part frees that part, in whole all of it', async () => {
    const { id } = await registered(ledger);
    const { id: pledgeId } = await pledged(ledger, { assetId: id });
    expect(await ledger.ok(bankA, release(pledgeId, '999.99'))).toMatchObject({
      status: 'ACTIVE',
      covers: cny('0.01'),
    });
    expect(await ledger.read(supplier, { type: 'receivable.get', id })).toMatchObject({ free: cny('999.99') });
    expect((await ledger.refusal(bankA, release(pledgeId, '0.02'))).code).toBe('INSUFFICIENT_VALUE');
    expect(await ledger.ok(bankA, release(pledgeId))).toMatchObject({ status: 'RELEASED', covers: cny('0.00') });
    expect(await ledger.read(supplier, { type: 'receivable.get', id })).toMatchObject({
      free: cny('1000.00'),
      claims: [],
    });
    expect((await ledger.refusal(bankA, release(pledgeId, '0.01'))).code).toBe('INVALID_STATE');
  });
});
