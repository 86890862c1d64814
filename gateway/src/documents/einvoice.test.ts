import { describe, expect, test } from '@jest/globals';
import { parseDocuments, type DocumentResult } from './index';

const SELLER = '91350100M000100Y43';
const BUYER = '91440300MA5FPLATX7';
const NUMBER = '26442000000351700250';

const good = `<?xml version="1.0" encoding="UTF-8"?><EInvoice><Header><EIid>${NUMBER}</EIid><InherentLabel><InIssuType>
<LabelCode>Y</LabelCode></InIssuType></InherentLabel></Header><EInvoiceData><SellerInformation><SellerIdNum>${SELLER}</SellerIdNum>
<SellerName>晨岚精密有限公司</SellerName></SellerInformation><BuyerInformation><BuyerIdNum>${BUYER}</BuyerIdNum><BuyerName>云杉电子
有限公司</BuyerName></BuyerInformation><BasicInformation><TotalAmWithoutTax>100.00</TotalAmWithoutTax><TotalTaxAm>13.00</TotalTaxAm>
<TotalTax-includedAmount>113.00</TotalTax-includedAmount><RequestTime>2026-10-03 23:59:59</RequestTime></BasicInformation>
<IssuItemInformation><Amount>120.00</Amount><ComTaxAm>15.60</ComTaxAm></IssuItemInformation>
<IssuItemInformation><Amount>-20.00</Amount><ComTaxAm>-2.60</ComTaxAm></IssuItemInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>${NUMBER}</InvoiceNumber><IssueTime>2026-10-04 00:00:05</IssueTime></TaxSupervisionInfo></EInvoice>`;

function read(text: string): DocumentResult | undefined {
  return parseDocuments({ name: 'any.bin', bytes: Buffer.from(text) })[0];
}

function changed(from: string, to: string): string {
  expect(good).toContain(from);
  return good.replace(from, to);
}

describe('a 数电票', () => {
  test('gives the receivable that it states and itself as evidence', () => {
    const money = { currency: 'CNY', amount: '113.00' };
    expect(read(good)).toEqual({
      ok: true,
      document: {
        creditor: { uscc: SELLER, name: '晨岚精密有限公司' },
        debtor: { uscc: BUYER, name: '云杉电子 有限公司' },
        amount: money,
        evidence: {
          kind: 'INVOICE',
          issuer: SELLER,
          number: NUMBER,
          amount: money,
          issuedOn: '2026-10-04',
          digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        },
      },
    });
  });

  test('is dated by its request where the time of issue is not given', () => {
    const text = changed('<IssueTime>2026-10-04 00:00:05</IssueTime>', '');
    expect(read(text)).toMatchObject({ document: { evidence: { issuedOn: '2026-10-03' } } });
  });

  test('may write codes and amounts with spaces, small letters and full-width digits', () => {
    const text = changed(SELLER, '91350100 m000100y43').replace('>113.00<', '>１１３．００<');
    expect(read(text)).toMatchObject({ document: { creditor: { uscc: SELLER }, amount: { amount: '113.00' } } });
  });

  test.each([
    ['a red letter', '<LabelCode>Y<', '<LabelCode>N<', 'LabelCode'],
    ['an unknown label', '<LabelCode>Y<', '<LabelCode>Q<', 'LabelCode'],
    ['a total that is not net plus tax', '>113.00<', '>113.01<', 'TotalTax-includedAmount'],
    ['a negative total', '>113.00<', '>-113.00<', 'TotalTax-includedAmount'],
    ['items that do not add up', '>120.00<', '>120.01<', 'Amount'],
    ['item tax that does not add up', '>15.60<', '>15.61<', 'ComTaxAm'],
    ['three decimals', '>113.00<', '>113.000<', 'TotalTax-includedAmount'],
    ['an exponent', '>113.00<', '>1.13e2<', 'TotalTax-includedAmount'],
    ['a seller code with a wrong check character', SELLER, '91350100M000100Y44', 'SellerIdNum'],
    ['a seller who is the buyer', BUYER, SELLER, 'BuyerIdNum'],
    ['a number of 19 digits', `<EIid>${NUMBER}`, `<EIid>${NUMBER.slice(1)}`, 'EIid'],
    ['two numbers that differ', `<EIid>${NUMBER}`, '<EIid>26442000000351700251', 'InvoiceNumber'],
    ['a number twice', '<EIid>', '<EIid>26442000000351700251</EIid><EIid>', 'EIid'],
    ['a total twice', '<TotalTaxAm>', '<TotalTaxAm>0.00</TotalTaxAm><TotalTaxAm>', 'TotalTaxAm'],
    ['two sellers', '<BuyerInformation>', '<SellerInformation/><BuyerInformation>', 'SellerInformation'],
    ['a number hidden in markup', NUMBER, '2644<b>2</b>2000000351700250', 'EIid'],
    ['a name of a million characters', '晨岚精密', '晨 '.repeat(500_000), 'SellerName'],
    ['no such day', '2026-10-04 00', '2026-02-30 00', 'IssueTime'],
    ['no buyer name', '云杉电子\n有限公司', ' ', 'BuyerName'],
  ])('with %s is refused', (_, from, to, field) => {
    expect(read(changed(from, to))).toMatchObject({ ok: false, problem: { code: 'INVALID_EVIDENCE', field } });
  });

  test.each(['***', ''])('that is exempt from tax may have %j in its place', (none) => {
    const exempt = good
      .replaceAll(/<ComTaxAm>.*?<\/ComTaxAm>/g, `<ComTaxAm>${none}</ComTaxAm>`)
      .replace('>13.00<', `>${none}<`)
      .replace('>113.00<', '>100.00<');
    expect(read(exempt)).toMatchObject({ document: { amount: { amount: '100.00' } } });
    expect(read(exempt.replace('>100.00</TotalTax-', '>113.00</TotalTax-'))).toMatchObject({ ok: false });
  });

  test.each([
    ['nl 8200.98.395.B.01', 'NL8200.98.395.B.01'],
    ['HK12345678', 'HK12345678'],
  ])('may have a buyer abroad, %s', (written, uscc) => {
    expect(read(changed(BUYER, written))).toMatchObject({ document: { debtor: { uscc } } });
    expect(read(changed(SELLER, written))).toMatchObject({ ok: false, problem: { field: 'SellerIdNum' } });
  });

  test.each(['CN12345678', 'AB12345678', '12345678', '91440300MA5FPLATX8', 'M91440300MA5FPLATX'])(
    'cannot have a buyer with the number %s',
    (written) => {
      expect(read(changed(BUYER, written))).toMatchObject({ ok: false, problem: { field: 'BuyerIdNum' } });
    },
  );

  test('of either letter that cancels another one is refused', () => {
    const red = (number: string): string =>
      changed(
        '</EInvoiceData>',
        `<SpecificInformation><RedEInvoice><OriginalInvoiceCode>${number}</OriginalInvoiceCode></RedEInvoice></SpecificInformation></EInvoiceData>`,
      );
    expect(read(red('24112000000135114086'))).toMatchObject({ ok: false, problem: { field: 'RedEInvoice' } });
    expect(read(red(''))).toMatchObject({ ok: true });
  });
});
