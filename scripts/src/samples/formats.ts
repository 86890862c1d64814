/** An invented invoice as 数电票 XML, UBL 2.1, CII D16B or a line of CSV. */
import { decimal, type SampleInvoice, type SampleLine } from './invoice';

/** What a bad sample does differently from a good one. */
export type EInvoiceVariation = Readonly<{ red?: boolean; prolog?: string; drawer?: string; total?: bigint }>;

/** 数电票 as issued. `encoding` is what the XML declaration says. */
export function eInvoiceXml(invoice: SampleInvoice, encoding: string, variation: EInvoiceVariation = {}): string {
  const { number, seller, buyer } = invoice;
  const sign = variation.red === true ? -1n : 1n;
  const label = variation.red === true ? ['N', '红字发票'] : ['Y', '蓝字发票'];
  const money = (minor: bigint): string => decimal(sign * minor);
  const header =
    tag('EIid', number) +
    tag('EInvoiceTag', 'SWEI3200') +
    tag('Version', '0.2') +
    tag('InherentLabel', tag('InIssuType', tag('LabelCode', label[0] ?? '') + tag('LabelName', label[1] ?? '')));
  const basic =
    tag('TotalAmWithoutTax', money(invoice.net)) +
    tag('TotalTaxAm', money(invoice.tax)) +
    tag('TotalTax-includedAmount', money(variation.total ?? invoice.total)) +
    `<Drawer>${variation.drawer ?? '开票员'}</Drawer>` +
    tag('RequestTime', `${invoice.issued} 10:00:00`);
  const data =
    tag('SellerInformation', tag('SellerIdNum', seller.id) + tag('SellerName', escaped(seller.name))) +
    tag('BuyerInformation', tag('BuyerIdNum', buyer.id) + tag('BuyerName', escaped(buyer.name))) +
    tag('BasicInformation', basic) +
    invoice.lines.map((line) => tag('IssuItemInformation', eInvoiceItem(line, invoice.taxRate, money))).join('');
  const supervision = tag('InvoiceNumber', number) + tag('IssueTime', `${invoice.issued} 10:00:05`);
  return (
    `<?xml version="1.0" encoding="${encoding}"?>${variation.prolog ?? ''}` +
    tag('EInvoice', tag('Header', header) + tag('EInvoiceData', data) + tag('TaxSupervisionInfo', supervision))
  );
}

function eInvoiceItem(line: SampleLine, taxRate: number, money: (minor: bigint) => string): string {
  return (
    tag('ItemName', '*电子元件*贴片电容') +
    tag('Quantity', String(line.quantity)) +
    tag('UnPrice', decimal(line.unitPrice)) +
    tag('Amount', money(line.net)) +
    tag('TaxRate', `0.${String(taxRate).padStart(2, '0')}`) +
    tag('ComTaxAm', money(line.tax)) +
    tag('TotaltaxIncludedAmount', money(line.net + line.tax))
  );
}

