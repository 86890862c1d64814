/** The same document again under another number, kind or issuer. never-twice 1. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../model/evidence';
import type { Party } from '../../model/party';
import { registered } from '../../testing/beginnings';
import {
  anInvoice,
  aReceivable,
  BUYER,
  cny,
  invoiceNumber,
  OTHER_BUYER,
  OTHER_SUPPLIER,
  platform,
  SUPPLIER,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

const WAREHOUSE_USCC = '91440300MA5FWH5EAL';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

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
    ['with the number of a copy behind it', `${NUMBER}-1`],
    ['before the last digits of the next one', `${NUMBER}～50`],
    ['after a number of somebody else', `2026/11/${NUMBER}`],
    ['in full-width digits, with a page', '２６４４２００００００３５１７００２４９ (1/2)'],
  ];

  test.each(SPELLINGS)('is refused %s', async (_, number) => {
    await registered(ledger, { evidence: [anInvoice({ number: NUMBER })] });
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
    await registered(ledger, { evidence: [anInvoice({ number: 'INV-2026-A7' })] });
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
    ['digits that a spreadsheet has rounded', '2.6442E+19'],
    ['decimals that a spreadsheet has added', '12345678.0'],
    ['the numbers of two', `${NUMBER}、26442000000351700250`],
    ['the numbers of two, of paper', '发票 440319113012345678 和 044031900111 12345678, 440319113012345679'],
  ])('is refused with what would make it another one: %s', async (_, number) => {
    const problem = await ledger.refusal(platform, aReceivable({ evidence: [anInvoice({ number })] }));
    expect(problem).toMatchObject({ code: 'INVALID_INPUT', field: 'evidence[0].number' });
  });

  test.each(['CONTRACT', 'DELIVERY_NOTE', 'BILL_OF_LADING', 'CUSTOMS_ENTRY', 'STORAGE_CONTRACT'] as const)(
    'is refused as a %s',
    async (kind) => {
      const document = anInvoice({ number: 'A-77' });
      await registered(ledger, { evidence: [document] });
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
    await registered(ledger, { evidence: [document] });
    const problem = await ledger.refusal(platform, aReceivable({ evidence: [{ ...document, issuer }] }));
    expect(problem.code).toBe('DUPLICATE_EVIDENCE');
  });

  // Whoever states both the issuer and the debtor otherwise would have another document between other companies.
  test.each([
    ["another country's letters before it", (code: string) => `HK${code}`],
    ['the country before it twice', (code: string) => `CNCN${code}`],
    ['its name before it', (code: string) => `USCC: ${code}`],
  ])('is refused with its companies under their code with %s', async (_, written) => {
    const document = anInvoice({ number: 'A-77' });
    await registered(ledger, { evidence: [document] });
    const again = aReceivable({
      debtor: { ...BUYER, uscc: written(BUYER.uscc) },
      evidence: [{ ...document, issuer: written(SUPPLIER.uscc) }],
    });
    expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
  });

  // Both are parts of the unified code, or stood in its place before 2015.
  test.each([
    ['organisation codes', ({ uscc }: Party) => `CN${uscc.slice(8, 17)}`],
    ['numbers of registration of fifteen digits', ({ uscc }: Party) => `CN440301${uscc.slice(8, 17)}`],
  ])('is not taken with its companies under their %s', async (_, written) => {
    const document = anInvoice({ number: 'A-77' });
    await registered(ledger, { evidence: [document] });
    const again = aReceivable({
      debtor: { ...BUYER, uscc: written(BUYER) },
      evidence: [{ ...document, issuer: written(SUPPLIER) }],
    });
    expect(await ledger.refusal(platform, again)).toMatchObject({ code: 'INVALID_INPUT', field: 'debtor.uscc' });
  });

  test('is refused under another issuer when its number is unique in the country', async () => {
    const document = anInvoice();
    await registered(ledger, { evidence: [document] });
    const again = aReceivable({ evidence: [{ ...document, issuer: OTHER_SUPPLIER.uscc }] });
    expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
  });

  test('is refused under another issuer when its number is only the issuer’s', async () => {
    const document = anInvoice({ number: 'INV-2026-A7' });
    await registered(ledger, { evidence: [document] });
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

    test.each([
      ['as it is printed', WITH_CODE, `4403191130 深圳增值税专用发票 № ${NUMBER}`],
      ['with its number first', WITH_CODE, `№ ${NUMBER} 代码 4403191130`],
      ['without leading zeros beside its code', '440319113000345678', '代码 4403191130 号码 345678'],
      ['with the number of a copy behind it', WITH_CODE, `${WITH_CODE}-001`],
      ['without its code, after what kind of invoice it is', NUMBER, `增值税专用发票 No.${NUMBER}`],
    ])('is the same one %s: its value counts once', async (_, first, second) => {
      for (const number of [first, second]) await ledger.ok(platform, half(number));
      for (const number of [first, second])
        expect((await ledger.refusal(platform, half(number))).code).toBe('DUPLICATE_EVIDENCE');
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

    test.each([
      ['with its code, then without', WITH_CODE, NUMBER],
      ['without its code, then with', NUMBER, WITH_CODE],
    ])('is refused against another debtor %s', async (_, first, second) => {
      await ledger.ok(platform, half(first));
      const again = aReceivable({
        debtor: OTHER_BUYER,
        amount: cny('500.00'),
        evidence: [anInvoice({ number: second, amount: cny('1000.00') })],
      });
      expect((await ledger.refusal(platform, again)).code).toBe('DUPLICATE_EVIDENCE');
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
});

test('a number of another form is not another invoice because letters stand around it', async () => {
  // Only runs of twenty digits are taken for national numbers: a contract number is its issuer's own.
  const number = `HT-${invoiceNumber().slice(0, 12)}`;
  await registered(ledger, { evidence: [anInvoice({ kind: 'CONTRACT', number })] });
  const theirs = anInvoice({ kind: 'CONTRACT', number, issuer: OTHER_SUPPLIER.uscc });
  await ledger.ok(platform, aReceivable({ creditor: OTHER_SUPPLIER, evidence: [theirs] }));
});
