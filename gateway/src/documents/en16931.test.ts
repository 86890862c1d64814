import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { parseDocuments, type DocumentResult } from './index';

const UBL = 'urn:oasis:names:specification:ubl:schema:xsd:';
const CII = 'urn:un:unece:uncefact:data:standard:';

const ubl = `<Invoice xmlns="${UBL}Invoice-2" xmlns:a="${UBL}CommonAggregateComponents-2" xmlns:b="${UBL}CommonBasicComponents-2">
<b:ID>F-2026/17</b:ID><b:IssueDate>2026-10-04</b:IssueDate><b:DueDate>2026-12-03</b:DueDate><b:InvoiceTypeCode>380</b:InvoiceTypeCode>
<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode><b:TaxCurrencyCode>SEK</b:TaxCurrencyCode>
<a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>Larkmoor</b:Name></a:PartyName><a:PostalAddress><a:Country>
<b:IdentificationCode>NL</b:IdentificationCode></a:Country></a:PostalAddress><a:PartyTaxScheme><b:CompanyID>nl8200.98.395.B.01</b:CompanyID>
<a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme><a:PartyLegalEntity><b:RegistrationName>Larkmoor Trading B.V.
</b:RegistrationName><b:CompanyID>57151520</b:CompanyID></a:PartyLegalEntity></a:Party></a:AccountingSupplierParty>
<a:AccountingCustomerParty><a:Party><a:PartyIdentification><b:ID>10202</b:ID></a:PartyIdentification><a:PostalAddress><a:Country>
<b:IdentificationCode>DK</b:IdentificationCode></a:Country></a:PostalAddress><a:PartyLegalEntity><b:RegistrationName>Søholm Papir
</b:RegistrationName></a:PartyLegalEntity></a:Party></a:AccountingCustomerParty>
<a:TaxTotal><b:TaxAmount currencyID="EUR">21.00</b:TaxAmount></a:TaxTotal><a:TaxTotal><b:TaxAmount currencyID="SEK">240.00</b:TaxAmount>
</a:TaxTotal><a:LegalMonetaryTotal><b:LineExtensionAmount currencyID="EUR">105.02</b:LineExtensionAmount><b:TaxExclusiveAmount currencyID="EUR">100.02</b:TaxExclusiveAmount><b:TaxInclusiveAmount
currencyID="EUR">121.02</b:TaxInclusiveAmount><b:AllowanceTotalAmount currencyID="EUR">6.00
</b:AllowanceTotalAmount><b:ChargeTotalAmount currencyID="EUR">1.00</b:ChargeTotalAmount><b:PrepaidAmount currencyID="EUR">21.00</b:PrepaidAmount><b:PayableRoundingAmount
currencyID="EUR">-0.02</b:PayableRoundingAmount><b:PayableAmount currencyID="EUR">100.00</b:PayableAmount></a:LegalMonetaryTotal></Invoice>`;

const cii = `<r:CrossIndustryInvoice xmlns:r="${CII}CrossIndustryInvoice:100" xmlns:m="${CII}ReusableAggregateBusinessInformationEntity:100"
xmlns:u="${CII}UnqualifiedDataType:100"><r:ExchangedDocument><m:ID>F-2026/17</m:ID><m:TypeCode>380</m:TypeCode><m:IssueDateTime>
<u:DateTimeString format="102">20261004</u:DateTimeString></m:IssueDateTime></r:ExchangedDocument><r:SupplyChainTradeTransaction>
<m:ApplicableHeaderTradeAgreement><m:SellerTradeParty><m:Name>Larkmoor Trading B.V.</m:Name><m:SpecifiedLegalOrganization>
<m:ID>57151520</m:ID></m:SpecifiedLegalOrganization><m:PostalTradeAddress><m:CountryID>NL</m:CountryID></m:PostalTradeAddress>
<m:SpecifiedTaxRegistration><m:ID schemeID="VA">nl8200.98.395.B.01</m:ID></m:SpecifiedTaxRegistration></m:SellerTradeParty>
<m:BuyerTradeParty><m:ID>10202</m:ID><m:Name>Søholm Papir</m:Name><m:PostalTradeAddress><m:CountryID>DK</m:CountryID>
</m:PostalTradeAddress></m:BuyerTradeParty></m:ApplicableHeaderTradeAgreement><m:ApplicableHeaderTradeSettlement>
<m:TaxCurrencyCode>SEK</m:TaxCurrencyCode><m:InvoiceCurrencyCode>EUR</m:InvoiceCurrencyCode><m:SpecifiedTradePaymentTerms>
<m:DueDateDateTime><u:DateTimeString format="102">20261203</u:DateTimeString></m:DueDateDateTime></m:SpecifiedTradePaymentTerms>
<m:SpecifiedTradeSettlementHeaderMonetarySummation><m:LineTotalAmount>105.02</m:LineTotalAmount><m:ChargeTotalAmount>1</m:ChargeTotalAmount>
<m:AllowanceTotalAmount>6</m:AllowanceTotalAmount><m:TaxBasisTotalAmount>100.02</m:TaxBasisTotalAmount><m:TaxTotalAmount
currencyID="EUR">21</m:TaxTotalAmount><m:TaxTotalAmount currencyID="SEK">240</m:TaxTotalAmount><m:RoundingAmount>-0.02</m:RoundingAmount>
<m:GrandTotalAmount>121.02</m:GrandTotalAmount><m:TotalPrepaidAmount>21</m:TotalPrepaidAmount><m:DuePayableAmount>100</m:DuePayableAmount>
</m:SpecifiedTradeSettlementHeaderMonetarySummation></m:ApplicableHeaderTradeSettlement></r:SupplyChainTradeTransaction>
</r:CrossIndustryInvoice>`;

