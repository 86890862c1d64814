import { describe, expect, test } from '@jest/globals';
import { MAX_ROWS } from './csv';
import { parseDocuments, type DocumentResult } from './index';

const SELLER = '91350100M000100Y43';
const BUYER = '91440300MA5FPLATX7';
const HEADER = 'creditorUscc,creditorName,debtorUscc,debtorName,currency,amount,number,issuedOn';
const ROW = `${SELLER},晨岚精密,${BUYER},云杉电子,CNY,113.00,26442000000351700250,2026-10-04`;

function read(text: string): readonly DocumentResult[] {
  return parseDocuments({ name: 'list.csv', bytes: Buffer.from(text) });
}

describe('a CSV file', () => {
  test('gives one document a record, with defaults for issuer and value', () => {
    const money = { currency: 'CNY', amount: '113.00' };
    expect(read(`${HEADER}\n${ROW}\n`)).toMatchObject([
      {
        ok: true,
        document: {
          row: 2,
          creditor: { uscc: SELLER, name: '晨岚精密' },
          debtor: { uscc: BUYER, name: '云杉电子' },
          amount: money,
          evidence: {
            kind: 'INVOICE',
            issuer: SELLER,
            number: '26442000000351700250',
            amount: money,
            issuedOn: '2026-10-04',
          },
        },
      },
    ]);
  });

  test('may have optional columns, in any order', () => {
    const text = `evidenceAmount,issuer,dueDate,${HEADER}\n200.00,DE123456789,2026-12-31,${ROW}\n,,,${ROW}`;
    const [full, bare] = read(text);
    expect(full).toMatchObject({
      document: { dueDate: '2026-12-31', evidence: { issuer: 'DE123456789', amount: { amount: '200.00' } } },
    });
    expect(bare).toMatchObject({ document: { evidence: { issuer: SELLER, amount: { amount: '113.00' } } } });
    expect(bare).not.toHaveProperty('document.dueDate');
  });

  test.each([[';'], ['\t'], [',']])('may be separated by %j', (delimiter) => {
    const text = `${HEADER}\r\n${ROW}\r\n`.replaceAll(',', delimiter);
    expect(read(text)).toMatchObject([{ ok: true, document: { row: 2 } }]);
  });

  test('may have a Chinese header', () => {
    const text = `销方识别号,销方名称,购方识别号,购方名称,币种,价税合计,发票号码,开票日期,到期日\n${ROW},2026年12月3日`;
    expect(read(text)).toMatchObject([{ ok: true, document: { amount: { amount: '113.00' }, dueDate: '2026-12-03' } }]);
  });

  test('has the code of an invoice of paper in a column of its own, without which the number is not known in the country', () => {
    const paper = (code: string, number: string): string => `${ROW.replace('26442000000351700250', number)},${code}`;
    const results = read(
      [
        `${HEADER},发票代码`,
        paper('044001900111', '00345678'),
        paper('44001900111', '345678'),
        paper('', '00345678'),
        paper('0440019', '00345678'),
        paper('044001900111', '26442000000351700250'),
      ].join('\n'),
    );
    expect(results).toMatchObject([
      { document: { evidence: { number: '044001900111 00345678' } } },
      { document: { evidence: { number: '44001900111 00345678' } } },
      { document: { evidence: { number: '00345678' } } },
      { ok: false, problem: { code: 'INVALID_EVIDENCE', field: 'code' } },
      { ok: false, problem: { code: 'INVALID_EVIDENCE', field: 'number' } },
    ]);
  });

  const LIST =
    '序号,发票代码,发票号码,数电发票号码,销方识别号,销方名称,购方识别号,购买方名称,开票日期,金额,税额,价税合计,发票来源,发票票种,发票状态,是否正数发票,发票风险等级,开票人,备注';
  const listed = (changes: Readonly<Record<number, string>> = {}): string => {
    const row = ['1', '', '', '26442000000351700250', SELLER, '晨岚精密', BUYER, '云杉电子', '2026-10-04 10:20:30'];
    row.push(
      '100.00',
      '13.00',
      '113.00',
      '电子发票服务平台',
      '数电发票（增值税专用发票）',
      '正常',
      '是',
      '正常',
      '王',
      '',
    );
    return row.map((field, i) => changes[i] ?? field).join(',');
  };

  test('may be the list of invoices that the tax administration exports', () => {
    const paper = { 1: '044001900111', 2: '00345678', 3: '' };
    expect(
      read([LIST, listed(), listed(paper), listed({ ...paper, 3: '26442000000351700251' })].join('\n')),
    ).toMatchObject([
      {
        document: {
          creditor: { uscc: SELLER },
          debtor: { uscc: BUYER },
          amount: { currency: 'CNY', amount: '113.00' },
          evidence: { number: '26442000000351700250', issuedOn: '2026-10-04' },
        },
      },
      { document: { evidence: { number: '044001900111 00345678' } } },
      { document: { evidence: { number: '26442000000351700251' } } },
    ]);
  });

  test.each([
    ['状态 已作废', { 14: '已作废' }, 'status'],
    ['状态 已红冲-部分', { 14: '已红冲-部分' }, 'status'],
    ['a red letter', { 9: '-100.00', 10: '-13.00', 11: '-113.00', 15: '否' }, 'amount'],
    ['a red letter with a positive total', { 15: '否' }, 'positive'],
    ['sums that do not add up', { 10: '13.01' }, 'amount'],
    ['no number', { 3: '' }, 'number'],
  ])('that is such a list refuses an invoice with %s', (_, changes, field) => {
    expect(read([LIST, listed(changes)].join('\n'))).toMatchObject([{ ok: false, problem: { field } }]);
  });

  test('with a line for each item of an invoice is refused: no line is what the invoice is worth', () => {
    expect(read(`${LIST},货物或应税劳务名称\n${listed()},*电子元件*`)).toMatchObject([
      { ok: false, problem: { field: '货物或应税劳务名称' } },
    ]);
  });

  test('counts lines, not records: quoted line breaks and empty lines shift what follows', () => {
    const wrapped = ROW.replace('晨岚精密', '"晨岚\n精密"');
    const results = read(`${HEADER}\n\n${wrapped}\n${ROW.replace('CNY', 'ABC')}\n,,,,,,,\n`);
    expect(results).toMatchObject([
      { ok: true, document: { row: 3, creditor: { name: '晨岚 精密' } } },
      { ok: false, row: 5 },
    ]);
  });

  test('keeps good records beside bad ones, each with the field that is wrong', () => {
    const bad: readonly (readonly [string, string, string])[] = [
      ['CNY', 'ABC', 'currency'],
      ['113.00', '"1,113.00"', 'amount'],
      ['113.00', '0', 'amount'],
      ['113.00', '113.001', 'amount'],
      ['26442000000351700250', '2.64420E+19', 'number'],
      ['26442000000351700250', '12345678.0', 'number'],
      ['26442000000351700250', '', 'number'],
      ['26442000000351700250', '---', 'number'],
      ['26442000000351700250', '26442000000351700250 26442000000351700251', 'number'],
      ['2026-10-04', '04/10/2026', 'issuedOn'],
      [SELLER, '91350100M000100Y44', 'creditorUscc'],
      [BUYER, SELLER, 'debtorUscc'],
      ['云杉电子', 'x'.repeat(201), 'debtorName'],
    ];
    const rows = bad.map(([from, to]) => ROW.replace(from, to));
    const results = read([HEADER, ...rows, ROW].join('\n'));
    expect(results.map((result) => (result.ok ? 'ok' : result.problem.field))).toEqual([
      ...bad.map(([, , field]) => field),
      'ok',
    ]);
  });

  test('with a record of another length than the header has a problem in that record', () => {
    expect(read(`${HEADER}\n${ROW},more\n${ROW}`)).toMatchObject([{ ok: false, row: 2 }, { ok: true }]);
  });

  test('with a party whose number is not all letters and digits to everybody has a problem in that record', () => {
    const rows = ['DE1\ue00023', 'DE1∅23', 'DE1\u{7fffe}23', 'DE123'].map((id) => ROW.replace(BUYER, id));
    expect(read([HEADER, ...rows].join('\n')).map(({ ok }) => ok)).toEqual([false, false, false, true]);
  });

  test.each([
    ['an unknown column', `${HEADER},colour\n${ROW},red`, 'colour'],
    ['a missing column', HEADER.replace('currency,', '') + '\n1', 'currency'],
    ['a column under both its names', `${HEADER},币种\n${ROW},CNY`, 'currency'],
    ['no records', HEADER, 'no records'],
    ['no known header', 'hello\nworld', 'not an invoice'],
    ['an open quote', `${HEADER}\n"${ROW}`, 'cannot be read'],
    ['too many records', `${HEADER}\n${`${ROW}\n`.repeat(MAX_ROWS + 1)}`, `more than ${MAX_ROWS}`],
    ['an endless field', `${HEADER}\n${'x'.repeat(50_000)}`, 'cannot be read'],
  ])('with %s gives one problem for the file', (_, text, detail) => {
    const results = read(text);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ ok: false, problem: { detail: expect.stringContaining(detail) as unknown } });
  });
});