/** UBL 2.1 Invoice as profiled by EN 16931. */
export function ublXml(invoice: SampleInvoice, typeCode = '380'): string {
  const { currency, seller, buyer } = invoice;
  const money = (name: string, minor: bigint): string =>
    `<cbc:${name} currencyID="${currency}">${decimal(minor)}</cbc:${name}>`;
  const party = ({ id, name, country }: SampleInvoice['seller']): string =>
    tag(
      'cac:Party',
      tag('cac:PostalAddress', tag('cac:Country', tag('cbc:IdentificationCode', country))) +
        tag('cac:PartyTaxScheme', tag('cbc:CompanyID', id) + tag('cac:TaxScheme', tag('cbc:ID', 'VAT'))) +
        tag('cac:PartyLegalEntity', tag('cbc:RegistrationName', escaped(name))),
    );
  const totals =
    money('LineExtensionAmount', invoice.net) +
    money('TaxExclusiveAmount', invoice.net) +
    money('TaxInclusiveAmount', invoice.total) +
    (invoice.prepaid === 0n ? '' : money('PrepaidAmount', invoice.prepaid)) +
    money('PayableAmount', invoice.total - invoice.prepaid);
  const lines = invoice.lines.map((line, i) =>
    tag('cac:InvoiceLine', tag('cbc:ID', String(i + 1)) + money('LineExtensionAmount', line.net)),
  );
  const schema = 'urn:oasis:names:specification:ubl:schema:xsd:';
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<Invoice xmlns="${schema}Invoice-2" xmlns:cac="${schema}CommonAggregateComponents-2" xmlns:cbc="${schema}CommonBasicComponents-2">` +
    tag('cbc:CustomizationID', 'urn:cen.eu:en16931:2017') +
    tag('cbc:ID', invoice.number) +
    tag('cbc:IssueDate', invoice.issued) +
    tag('cbc:DueDate', invoice.due) +
    tag('cbc:InvoiceTypeCode', typeCode) +
    tag('cbc:DocumentCurrencyCode', currency) +
    tag('cac:AccountingSupplierParty', party(seller)) +
    tag('cac:AccountingCustomerParty', party(buyer)) +
    tag('cac:TaxTotal', money('TaxAmount', invoice.tax)) +
    tag('cac:LegalMonetaryTotal', totals) +
    `${lines.join('')}</Invoice>`
  );
}

/** CII D16B as profiled by EN 16931. */
export function ciiXml(invoice: SampleInvoice, typeCode = '380'): string {
  const day = (iso: string): string =>
    `<udt:DateTimeString format="102">${iso.replaceAll('-', '')}</udt:DateTimeString>`;
  const money = (name: string, minor: bigint): string => tag(`ram:${name}`, decimal(minor));
  const party = (role: string, { id, name, country }: SampleInvoice['seller']): string =>
    tag(
      `ram:${role}TradeParty`,
      tag('ram:Name', escaped(name)) +
        tag('ram:PostalTradeAddress', tag('ram:CountryID', country)) +
        tag('ram:SpecifiedTaxRegistration', `<ram:ID schemeID="VA">${id}</ram:ID>`),
    );
  const summation =
    money('LineTotalAmount', invoice.net) +
    money('TaxBasisTotalAmount', invoice.net) +
    `<ram:TaxTotalAmount currencyID="${invoice.currency}">${decimal(invoice.tax)}</ram:TaxTotalAmount>` +
    money('GrandTotalAmount', invoice.total) +
    (invoice.prepaid === 0n ? '' : money('TotalPrepaidAmount', invoice.prepaid)) +
    money('DuePayableAmount', invoice.total - invoice.prepaid);
  const settlement =
    tag('ram:InvoiceCurrencyCode', invoice.currency) +
    tag('ram:SpecifiedTradePaymentTerms', tag('ram:DueDateDateTime', day(invoice.due))) +
    tag('ram:SpecifiedTradeSettlementHeaderMonetarySummation', summation);
  const standard = 'urn:un:unece:uncefact:data:standard:';
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<rsm:CrossIndustryInvoice xmlns:rsm="${standard}CrossIndustryInvoice:100" ` +
    `xmlns:ram="${standard}ReusableAggregateBusinessInformationEntity:100" xmlns:udt="${standard}UnqualifiedDataType:100">` +
    tag(
      'rsm:ExchangedDocument',
      tag('ram:ID', invoice.number) + tag('ram:TypeCode', typeCode) + tag('ram:IssueDateTime', day(invoice.issued)),
    ) +
    tag(
      'rsm:SupplyChainTradeTransaction',
      tag('ram:ApplicableHeaderTradeAgreement', party('Seller', invoice.seller) + party('Buyer', invoice.buyer)) +
        tag('ram:ApplicableHeaderTradeSettlement', settlement),
    ) +
    '</rsm:CrossIndustryInvoice>'
  );
}

/** CSV with a header in English or Chinese. */
export function csvText(invoices: readonly SampleInvoice[], header: 'en' | 'zh'): string {
  const names =
    header === 'en'
      ? 'creditorUscc,creditorName,debtorUscc,debtorName,currency,amount,number,issuedOn,dueDate'
      : '销方识别号,销方名称,购方识别号,购方名称,币种,价税合计,发票号码,开票日期,到期日';
  const rows = invoices.map(({ seller, buyer, currency, total, number, issued, due }) =>
    [seller.id, seller.name, buyer.id, buyer.name, currency, decimal(total), number, issued, due].join(','),
  );
  return [names, ...rows, ''].join('\r\n');
}

const TAX_LIST =
  '序号,发票代码,发票号码,数电发票号码,销方识别号,销方名称,购方识别号,购买方名称,开票日期,金额,税额,价税合计,发票来源,发票票种,发票状态,是否正数发票,发票风险等级,开票人,备注';

/** The list of invoices that the tax administration of China exports (发票基础信息), as CSV. `status` is that of the last one. */
export function taxListText(invoices: readonly SampleInvoice[], status: string): string {
  const rows = invoices.map(({ number, seller, buyer, issued, net, tax, total }, i) =>
    [
      ...[i + 1, '', '', number, seller.id, seller.name, buyer.id, buyer.name, `${issued} 10:00:05`],
      ...[decimal(net), decimal(tax), decimal(total), '电子发票服务平台', '数电发票（增值税专用发票）'],
      ...[i === invoices.length - 1 ? status : '正常', '是', '正常', '开票员', ''],
    ].join(','),
  );
  return [TAX_LIST, ...rows, ''].join('\r\n');
}

function tag(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