/** Who a buyer is that has but a number in its seller's books. */
function customer(number: string, seller = 'NL820098395B01'): string {
  return `DKC${createHash('sha256').update(`${seller}|${number}`).digest('hex').slice(0, 16).toUpperCase()}`;
}

function read(text: string): DocumentResult | undefined {
  return parseDocuments({ name: 'invoice', bytes: Buffer.from(text) })[0];
}

function refusal(text: string, from: string, to: string): string | undefined {
  expect(text).toContain(from);
  const result = read(text.replace(from, to));
  return result?.ok === false ? result.problem.detail : undefined;
}

describe.each([
  ['UBL', ubl],
  ['CII', cii],
])('an invoice in %s', (_, text) => {
  test('gives what is still to be paid, after prepayment and rounding', () => {
    const money = { currency: 'EUR', amount: '100.00' };
    expect(read(text)).toMatchObject({
      ok: true,
      document: {
        creditor: { uscc: 'NL8200.98.395.B.01', name: 'Larkmoor Trading B.V.' },
        debtor: { uscc: customer('10202'), name: 'Søholm Papir' },
        amount: money,
        dueDate: '2026-12-03',
        evidence: { issuer: 'NL8200.98.395.B.01', number: 'F-2026/17', amount: money, issuedOn: '2026-10-04' },
      },
    });
  });

  test.each([
    ['381', 'credit note'],
    ['502', 'credit note'],
    ['325', 'pro forma'],
    ['393', 'assigned already'],
    ['472', 'assigned already'],
    ['473', 'assigned already'],
    ['501', 'assigned already'],
    ['384', 'corrected'],
    ['471', 'corrected'],
    ['386', 'prepayment'],
    ['500', 'prepayment'],
    ['395', 'consignment'],
    ['71', 'the invoice that it is about'],
    ['130', 'no invoice'],
    ['935', 'no invoice'],
    ['999', 'BR-CL-01'],
  ])('of type %s is refused', (code, why) => {
    expect(refusal(text, '>380<', `>${code}<`)).toContain(why);
  });

  test.each(['80', '326', '383', '388', '389', '480', '875'])('of type %s is a claim', (code) => {
    expect(read(text.replace('>380<', `>${code}<`))).toMatchObject({ ok: true });
  });

  test('is held to its sums', () => {
    expect(refusal(text, '>105.02<', '>105.03<')).toContain('BR-CO-13');
    expect(refusal(text, '>100.02<', '>100.03<')).toContain('BR-CO-13');
    expect(refusal(text, '>-0.02<', '>-0.03<')).toContain('BR-CO-16');
    expect(refusal(text, '>121.02<', '>121.03<')).toContain('BR-CO-15');
    expect(refusal(text, '>-0.02<', '>-100.02<')).toContain('BR-CO-16');
  });

  test('with a second tax total in its own currency is refused', () => {
    expect(refusal(text, '"SEK">240', '"EUR">240')).toContain('only one tax total in EUR');
    expect(refusal(text, '"SEK">240', '"USD">240')).toContain('not a currency of the document');
  });

  test('may state its tax total twice, if it says the same', () => {
    const inOne = text.replace('>SEK<', '>EUR<').replace('"SEK">240', '"EUR">21');
    expect(read(inOne)).toMatchObject({ ok: true });
  });

  test('knows a party by its name where nothing else is stated, however the name is punctuated', () => {
    const digits = createHash('sha256').update('SØHOLMPAPIR').digest('hex').slice(0, 16).toUpperCase();
    const nameless = text.replace('>10202<', '><');
    expect(read(nameless)).toMatchObject({ document: { debtor: { uscc: `DKN${digits}` } } });
    const other = nameless.replace('Søholm Papir', 'SØHOLM-Papir');
    expect(read(other)).toMatchObject({ document: { debtor: { uscc: `DKN${digits}` } } });
    expect(
      read(other.replace('>DK<', '><').replace(/<[a-z]:(?:IdentificationCode|CountryID)><\/[^>]*>/, '')),
    ).toMatchObject({
      document: { debtor: { uscc: `XXN${digits}` } },
    });
  });

  test('knows a Chinese party by its unified social credit code', () => {
    for (const id of ['91350100M000100Y43', 'CN91350100M000100Y43', '9135 0100 m000 100y43']) {
      expect(read(text.replace('>10202<', `>${id}<`))).toMatchObject({
        document: { debtor: { uscc: '91350100M000100Y43' } },
      });
    }
    const chinese = text.replace('>DK<', '>CN<');
    expect(refusal(chinese, '>10202<', '>91350100M000100Y44<')).toContain('check character');
  });

  test('whose seller is its buyer is refused', () => {
    // VAT number of the Netherlands, by its scheme.
    const [global, vat] = text === cii ? ['GlobalID', '</m:GlobalID>'] : ['ID', '</b:ID>'];
    const stated = text.replace(/<([bm]):ID>10202<\/[bm]:ID>/, `<$1:${global} schemeID="9944">NL820098395B01${vat}`);
    expect(read(stated)).toMatchObject({ ok: false, problem: { detail: expect.stringContaining('same party') } });
  });

  test('knows a buyer by a number in its seller’s books only together with the seller', () => {
    const debtorOf = (from: string) => {
      const result = read(from);
      return result?.ok === true ? result.document.debtor.uscc : result?.problem.detail;
    };
    expect(debtorOf(text)).toBe(customer('10202'));
    // Another seller has another customer under that number.
    const other = text.replace('nl8200.98.395.B.01', 'NL004495445B01');
    expect(debtorOf(other)).toBe(customer('10202', 'NL004495445B01'));
    expect(debtorOf(text.replace('>10202<', ' schemeID="ZZZ">10202<'))).toBe(customer('10202'));
    // A number of a register means one company, whoever states it.
    expect(debtorOf(text.replace('>10202<', ' schemeID="0184">12345674<'))).toBe('DK12345674');
  });

  test('knows no company by a number of a German register whose court is not named', () => {
    const legal = (id: string): string =>
      text === cii
        ? `<m:SpecifiedLegalOrganization><m:ID>${id}</m:ID></m:SpecifiedLegalOrganization>`
        : `<b:CompanyID>${id}</b:CompanyID>`;
    const buyer = (id: string): string => {
      const german = text.replace('>DK<', '>DE<').replace(/<([bm]):ID>10202<\/[bm]:ID>/, '<$1:ID></$1:ID>');
      return text === cii
        ? german.replace('<m:Name>Søholm Papir</m:Name>', `<m:Name>Søholm Papir</m:Name>${legal(id)}`)
        : german.replace('>Søholm Papir\n</b:RegistrationName>', `>Søholm Papir</b:RegistrationName>${legal(id)}`);
    };
    expect(read(buyer('HRB 8421'))).toMatchObject({ document: { debtor: { uscc: expect.stringMatching(/^DEN/) } } });
    expect(read(buyer('Flensburg HRB 8421'))).toMatchObject({
      document: { debtor: { uscc: 'DEFLENSBURGHRB8421' } },
    });
  });

  test('knows no seller by a number in its buyer’s books', () => {
    const [vat, legal] =
      text === cii
        ? [
            /<m:SpecifiedTaxRegistration>[^]*?<\/m:SpecifiedTaxRegistration>/,
            /<m:SpecifiedLegalOrganization>[^]*?<\/m:SpecifiedLegalOrganization>/,
          ]
        : [/<a:PartyTaxScheme>[^]*?<\/a:PartyTaxScheme>/, /<b:CompanyID>57151520<\/b:CompanyID>/];
    const number =
      text === cii
        ? ['<m:SellerTradeParty>', '<m:ID>10202</m:ID>']
        : ['<a:Party>', '<a:PartyIdentification><b:ID>10202</b:ID></a:PartyIdentification>'];
    const numbered = text
      .replace(vat, '')
      .replace(legal, '')
      .replace(number[0] ?? '', number.join(''));
    expect(read(numbered)).toMatchObject({
      document: { creditor: { uscc: expect.stringMatching(/^NLN[0-9A-F]{16}$/) } },
    });
  });
});

