/** One document for more than its amount. never-twice 1. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PledgeView, ReceivableView } from '../../model/view';
import {
  acceptance,
  anInvoice,
  aProposal,
  aReceivable,
  BANK_B,
  bankA,
  cny,
  platform,
  supplier,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('an invoice beyond its amount', () => {
  test('backs several receivables of the same creditor and debtor up to its value and no further', async () => {
    const document = anInvoice();
    const part = (amount: string) => aReceivable({ amount: cny(amount), evidence: [document] });
    await ledger.ok(platform, part('600.00'));
    expect((await ledger.refusal(platform, part('400.01'))).code).toBe('EVIDENCE_OVERDRAWN');
    await ledger.ok(platform, part('400.00'));
    expect((await ledger.refusal(platform, part('0.01'))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is not worth more when it comes with another value', async () => {
    const document = anInvoice();
    await ledger.ok(platform, aReceivable({ amount: cny('600.00'), evidence: [document] }));
    for (const [stated, amount, code] of [
      ['9000.00', '400.00', 'INVALID_EVIDENCE'],
      ['9000.00', '400.01', 'EVIDENCE_OVERDRAWN'],
    ] as const) {
      const again = aReceivable({ amount: cny(amount), evidence: [{ ...document, amount: cny(stated) }] });
      expect((await ledger.refusal(platform, again)).code).toBe(code);
    }
  });

  test('is not helped by the contract behind it', async () => {
    const documents = [anInvoice({ amount: cny('600.00') }), anInvoice({ kind: 'CONTRACT', amount: cny('600.00') })];
    const problem = await ledger.refusal(platform, aReceivable({ evidence: documents }));
    expect(problem.code).toBe('EVIDENCE_OVERDRAWN');
  });

  test.each([
    '0.00',
    '0',
    '-1.00',
    '+1.00',
    '1e3',
    '0x10',
    '1000.001',
    '1,000.00',
    '01.00',
    '',
    ' 1',
    '1.',
    '.5',
    'NaN',
  ])('with the amount %j is not let in', async (amount) => {
    const problem = await ledger.refusal(platform, aReceivable({ amount: cny(amount), evidence: [anInvoice()] }));
    expect(problem).toMatchObject({ code: 'INVALID_INPUT', field: 'amount.amount' });
  });

  test('beyond 2^53 is counted to the last minor unit', async () => {
    const amount = cny('999999999999999999.99');
    const document = anInvoice({ amount });
    const { id } = await ledger.ok<ReceivableView>(
      platform,
      aReceivable({ amount: cny('999999999999999999.98'), evidence: [document] }),
    );
    const last = aReceivable({ amount: cny('0.02'), evidence: [document] });
    expect((await ledger.refusal(platform, last)).code).toBe('EVIDENCE_OVERDRAWN');
    await ledger.ok(platform, { ...last, amount: cny('0.01') });
    const covers = cny('999999999999999999.97');
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id, { covers }));
    await ledger.ok(bankA, acceptance(proposal.id));
    const more = aProposal(id, { covers: cny('0.02'), pledgee: BANK_B.mspId });
    expect(await ledger.refusal(supplier, more)).toMatchObject({ code: 'INSUFFICIENT_VALUE' });
  });

  test('in another currency than the receivable is refused, the first time and the second', async () => {
    const document = anInvoice({ amount: { currency: 'USD', amount: '1000.00' } });
    const inYuan = aReceivable({ evidence: [document] });
    expect((await ledger.refusal(platform, inYuan)).code).toBe('INVALID_EVIDENCE');
    await ledger.ok(platform, aReceivable({ amount: { currency: 'USD', amount: '10.00' }, evidence: [document] }));
    const again = aReceivable({ evidence: [{ ...document, amount: cny('1000.00') }] });
    expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
  });
});
