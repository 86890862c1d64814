/** The same act again: a command repeated, a signed transaction sent twice. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PledgeView, ReceivableView } from '../../model/view';
import {
  acceptance,
  aProposal,
  aReceivable,
  bankA,
  buyer,
  cny,
  commandId,
  platform,
  release,
  settle,
  supplier,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('the same act again', () => {
  test('a command carried out twice does nothing the second time', async () => {
    const registration = aReceivable();
    const { id } = await ledger.ok<ReceivableView>(platform, registration);
    expect(await ledger.refusal(platform, registration)).toMatchObject({
      code: 'DUPLICATE_EVIDENCE',
      conflict: { assetId: id },
    });
    const offer = aProposal(id);
    const proposal = await ledger.ok<PledgeView>(supplier, offer);
    expect((await ledger.refusal(supplier, offer)).code).toBe('INVALID_STATE');
    const accepted = acceptance(proposal.id);
    await ledger.ok(bankA, accepted);
    expect((await ledger.refusal(bankA, accepted)).code).toBe('INVALID_STATE');
    const payment = settle(id, '10.00', 'PAY-1');
    await ledger.ok(buyer, payment);
    expect(await ledger.refusal(buyer, { ...payment, id: commandId() })).toMatchObject({
      code: 'INVALID_STATE',
      field: 'reference',
    });
    for (const released of [release(proposal.id, '10.00'), release(proposal.id)]) {
      await ledger.ok(bankA, released);
      expect(await ledger.refusal(bankA, released)).toMatchObject({
        code: 'INVALID_STATE',
        detail: 'this command has already made its release',
      });
    }
  });

  test.each(['pay-1', 'PAY - 1', 'ＰＡＹ-1', 'PAY\u200b-1'])(
    'a payment recorded again as %j is the same one',
    async (again) => {
      const { id } = await ledger.ok<ReceivableView>(platform, aReceivable());
      await ledger.ok(buyer, settle(id, '10.00', 'PAY-1'));
      expect(await ledger.refusal(buyer, settle(id, '10.00', again))).toMatchObject({
        code: 'INVALID_STATE',
        field: 'reference',
      });
      await ledger.ok(buyer, settle(id, '10.00', 'PAY-11'));
    },
  );

  test('the same command id with another body makes nothing more', async () => {
    const registration = aReceivable();
    await ledger.ok(platform, registration);
    const other = aReceivable({ id: registration.id, amount: cny('5.00') });
    expect((await ledger.refusal(platform, other)).code).toBe('INVALID_STATE');
  });

  test('a signed transaction sent again is a duplicate', async () => {
    const endorsed = await ledger.endorse(platform, [aReceivable()]);
    expect(ledger.commit(endorsed, endorsed)).toEqual(['VALID', 'DUPLICATE_TXID']);
    expect(ledger.commit(endorsed)).toEqual(['DUPLICATE_TXID']);
  });
});
