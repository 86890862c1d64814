/** The ways in which people have tried to use one value twice, each as a test (never-twice, "Ways that people have tried"). */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Evidence } from '../model/evidence';
import type { PledgeView, ReceivableView } from '../model/view';
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
  commandId,
  confirm,
  invoiceNumber,
  memberOf,
  OTHER_BUYER,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  PLATFORM,
  release,
  settle,
  SUPPLIER,
  supplier,
  WAREHOUSE,
  withdrawal,
} from '../testing/builders';
import { Ledger } from '../testing/ledger';
import { storedState } from '../testing/stored-state';

const WAREHOUSE_USCC = '91440300MA5FWH5EAL';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

/** A receivable of 1,000.00 on one document, registered by the creditor's member. */
async function registered(document: Evidence = anInvoice()): Promise<ReceivableView> {
  return ledger.ok(platform, aReceivable({ evidence: [document] }));
}

async function pledged(covers = '1000.00'): Promise<PledgeView> {
  const { id } = await registered();
  const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id, { covers: cny(covers) }));
  return ledger.ok(bankA, acceptance(proposal.id));
}

describe('the same document again', () => {
  const NUMBER = '26442000000351700249';
  const SPELLINGS: readonly (readonly [string, string])[] = [
    ['as it is', NUMBER],
    ['with spaces', '2644 2000 0003 5170 0249'],
    ['with spaces around it', ` ${NUMBER} `],
    ['with an ideographic space', '26442000\u3000000351700249'],
    ['with hyphens and slashes', '2644-2000/0003.5170_0249'],
    ['in full-width digits', '２６４４２００００００３５１７００２４９'],
    ['in mathematical digits', '𝟐𝟔𝟒𝟒𝟐𝟎𝟎𝟎𝟎𝟎𝟎𝟑𝟓𝟏𝟕𝟎𝟎𝟐𝟒𝟗'],
    ['with leading zeros', `00${NUMBER}`],
    ['with a zero-width space', '2644\u200b2000000351700249'],
    ['after a byte order mark', `\ufeff${NUMBER}`],
    ['with a word joiner and a soft hyphen', '2644\u20602000\u00ad000351700249'],
    ['with marks above its digits', '2\u03016442000000351700249'],
    ['after what the field is called', `发票号码：${NUMBER}`],
    ['after "No."', `No. ${NUMBER}`],
    ['after the numero sign', `№${NUMBER}`],
    ['before 号', `${NUMBER}号`],
  ];

  test.each(SPELLINGS)('is refused %s', async (_, number) => {
    await registered(anInvoice({ number: NUMBER }));
    const again = aReceivable({ evidence: [anInvoice({ number })] });
    expect(await ledger.refusal(platform, again)).toMatchObject({
      code: 'DUPLICATE_EVIDENCE',
      field: 'evidence[0].number',
    });
  });

  const LETTERS: readonly (readonly [string, string])[] = [
    ['in lower case', 'inv-2026-a7'],
    ['in full-width letters', 'ＩＮＶ－２０２６－Ａ７'],
    ['with an accent', 'ÍNV-2026-Á7'],
    ['without separators', 'INV2026A7'],
    ['with a dotless i', 'ınv2026a7'],
  ];
  test.each(LETTERS)('of letters and digits is refused %s', async (_, number) => {
    await registered(anInvoice({ number: 'INV-2026-A7' }));
    const problem = await ledger.refusal(platform, aReceivable({ evidence: [anInvoice({ number })] }));
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
  });

  test.each([
    ['Cyrillic', 'INV-2026-\u0410' + '7'],
    ['Greek', 'INV-2026-\u0391' + '7'],
    ['Arabic digits', 'INV-2026-A\u0667'],
    ['half a surrogate pair', 'INV-2026-A7\ud800'],
    ['U+0000', 'INV-2026-A7\u0000'],
    ['nothing but signs', '---'],
  ])('is refused with characters that only look alike: %s', async (_, number) => {
    const problem = await ledger.refusal(platform, aReceivable({ evidence: [anInvoice({ number })] }));
    expect(problem).toMatchObject({ code: 'INVALID_INPUT', field: 'evidence[0].number' });
  });

  test.each(['CONTRACT', 'DELIVERY_NOTE', 'BILL_OF_LADING', 'CUSTOMS_ENTRY', 'STORAGE_CONTRACT'] as const)(
    'is refused as a %s',
    async (kind) => {
      const document = anInvoice({ number: 'A-77' });
      await registered(document);
      const problem = await ledger.refusal(platform, aReceivable({ evidence: [{ ...document, kind }] }));
      expect(problem.code).toBe('DUPLICATE_EVIDENCE');
    },
  );

  test.each([
    ['in lower case', SUPPLIER.uscc.toLowerCase()],
    ['with separators', `${SUPPLIER.uscc.slice(0, 8)}-${SUPPLIER.uscc.slice(8)}`],
    ['in full-width digits', `９${SUPPLIER.uscc.slice(1)}`],
    ['with the country before it', `CN${SUPPLIER.uscc}`],
    ['with the country before it, apart', `CN ${SUPPLIER.uscc}`],
  ])('is refused with its issuer written %s', async (_, issuer) => {
    const document = anInvoice({ number: 'A-77' });
    await registered(document);
    const problem = await ledger.refusal(platform, aReceivable({ evidence: [{ ...document, issuer }] }));
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused under another issuer when its number is unique in the country', async () => {
    const document = anInvoice();
    await registered(document);
    const again = aReceivable({ evidence: [{ ...document, issuer: OTHER_SUPPLIER.uscc }] });
    expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused under another issuer when its number is only the issuer’s', async () => {
    const document = anInvoice({ number: 'INV-2026-A7' });
    await registered(document);
    const renamed = anInvoice({ number: 'inv 2026/a7', kind: 'CONTRACT', issuer: BUYER.uscc });
    expect(await ledger.refusal(platform, aReceivable({ evidence: [renamed] }))).toMatchObject({
      code: 'DUPLICATE_EVIDENCE',
      field: 'evidence[0].number',
    });
  });

  test('and another with the same number may back one receivable together, and nothing else later', async () => {
    const invoice = anInvoice({ number: 'A-7' });
    const contract = anInvoice({ number: 'A-7', kind: 'CONTRACT', issuer: BUYER.uscc });
    await ledger.ok(platform, aReceivable({ evidence: [invoice, contract] }));
    const third = anInvoice({ number: 'A-7', kind: 'DELIVERY_NOTE', issuer: WAREHOUSE_USCC });
    const problem = await ledger.refusal(platform, aReceivable({ evidence: [third] }));
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
  });

  describe('on paper, whose number is unique together with its code alone', () => {
    const NUMBER = '12345678';
    const WITH_CODE = `4403191130${NUMBER}`;
    const OTHER_CODE = `4403201130${NUMBER}`;
    const half = (number: string, more: Partial<Evidence> = {}) =>
      aReceivable({ amount: cny('500.00'), evidence: [anInvoice({ number, amount: cny('1000.00'), ...more })] });

    test.each<readonly [string, string, string, Partial<Evidence>]>([
      ['with its code, then without', WITH_CODE, NUMBER, {}],
      ['without its code, then with', NUMBER, WITH_CODE, {}],
      ['with its code, then without and under another issuer', WITH_CODE, NUMBER, { issuer: BUYER.uscc }],
      ['with its code, then without and as another kind', WITH_CODE, `No. ${NUMBER}`, { kind: 'CONTRACT' }],
      ['without its code, then with one that could be its own', NUMBER, OTHER_CODE, {}],
    ])('is refused %s', async (_, first, second, more) => {
      await ledger.ok(platform, half(first));
      expect((await ledger.refusal(platform, half(second, more))).code).toBe('DUPLICATE_EVIDENCE');
    });

    test('is another one with another code, as long as both are stated', async () => {
      for (const number of [WITH_CODE, OTHER_CODE, WITH_CODE, OTHER_CODE]) await ledger.ok(platform, half(number));
      for (const number of [WITH_CODE, OTHER_CODE, NUMBER])
        expect((await ledger.refusal(platform, half(number))).code).toBe('DUPLICATE_EVIDENCE');
    });

    test('counts once in a request with its code and without, and twice with two codes', async () => {
      const both = (other: string) =>
        aReceivable({ amount: cny('2000.00'), evidence: [WITH_CODE, other].map((number) => anInvoice({ number })) });
      expect((await ledger.refusal(platform, both(NUMBER))).code).toBe('DUPLICATE_EVIDENCE');
      await ledger.ok(platform, both(OTHER_CODE));
      expect((await ledger.refusal(platform, half(NUMBER))).code).toBe('DUPLICATE_EVIDENCE');
    });

    test("is another's between other companies", async () => {
      await ledger.ok(platform, half(WITH_CODE));
      const theirs = anInvoice({ number: NUMBER, issuer: OTHER_SUPPLIER.uscc });
      await ledger.ok(platform, aReceivable({ creditor: OTHER_SUPPLIER, evidence: [theirs] }));
    });
  });

  test('under two issuers in one request is refused: it would count twice', async () => {
    const evidence = [anInvoice({ number: 'A-7' }), anInvoice({ number: 'a7', issuer: BUYER.uscc })];
    const doubled = aReceivable({ amount: cny('2000.00'), evidence });
    expect(await ledger.refusal(platform, doubled)).toMatchObject({
      code: 'DUPLICATE_EVIDENCE',
      field: 'evidence[1].number',
    });
  });

  test('and another with the same number back what is left of them together, never each by itself', async () => {
    const invoice = anInvoice({ number: 'A-7' });
    const contract = anInvoice({ number: 'A-7', kind: 'CONTRACT', issuer: BUYER.uscc });
    const part = (evidence: readonly Evidence[]) => aReceivable({ amount: cny('500.00'), evidence: [...evidence] });
    await ledger.ok(platform, part([invoice, contract]));
    for (const alone of [[invoice], [contract], [{ ...contract, kind: 'INVOICE' as const }]]) {
      expect((await ledger.refusal(platform, part(alone))).code).toBe('DUPLICATE_EVIDENCE');
    }
    await ledger.ok(platform, part([invoice, contract]));
    expect((await ledger.refusal(platform, part([invoice, contract]))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused with another file, date and amount', async () => {
    const document = anInvoice({ digest: 'aa'.repeat(32) });
    await registered(document);
    const again = { ...document, digest: 'bb'.repeat(32), issuedOn: '2026-10-01', amount: cny('5000.00') };
    expect((await ledger.refusal(platform, aReceivable({ evidence: [again] }))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused to another creditor, and against another debtor', async () => {
    const document = anInvoice({ amount: cny('3000.00') });
    await registered(document);
    for (const change of [{ creditor: OTHER_SUPPLIER }, { debtor: OTHER_BUYER }]) {
      const again = aReceivable({ evidence: [document], ...change });
      expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
    }
  });

  test('is refused through another member, which learns nothing of the first use', async () => {
    const atBank = aParty(50);
    await ledger.ok(platform, anAct('party.register', { party: atBank, home: BANK_B.mspId }));
    const document = anInvoice();
    await registered(document);
    const problem = await ledger.refusal(bankB, aReceivable({ creditor: atBank, evidence: [document] }));
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
    expect(problem.conflict).toBeUndefined();
  });

  test('is refused to another party of the same member, which learns nothing of the first use', async () => {
    const document = anInvoice();
    await registered(document);
    await registered(anInvoice());
    const again = aReceivable({ creditor: OTHER_SUPPLIER, evidence: [document] });
    const problem = await ledger.refusal(partyAt(OTHER_SUPPLIER), again);
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
    expect(problem.conflict).toBeUndefined();
  });

  test('tells the one who used it where', async () => {
    const document = anInvoice();
    const { id } = await registered(document);
    for (const identity of [platform, supplier]) {
      const problem = await ledger.refusal(identity, aReceivable({ evidence: [document] }));
      expect(problem.conflict).toEqual({ assetId: id });
    }
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
    const { id } = await registered(document);
    await ledger.ok(platform, cancel(id));
    expect((await ledger.refusal(platform, aReceivable({ evidence: [document] }))).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused after the receivable on it was financed, released and cancelled', async () => {
    const document = anInvoice();
    const { id } = await registered(document);
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(bankA, acceptance(proposal.id));
    expect((await ledger.refusal(supplier, cancel(id))).code).toBe('INVALID_STATE');
    await ledger.ok(bankA, release(proposal.id));
    await ledger.ok(supplier, cancel(id));
    expect((await ledger.refusal(platform, aReceivable({ evidence: [document] }))).code).toBe('DUPLICATE_EVIDENCE');
  });
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

describe('the same value pledged again', () => {
  test('to a second bank is refused when it is covered, and says how much is free', async () => {
    const { assetId } = await pledged();
    const problem = await ledger.refusal(supplier, aProposal(assetId, { pledgee: BANK_B.mspId }));
    expect(problem).toMatchObject({ code: 'ALREADY_ENCUMBERED', conflict: { assetId, free: cny('0.00') } });
  });

  test('to a bank that only asks for it is refused without an amount, a date or a currency of what it may not see', async () => {
    const { assetId } = await pledged('600.00');
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
    const { id } = await registered();
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
      const { id } = await registered();
      const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
      const ended = await ledger.endorse(identity, [act(id)]);
      const accepted = await ledger.endorse(bankA, [acceptance(proposal.id)]);
      expect(ledger.commit(ended, accepted)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
      expect((await ledger.refusal(bankA, acceptance(proposal.id))).code).toBe('INVALID_STATE');
    }
  });

  test('in parts adds up to the whole and not one minor unit more', async () => {
    const { assetId } = await pledged('333.33');
    const part = (covers: string) => aProposal(assetId, { pledgee: BANK_B.mspId, covers: cny(covers) });
    for (const covers of ['333.33', '333.33']) {
      await ledger.ok(bankB, acceptance((await ledger.ok<PledgeView>(supplier, part(covers))).id));
    }
    expect(await ledger.refusal(supplier, part('0.02'))).toMatchObject({ conflict: { free: cny('0.01') } });
    await ledger.ok(bankB, acceptance((await ledger.ok<PledgeView>(supplier, part('0.01'))).id));
    expect((await ledger.refusal(supplier, part('0.01'))).code).toBe('ALREADY_ENCUMBERED');
  });

  test('by proposals made while it was free is refused at their acceptance', async () => {
    const { id } = await registered();
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
    const { id } = await registered();
    await ledger.ok(buyer, settle(id, '400.00'));
    expect(await ledger.refusal(supplier, aProposal(id, { covers: cny('600.01') }))).toMatchObject({
      code: 'INSUFFICIENT_VALUE',
      conflict: { free: cny('600.00') },
    });
    await ledger.ok(buyer, settle(id, '600.00'));
    expect((await ledger.refusal(supplier, aProposal(id, { covers: cny('0.01') }))).code).toBe('INVALID_STATE');
  });

  test('to oneself, by one who does not hold it, or to a member that may hold no claims, is refused', async () => {
    const { id } = await registered();
    await registered(anInvoice());
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
    const { id } = await registered();
    const dollars = { currency: 'USD', amount: '1.00' };
    for (const field of ['covers', 'secures'] as const) {
      const problem = await ledger.refusal(supplier, aProposal(id, { [field]: dollars }));
      expect(problem).toMatchObject({ code: 'INVALID_INPUT', field: `${field}.currency` });
    }
  });
});

describe('acting as someone else', () => {
  test("a debtor's confirmation needs the debtor's own identity", async () => {
    const { id } = await registered();
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
    const { assetId, id } = await pledged('100.00');
    const forged = partyAt(SUPPLIER, BANK_B);
    for (const act of [aReceivable(), aProposal(assetId, { covers: cny('1.00') }), cancel(assetId), withdrawal(id)]) {
      expect((await ledger.refusal(forged, act)).code).toBe('FORBIDDEN');
    }
    expect((await ledger.unreadable(forged, { type: 'receivable.get', id: assetId })).code).toBe('FORBIDDEN');
  });

  test("a code with the country before it is the same party's", async () => {
    const { id } = await registered();
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

  test.each(['auditor', 'regulator'] as const)('a debtor with the role %s only reads', async (role) => {
    const { id } = await registered();
    for (const act of [confirm(id), settle(id, '1000.00')]) {
      expect((await ledger.refusal(partyAt(BUYER, PLATFORM, role), act)).code).toBe('FORBIDDEN');
    }
  });

  test('only the pledgee itself releases', async () => {
    const { id } = await pledged();
    const atBank = aParty(51);
    await ledger.ok(platform, anAct('party.register', { party: atBank, home: BANK_A.mspId }));
    for (const identity of [supplier, platform, bankB, buyer, partyAt(atBank, BANK_A), memberOf(BANK_A, 'auditor')]) {
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain((await ledger.refusal(identity, release(id))).code);
    }
  });

  test('nobody accepts his own proposal, for the pledgor or for the pledgee', async () => {
    const { id } = await registered();
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

describe('a proposal accepted too late', () => {
  test('lapses after thirty days, to the millisecond', async () => {
    const { id } = await registered();
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

  test('or after it was withdrawn, or the asset was disputed, is refused', async () => {
    const { id } = await registered();
    const gone = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(supplier, withdrawal(gone.id));
    expect((await ledger.refusal(bankA, acceptance(gone.id))).code).toBe('INVALID_STATE');
    const open = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(buyer, anAct('receivable.confirm', { receivableId: id, decision: 'REJECT' }));
    expect((await ledger.refusal(bankA, acceptance(open.id))).code).toBe('FROZEN');
    expect((await ledger.refusal(supplier, aProposal(id))).code).toBe('FROZEN');
  });

  test('or withdrawn at the instant of its acceptance is committed once', async () => {
    const { id } = await registered();
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
    const withdrawn = await ledger.endorse(supplier, [withdrawal(proposal.id)]);
    const accepted = await ledger.endorse(bankA, [acceptance(proposal.id)]);
    expect(ledger.commit(withdrawn, accepted)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(storedState(ledger.world).receivables[0]?.encumbrances).toEqual([]);
  });

  test('by what was endorsed in time and is ordered late is refused once the proposer has taken it back', async () => {
    const { id } = await registered();
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

test('a number of another form is not another invoice because letters stand around it', async () => {
  // Only runs of twenty digits are taken for national numbers: a contract number is its issuer's own.
  const number = `HT-${invoiceNumber().slice(0, 12)}`;
  await registered(anInvoice({ kind: 'CONTRACT', number }));
  const theirs = anInvoice({ kind: 'CONTRACT', number, issuer: OTHER_SUPPLIER.uscc });
  await ledger.ok(platform, aReceivable({ creditor: OTHER_SUPPLIER, evidence: [theirs] }));
});
