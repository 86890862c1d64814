/** Identifiers from outside: parties, documents, days, text, and how refusals name fields. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BUYER, SUPPLIER, uscc } from '../testing/builders';
import { AssetIdSchema, CommandSchema, PledgeIdSchema } from './command';
import { DocumentNumberSchema, evidenceIdentity, numberIdentities } from './evidence';
import { isUscc, PartyIdSchema, partyKey, sameParty, usccCheckCharacter } from './party';
import { canonicalDocumentNumber, DateSchema, textSchema } from './text';
import { validate } from './validation';

describe('a unified social credit code', () => {
  test('has the check character of GB 32100-2015', () => {
    expect(usccCheckCharacter('91350100M000100Y4')).toBe('3');
    expect(isUscc('91350100M000100Y43')).toBe(true);
  });

  test('with one character changed, or two neighbours exchanged, is another or none', () => {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 16 }), fc.nat({ max: 29 }), (n, place, step) => {
        const code = uscc(n % 1_000_000_000);
        const is = alphabet.indexOf(code[place] ?? '');
        const other = alphabet[(is + 1 + step) % 31] ?? '';
        expect(isUscc(code.slice(0, place) + other + code.slice(place + 1))).toBe(false);
        const [a = '', b = ''] = [code[place], code[place + 1]];
        if (a !== b && place < 16) expect(isUscc(code.slice(0, place) + b + a + code.slice(place + 2))).toBe(false);
      }),
    );
  });

  test.each(['91350100M000100Y44', '91350100I000100Y43', '91350100M000100Y4', '', '91350100M000100Y43X'])(
    'is not %j',
    (code) => {
      expect(isUscc(code)).toBe(false);
    },
  );
});

describe("a party's identifier", () => {
  const CODE = '91350100M000100Y43';

  test.each([
    CODE.toLowerCase(),
    `９１${CODE.slice(2)}`,
    CODE.replace('M', '-M-'),
    `${CODE.slice(0, 9)}\u200b${CODE.slice(9)}`,
    `CN${CODE}`,
    `cn ${CODE}`,
    `CNCN${CODE}`,
    `HK-${CODE}`,
    `USCC: ${CODE}`,
  ])('of one company is one in the spelling %j', (spelling) => {
    expect(partyKey(spelling)).toBe(CODE);
    expect(PartyIdSchema.parse(spelling)).toBe(CODE);
    expect(sameParty(spelling, CODE)).toBe(true);
  });

  test.each(['DE123456789', 'GB 123 4567 89', 'sg201912345k', 'US-12-3456789'])(
    'may be the foreign number %j',
    (id) => {
      const parsed = PartyIdSchema.parse(id);
      expect(partyKey(parsed)).toBe(partyKey(id));
      expect(PartyIdSchema.parse(parsed)).toBe(parsed);
    },
  );

  test.each([
    ['EL123456789', 'GR 123456789'],
    ['UK123456789', 'gb-123456789'],
    ['XI123456789', 'GB 123 4567 89'],
    ['CHE-123.456.788 MWST', 'CHE123456788'],
    ['CHE-123.456.788 TVA', 'CHE-123.456.788 IVA'],
    ['NO 923 456 783 MVA', 'NO923456783'],
  ])('of one company is one under all codes of its country and with what its tax is called: %s, %s', (a, b) => {
    expect(sameParty(a, b)).toBe(true);
    expect(sameParty(a, `FR${b.slice(2)}`)).toBe(false);
  });

  test.each([
    `${CODE.slice(0, -1)}4`,
    `CN${CODE.slice(0, -1)}4`,
    '12345',
    '---',
    '',
    'D',
    'АB123456',
    `${CODE}\u0000`,
    `${CODE}\n`,
    ' '.repeat(3),
    'DE\u202812',
    `DE${'1'.repeat(90)}`,
    // Chinese companies by what they were known by before: registration, taxpayer and organisation codes.
    'CN440301103456789',
    'CN71092841X',
    'CN深圳A12345',
    'MA5DEM0P9',
    'MA5DEM0P-9',
    // Read as other companies' numbers by people, and as DE12345678 by programs.
    'DE1∅2345678',
    'DE12345678○',
    'DE🅸12345678',
    'DE\ue00012345678',
    'DE\ufffd12345678',
  ])('is not %j', (id) => {
    expect(validate(PartyIdSchema, id).ok).toBe(false);
  });

  test('keeps companies apart, and its key is its own key', () => {
    expect(sameParty(SUPPLIER.uscc, BUYER.uscc)).toBe(false);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const parsed = PartyIdSchema.safeParse(text);
        if (!parsed.success) return;
        expect(partyKey(partyKey(text))).toBe(partyKey(text));
        expect(partyKey(parsed.data)).toBe(partyKey(text));
        expect(partyKey(text)).toMatch(/^[0-9A-Z\p{Script=Han}]+$/u);
      }),
    );
  });
});

describe("a document's number", () => {
  const same = (a: string, b: string) =>
    evidenceIdentity({ issuer: '', number: a }, 'K') === evidenceIdentity({ issuer: '', number: b }, 'K');

  test('is canonical once it was made so', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const canonical = canonicalDocumentNumber(text);
        if (canonical === undefined) return;
        expect(canonicalDocumentNumber(canonical)).toBe(canonical);
        expect(canonical).toMatch(/^[0-9A-Z\p{Script=Han}]{1,64}$/u);
      }),
    );
  });

  test('is the same with signs, spaces and invisible characters strewn in', () => {
    const noise = fc.constantFrom(
      ' ',
      '-',
      '/',
      '.',
      '_',
      '\u00a0',
      '\u3000',
      '\u200b',
      '\u200d',
      '\u2060',
      '\u00ad',
      '\ufeff',
      '\u0301',
      '—',
      '－',
      '（',
    );
    const character = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ号'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(character, noise, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 30 }),
        (parts) => {
          const plain = parts.map(([c]) => c).join('');
          const full = (c: string) => (/[!-~]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c);
          const written = parts
            .map(([c, n, lower, wide]) => (wide ? full(c) : lower ? c.toLowerCase() : c) + n)
            .join('');
          expect(same(plain, written)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['1', '01'],
    ['0', '000'],
    ['A7', '00A7'],
    ['044031900111' + '12345678', '44031900111' + '12345678'],
    ['26442000000351700249', 'NO.26442000000351700249'],
    ['26442000000351700249', '发票号码26442000000351700249号'],
    ['26442000000351700249', '2026年发票26442000000351700249'],
    ['26442000000351700249', '264420000O035l7oO249'],
    ['26442000000351700249', 'No. 264420000O0351700249'],
    ['4403191130' + '12345678', 'Invoice No. 4403191130-12345678'],
    ['4403191130' + '12345678', '发票代码4403191130 发票号码12345678'],
    ['4403191130' + '12345678', '发票号码：12345678 发票代码：4403191130'],
    ['044031900111' + '12345678', '號碼 12345678 發票代碼 044031900111'],
    ['4403191130' + '12345678', '4403191130 № 12345678'],
    ['4403191130' + '12345678', '4403191130 深圳增值税专用发票 No.12345678'],
    ['4403191130' + '12345678', '增值税专用发票 4403191130 12345678'],
    ['4403191130' + '12345678', '发票号 12345678（代码 4403191130）'],
    ['044031900111' + '12345678', '44031900111 No 12345678'],
    ['4403191130' + '00345678', '发票代码 4403191130 发票号码 345678'],
    ['044031900111' + '00345678', '號碼 345678 代碼 044031900111'],
    ['4403191130' + '12345678', '440319113012345678/2026'],
    ['044031900111' + '12345678', '04403190011112345678 (2)'],
    ['12345678', '增值税专用发票 № 12345678'],
    ['12345678', '专票12345678'],
    ['A-17', '合同编号：A-17'],
    ['A-17', 'Contract No. A-17'],
    ['COSU6123', 'B/L No. COSU6123'],
    ['123', 'Inv. No. 123'],
    ['INV-2026-1007', 'INV-2O26-1oO7'],
    ['12345678', 'No. 12345678'],
    ['12345678', '№12345678'],
    ['12345678', '第12345678号'],
    ['号', '号'],
    ['A01', 'A〇1'],
    ['12', '〇12'],
    ['INV-2026-12', 'INV─2026∶12'],
    ['N12', 'N°12'],
  ])('%s is the one of %s', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  test.each([
    ['1', '10'],
    ['A1', 'A01'],
    ['12', '21'],
    ['26442000000351700249', '26442000000351700248'],
    ['NO26442000000351700249', 'NO126442000000351700249'],
    ['甲1', '乙1'],
    ['NORD-1', '1'],
    ['I-100', 'L-100'],
    ['O-100', '100'],
    ['2026-I-100', '2026-L-100'],
    ['INV-1', '1'],
    ['合同1', '订单1'],
    ['2026112301号1', '2026112301'],
    ['4403191130 № 12345678', '4403191130 № 12345679'],
    ['4403191130 № 12345678', '4403191140 № 12345678'],
    ['4403191130 A 12345678', '4403191130 B 12345678'],
    ['二〇二六年1号', '二六年1号'],
    ['第一1号', '第1号'],
  ])('%s is not the one of %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  test('belongs to its issuer, save where it is unique in the country', () => {
    const of = (number: string, key: string) => evidenceIdentity({ issuer: '', number }, key);
    expect(of('A-1', 'X')).not.toBe(of('A-1', 'Y'));
    expect(of('26442000000351700249', 'X')).toBe(of('26442000000351700249', 'Y'));
    expect(of('4403191130' + '12345678', 'X')).toBe(of('4403191130' + '12345678', 'Y'));
    expect(of('1234567890123456', 'X')).not.toBe(of('1234567890123456', 'Y'));
    expect(of('合同2026112301号补充协议1', 'X')).not.toBe(of('合同2026112301号补充协议1', 'Y'));
  });

  test('of an invoice of paper is known between two companies by what is printed as its number, with its code or without', () => {
    const known = (number: string, debtorKey = 'B', creditorKey = 'A') =>
      numberIdentities({ number }, { issuerKey: 'A', creditorKey, debtorKey });
    const trade = (number: string, debtor = 'B') => known(number, debtor)[0];
    for (const number of [
      '4403191130' + '00345678',
      '044031900111' + '00345678',
      '44031900111' + '00345678',
      '144031900111' + '00345678',
    ]) {
      expect(trade(number)).toEqual({ identity: trade('00345678')?.identity, coded: true });
    }
    expect(trade('No. 345678')).toEqual({ identity: trade('00345678')?.identity, coded: false });
    expect(trade('4403191130' + '00345678', 'C')?.identity).not.toBe(trade('00345678')?.identity);
    expect(known('26442000000351700249')).toEqual([]);
    // And under its issuer, whoever is said to be owed it or to owe it.
    expect(known('4403191130' + '00345678', 'C', 'D')[1]).toEqual({ ...known('345678')[1], coded: true });
    expect([known('INV-1'), known('1024'), known('99999999')].map(({ length }) => length)).toEqual([1, 1, 2]);
    expect(trade('1234567890123456')).toMatchObject({ coded: false });
  });

  test('may hold what turns the direction of writing, which does not count', () => {
    expect(same(DocumentNumberSchema.parse('A\u202e12'), 'A12')).toBe(true);
  });

  test('passes the schema with space around it, and keeps its spelling', () => {
    expect(DocumentNumberSchema.parse(' 1-２ ')).toBe('1-２');
    for (const bad of ['', ' ', '--', 'А1', '〡1', 'é'.repeat(129), '1\u0000', '1\n2', '1\ud800', '1'.repeat(65)]) {
      expect(validate(DocumentNumberSchema, bad).ok).toBe(false);
    }
  });

  test.each(['2.6442E+19', '2,6442e19', '12345678.0', '１２.００'])(
    'is not what a spreadsheet makes of it: %s',
    (number) => {
      expect(validate(DocumentNumberSchema, number).ok).toBe(false);
    },
  );

  test.each([
    ['signs that look like letters', '🅸🅽🆅-2026-12'],
    ['a circle in the place of a zero', '二○二六年1号'],
    ['a slashed zero that is none', 'INV-2∅26'],
    ['a multiplication sign', '10×20'],
    ['a radical in the place of the ideograph', '中⻓-12'],
    ['what a decoder has lost', 'INV\ufffd-12'],
    ['a private character', 'INV\ue000-12'],
    ['a character that is none yet', 'INV\u{7fffe}-12'],
    ['an emoji', 'INV-🔟'],
    ['a sign of Thai that looks like a zero', '2๏26'],
    ['a sign of Irish that looks like a seven', 'INV-⁊12'],
    ['a vowel that looks like a letter', 'INV-\u103112'],
    ['a small letter over a digit', 'INV-1\u03632'],
    ['an 一 in the place of a dash', 'HT一2026一1'],
    ['a stroke in the place of a one', '2026-丨2'],
  ])('is not passed over in part: %s', (_, number) => {
    expect(validate(DocumentNumberSchema, number)).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
  });

  test('loses no character but those that nobody reads as a letter or digit', () => {
    const lost: string[] = [];
    for (let code = 0x80; code < 0x110000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      if (canonicalDocumentNumber(`A${character}1`) === 'A1') lost.push(character);
    }
    expect(lost.filter((character) => /[\p{L}\p{N}\p{Co}\p{Cn}\p{Mc}]/u.test(character))).toEqual([]);
    expect(lost.length).toBeLessThan(900);
  });

  test('that was not checked has no identity', () => {
    expect(() => evidenceIdentity({ issuer: '', number: '---' }, 'K')).toThrow('unchecked');
  });
});

describe('text', () => {
  test.each([
    '\u0000',
    'a\u0000b',
    'a\u0007',
    'a\u001b[31m',
    'a\u0085b',
    'a\u2028b',
    'a\u2029b',
    'a\ud800b',
    '\udc00',
    'a\nb',
    'a\u202eb',
    'a\u2066b',
    ' a',
    'a ',
    'a\u3000',
    '',
  ])('is not %j', (text) => {
    expect(validate(textSchema(10), text)).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
  });

  test.each(['a', '深圳公司', '𠮷野家', 'a b', '（甲）'])('may be %j', (text) => {
    expect(textSchema(10).parse(text)).toBe(text);
  });

  test('is not longer than its most', () => {
    expect(textSchema(3).safeParse('abc').success).toBe(true);
    expect(textSchema(3).safeParse('abcd').success).toBe(false);
  });
});

test('a day exists in the calendar and has one spelling', () => {
  for (const day of ['2028-02-29', '2027-12-31']) expect(DateSchema.parse(day)).toBe(day);
  for (const day of [
    '2027-02-29',
    '2027-13-01',
    '2027-00-10',
    '2027-1-1',
    '2027-01-32',
    '27-01-01',
    '2027-01-01T00:00:00Z',
    '２０２７-01-01',
    '',
  ]) {
    expect(validate(DateSchema, day).ok).toBe(false);
  }
});

test('ids of assets and pledges are nothing but ids', () => {
  const id = `rcv_${'0'.repeat(26)}`;
  expect(AssetIdSchema.safeParse(id).success && PledgeIdSchema.safeParse(`${id}.${'a'.repeat(13)}`).success).toBe(true);
  for (const bad of [`${id}\n`, `${id}\u0000`, id.toUpperCase(), `${id}0`, '../x', '']) {
    expect([AssetIdSchema.safeParse(bad).success, PledgeIdSchema.safeParse(bad).success]).toEqual([false, false]);
  }
});

describe('a refusal of input', () => {
  const command = (change: object) =>
    validate(CommandSchema, {
      id: '00000000-0000-4000-8000-000000000001',
      type: 'receivable.register',
      creditor: SUPPLIER,
      debtor: BUYER,
      amount: { currency: 'CNY', amount: '1.00' },
      dueDate: '2027-01-01',
      evidence: [
        {
          kind: 'INVOICE',
          issuer: SUPPLIER.uscc,
          number: '1',
          amount: { currency: 'CNY', amount: '1' },
          issuedOn: '2026-01-01',
        },
      ],
      ...change,
    });

  test('does not meet what is right', () => {
    expect(command({}).ok).toBe(true);
  });

  test.each([
    ['dueDate', { dueDate: 'tomorrow' }],
    ['amount.amount', { amount: { currency: 'CNY', amount: '0' } }],
    ['creditor.uscc', { creditor: { uscc: 'x', name: 'x' } }],
    ['creditor.name', { creditor: { uscc: SUPPLIER.uscc, name: '' } }],
    ['evidence', { evidence: [] }],
    ['evidence[0].kind', { evidence: [{}] }],
    ['more', { more: 1 }],
    ['creditor.more', { creditor: { ...SUPPLIER, more: 1 } }],
    ['id', { id: 'x' }],
    ['amount', { amount: undefined }],
  ])('names the field %s', (field, change) => {
    expect(command(change)).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT', field } });
  });
});