describe('UBL alone', () => {
  test('a credit note is no claim', () => {
    expect(read(`<CreditNote xmlns="${UBL}CreditNote-2"/>`)).toMatchObject({
      problem: { detail: 'a credit note backs nothing' },
    });
  });

  test('an amount in another currency than the document’s is refused', () => {
    expect(refusal(ubl, 'currencyID="EUR">100.00', 'currencyID="USD">100.00')).toContain('"USD"');
  });

  test('an invoice of another namespace is not known', () => {
    expect(refusal(ubl, `${UBL}Invoice-2`, 'urn:other')).toContain('not an invoice');
  });

  test('without a due date of its own is due on the last day of its means and terms of payment', () => {
    const due = (element: string, day: string): string =>
      `<a:${element}><b:PaymentDueDate>${day}</b:PaymentDueDate></a:${element}>`;
    const before = '<a:AccountingSupplierParty>';
    const terms =
      due('PaymentMeans', '2026-12-31') + due('PaymentTerms', '2027-02-28') + due('PaymentTerms', '2027-01-31');
    const text = ubl.replace(before, terms + before);
    expect(read(text)).toMatchObject({ document: { dueDate: '2026-12-03' } });
    expect(read(text.replace('<b:DueDate>2026-12-03</b:DueDate>', ''))).toMatchObject({
      document: { dueDate: '2027-02-28' },
    });
  });

  test('payments that it lists are what was prepaid', () => {
    const paid = (amount: string): string =>
      `<a:PrepaidPayment><b:PaidAmount currencyID="EUR">${amount}</b:PaidAmount></a:PrepaidPayment>`;
    const before = '<a:AccountingSupplierParty>';
    expect(read(ubl.replace(before, paid('20.00') + paid('1.00') + before))).toMatchObject({ ok: true });
    expect(refusal(ubl, before, paid('20.00') + before)).toContain('payments listed add up to 20.00');
  });

  test('two VAT identifiers are a contradiction, two of a lesser kind are not', () => {
    const scheme =
      '<a:PartyTaxScheme><b:CompanyID>NL1</b:CompanyID><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>';
    expect(refusal(ubl, '<a:PartyTaxScheme>', `${scheme.replace('NL1', 'NL123')}<a:PartyTaxScheme>`)).toContain(
      'two vat',
    );
    const more = '<a:PartyIdentification><b:ID>20000</b:ID></a:PartyIdentification>';
    const before = ubl.replace('<a:PartyIdentification>', `${more}<a:PartyIdentification>`);
    const after = ubl.replace('</a:PartyIdentification>', `</a:PartyIdentification>${more}`);
    for (const text of [before, after])
      expect(read(text)).toMatchObject({ document: { debtor: { uscc: customer('10202') } } });
  });
});

