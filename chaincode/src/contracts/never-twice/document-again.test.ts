/** The same document again: by another creditor, through another member, at the same instant, after a cancellation. never-twice 1 and 6. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PledgeView } from '../../model/view';
import { registered } from '../../testing/beginnings';
import {
  acceptance,
  anAct,
  anInvoice,
  aParty,
  aProposal,
  aReceivable,
  BANK_B,
  bankA,
  bankB,
  cancel,
  cny,
  ENROLMENT,
  FOUNDER,
  OTHER_BUYER,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  release,
  supplier,
} from '../../testing/builders';
import { EvidenceKeyError, KeyedHashTokens } from '../../ledger/evidence-token';
import { Ledger, TOKENS } from '../../testing/ledger';
import { storedState } from '../../testing/stored-state';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('the same document again', () => {
  test('is refused with another file, date and amount', async () => {
    const document = anInvoice({ digest: 'aa'.repeat(32) });
    await registered(ledger, { evidence: [document] });
    const again = { ...document, digest: 'bb'.repeat(32), issuedOn: '2026-10-01', amount: cny('5000.00') };
    expect((await ledger.refusal(platform, aReceivable({ evidence: [again] }))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused to another creditor, and against another debtor', async () => {
    const document = anInvoice({ amount: cny('3000.00') });
    await registered(ledger, { evidence: [document] });
    for (const change of [{ creditor: OTHER_SUPPLIER }, { debtor: OTHER_BUYER }]) {
      const again = aReceivable({ evidence: [document], ...change });
      expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
    }
  });

  test('is refused through another member, which learns nothing of the first use', async () => {
    const atBank = aParty(50);
    await ledger.ok(platform, anAct('party.register', { party: atBank, home: BANK_B.mspId }));
    const document = anInvoice();
    await registered(ledger, { evidence: [document] });
    const problem = await ledger.refusal(bankB, aReceivable({ creditor: atBank, evidence: [document] }));
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
    expect(problem.conflict).toBeUndefined();
  });

  test('is refused to another party of the same member, which learns nothing of the first use', async () => {
    const document = anInvoice();
    await registered(ledger, { evidence: [document] });
    await registered(ledger, { evidence: [anInvoice()] });
    const again = aReceivable({ creditor: OTHER_SUPPLIER, evidence: [document] });
    const problem = await ledger.refusal(partyAt(OTHER_SUPPLIER), again);
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
    expect(problem.conflict).toBeUndefined();
  });

  test('tells the one who used it where', async () => {
    const document = anInvoice();
    const { id } = await registered(ledger, { evidence: [document] });
    for (const identity of [platform, supplier]) {
      const problem = await ledger.refusal(identity, aReceivable({ evidence: [document] }));
      expect(problem.conflict).toEqual({ assetId: id });
    }
  });

  test('is not new to endorsers whose evidence key is another one than the ledger was begun with', async () => {
    const document = anInvoice();
    await registered(ledger, { evidence: [document] });
    ledger.tokens = new KeyedHashTokens(Buffer.alloc(32, 8));
    for (const act of [aReceivable({ evidence: [document] }), anAct('member.enrol', { members: [...ENROLMENT] })])
      await expect(ledger.endorse(FOUNDER, [act])).rejects.toThrow(EvidenceKeyError);
    ledger.tokens = TOKENS;
    expect((await ledger.refusal(platform, aReceivable({ evidence: [document] }))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('at the same instant is committed once', async () => {
    const document = anInvoice();
    const first = await ledger.endorse(platform, [aReceivable({ evidence: [document] })]);
    const second = await ledger.endorse(supplier, [aReceivable({ evidence: [document] })]);
    expect(first.results[0]?.ok && second.results[0]?.ok).toBe(true);
    expect(ledger.commit(first, second)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(storedState(ledger.world).receivables).toHaveLength(1);
  });

  test('twice in one request, or twice in one transaction, is refused', async () => {
    const document = anInvoice({ amount: cny('500.00') });
    const spaced = { ...document, number: document.number.replace(/^26/, '2 6'), kind: 'CONTRACT' as const };
    const once = aReceivable({ evidence: [document, spaced] });
    expect(await ledger.refusal(platform, once)).toMatchObject({
      code: 'DUPLICATE_EVIDENCE',
      field: 'evidence[1].number',
    });
    const whole = anInvoice();
    const results = await ledger.submit(
      platform,
      aReceivable({ evidence: [whole] }),
      aReceivable({ evidence: [whole] }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
  });

  test('is refused after the receivable on it was cancelled', async () => {
    const document = anInvoice();
    const { id } = await registered(ledger, { evidence: [document] });
    await ledger.ok(platform, cancel(id));
    expect((await ledger.refusal(platform, aReceivable({ evidence: [document] }))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused after the receivable on it was financed, released and cancelled', async () => {
    const document = anInvoice();
    const { id } = await registered(ledger, { evidence: [document] });
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(bankA, acceptance(proposal.id));
    expect((await ledger.refusal(supplier, cancel(id))).code).toBe('INVALID_STATE');
    await ledger.ok(bankA, release(proposal.id));
    await ledger.ok(supplier, cancel(id));
    expect((await ledger.refusal(platform, aReceivable({ evidence: [document] }))).code).toBe('DUPLICATE_EVIDENCE');
  });
});
