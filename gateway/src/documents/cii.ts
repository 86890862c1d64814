/** UN/CEFACT Cross Industry Invoice D16B, as profiled by EN 16931. */
import { sameParty } from '@onepledge/chaincode/model';
import { currencyOf, documentMoney } from './amount';
import { dayInFormat, lastOf } from './date';
import { type ParsedDocument } from './document';
import { childrenOf, onlyChild, optionalChild, statedValues, valueOf } from './element';
import { payableOf, requireInvoiceType } from './en16931';
import { InvalidDocument } from './invalid-document';
import { documentNumber } from './name';
import { identifyParty, isBookNumber, isRegistered, type StatedParty } from './party';
import { type XmlElement } from './xml';

const RSM = 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100';
const RAM = 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100';
const UDT = 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100';
const VAT_SCHEME = 'VA';

/** Whether a root element is that of a CII invoice. */
export function isCii(root: XmlElement): boolean {
  return root.name === 'CrossIndustryInvoice' && root.namespace === RSM;
}

/**
 * Reads a CII invoice. What was prepaid backs nothing, so the evidence is worth what is still to be paid.
 * @throws InvalidDocument for a credit note, sums that do not add up, and what else EN 16931 does not let stand.
 */
export function readCii(root: XmlElement, digest: string): ParsedDocument {
  const header = onlyChild(root, 'ExchangedDocument', RSM);
  const transaction = onlyChild(root, 'SupplyChainTradeTransaction', RSM);
  const agreement = onlyChild(transaction, 'ApplicableHeaderTradeAgreement', RAM);
  const settlement = onlyChild(transaction, 'ApplicableHeaderTradeSettlement', RAM);
  requireInvoiceType(onlyChild(header, 'TypeCode', RAM));
  const creditor = identifyParty(statedParty(onlyChild(agreement, 'SellerTradeParty', RAM), 'seller'));
  const debtor = identifyParty(statedParty(onlyChild(agreement, 'BuyerTradeParty', RAM), 'buyer'), creditor.uscc);
  if (sameParty(creditor.uscc, debtor.uscc)) {
    throw new InvalidDocument(`seller and buyer must not be the same party: ${creditor.uscc}`, 'BuyerTradeParty');
  }
  const number = documentNumber(valueOf(onlyChild(header, 'ID', RAM)), 'ID');
  const issuedOn = dayOf(onlyChild(header, 'IssueDateTime', RAM));
  const dueDate = readDueDate(settlement);
  const currency = currencyOf(valueOf(onlyChild(settlement, 'InvoiceCurrencyCode', RAM)), 'InvoiceCurrencyCode');
  const amount = documentMoney(currency, readPayable(settlement, currency));
  return {
    creditor,
    debtor,
    amount,
    ...(dueDate === undefined ? {} : { dueDate }),
    evidence: { kind: 'INVOICE', issuer: creditor.uscc, number, amount, issuedOn, digest },
  };
}

function readPayable(settlement: XmlElement, currency: string): bigint {
  const total = onlyChild(settlement, 'SpecifiedTradeSettlementHeaderMonetarySummation', RAM);
  const taxCurrency = optionalChild(settlement, 'TaxCurrencyCode', RAM);
  return payableOf(
    {
      lines: optionalChild(total, 'LineTotalAmount', RAM),
      allowances: optionalChild(total, 'AllowanceTotalAmount', RAM),
      charges: optionalChild(total, 'ChargeTotalAmount', RAM),
      net: onlyChild(total, 'TaxBasisTotalAmount', RAM),
      taxes: childrenOf(total, 'TaxTotalAmount', RAM),
      gross: onlyChild(total, 'GrandTotalAmount', RAM),
      prepaid: optionalChild(total, 'TotalPrepaidAmount', RAM),
      payments: childrenOf(settlement, 'SpecifiedAdvancePayment', RAM).flatMap((payment) =>
        childrenOf(payment, 'PaidAmount', RAM),
      ),
      rounding: optionalChild(total, 'RoundingAmount', RAM),
      payable: onlyChild(total, 'DuePayableAmount', RAM),
    },
    currency,
    taxCurrency === undefined ? undefined : valueOf(taxCurrency),
  );
}

/**
 * BT-9: the last day that the terms of payment state, by which all is due, as of instalments. Not by terms with a discount: those say until when
 * less would do.
 */
function readDueDate(settlement: XmlElement): string | undefined {
  const terms = childrenOf(settlement, 'SpecifiedTradePaymentTerms', RAM);
  const inFull = terms.filter((each) => childrenOf(each, 'ApplicableTradePaymentDiscountTerms', RAM).length === 0);
  return lastOf(daysDue(inFull)) ?? lastOf(daysDue(terms));
}

function daysDue(terms: readonly XmlElement[]): readonly string[] {
  return terms.flatMap((each) => childrenOf(each, 'DueDateDateTime', RAM)).map(dayOf);
}

function dayOf(element: XmlElement): string {
  const text = onlyChild(element, 'DateTimeString', UDT);
  return dayInFormat(valueOf(text), text.attributes.get('format'), element.name);
}

function statedParty(party: XmlElement, role: 'seller' | 'buyer'): StatedParty {
  const legal = childrenOf(party, 'SpecifiedLegalOrganization', RAM);
  const registrations = valueElements(childrenOf(party, 'SpecifiedTaxRegistration', RAM), 'ID');
  const isVat = (id: XmlElement): boolean => id.attributes.get('schemeID') === VAT_SCHEME;
  const ids = [...childrenOf(party, 'ID', RAM), ...childrenOf(party, 'GlobalID', RAM)];
  const address = optionalChild(party, 'PostalTradeAddress', RAM);
  const country = address === undefined ? undefined : optionalChild(address, 'CountryID', RAM);
  return {
    role,
    vat: statedValues(registrations.filter(isVat)),
    legal: statedValues(valueElements(legal, 'ID')),
    tax: statedValues(registrations.filter((id) => !isVat(id))),
    other: statedValues(ids.filter(isRegistered)),
    endpoint: statedValues(
      valueElements(childrenOf(party, 'URIUniversalCommunication', RAM), 'URIID').filter(isRegistered),
    ),
    numbers: statedValues(ids.filter(isBookNumber)),
    names: statedValues([...childrenOf(party, 'Name', RAM), ...valueElements(legal, 'TradingBusinessName')]),
    country: country === undefined ? undefined : valueOf(country),
  };
}

function valueElements(parents: readonly XmlElement[], name: string): readonly XmlElement[] {
  return parents.flatMap((parent) => childrenOf(parent, name, RAM));
}