describe('CII alone', () => {
  test('is due on the last of its terms of payment, but for those with a discount', () => {
    const term = (day: string, more = ''): string =>
      `<m:SpecifiedTradePaymentTerms><m:DueDateDateTime><u:DateTimeString format="102">${day}</u:DateTimeString></m:DueDateDateTime>${more}</m:SpecifiedTradePaymentTerms>`;
    const discount = '<m:ApplicableTradePaymentDiscountTerms/>';
    const dueBy = (...terms: string[]) =>
      read(cii.replace('<m:SpecifiedTradePaymentTerms>', `${terms.join('')}<m:SpecifiedTradePaymentTerms>`));
    expect(dueBy(term('20270101'), term('20270301'))).toMatchObject({ document: { dueDate: '2027-03-01' } });
    expect(dueBy(term('20261110'), term('20270301', discount))).toMatchObject({ document: { dueDate: '2026-12-03' } });
    const only = cii.replace('</m:SpecifiedTradePaymentTerms>', `${discount}</m:SpecifiedTradePaymentTerms>`);
    expect(read(only)).toMatchObject({ document: { dueDate: '2026-12-03' } });
  });

  test('days may have a time of day with them, in the formats for that', () => {
    const dated = cii.replace('format="102">20261004', 'format="203">202610042359');
    expect(read(dated)).toMatchObject({ document: { evidence: { issuedOn: '2026-10-04' } } });
    expect(refusal(cii, 'format="102">20261004', 'format="616">202640')).toContain('must have 102');
  });

  test('payments that it lists are what was prepaid', () => {
    const before = '<m:SpecifiedTradeSettlementHeaderMonetarySummation>';
    const paid = '<m:SpecifiedAdvancePayment><m:PaidAmount>20</m:PaidAmount></m:SpecifiedAdvancePayment>';
    expect(read(cii.replace(before, paid.replace('20', '21') + before))).toMatchObject({ ok: true });
    expect(refusal(cii, before, paid + before)).toContain('payments listed add up to 20.00');
  });
});
