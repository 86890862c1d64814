/** UBL 2.1 Invoice, as profiled by EN 16931. */
import { sameParty } from '@onepledge/chaincode/model';
import { currencyOf, documentMoney } from './amount';
import { lastOf, xsdDate } from './date';
import { type ParsedDocument } from './document';
import { childrenOf, onlyChild, optionalChild, statedValues, valueOf } from './element';
import { payableOf, requireInvoiceType } from './en16931';
import { InvalidDocument } from './invalid-document';
import { documentNumber } from './name';
import { identifyParty, isBookNumber, isRegistered, type StatedParty } from './party';
import { type XmlElement } from './xml';

const INVOICE = 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2';
const CREDIT_NOTE = 'urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2';
const CAC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2';
const CBC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2';

/** Whether a root element is that of a UBL invoice or credit note. */
export function isUbl(root: XmlElement): boolean {
  return (
    (root.name === 'Invoice' && root.namespace === INVOICE) ||
    (root.name === 'CreditNote' && root.namespace === CREDIT_NOTE)
  );
}

/**
 * Reads a UBL invoice. What was prepaid backs nothing, so the evidence is worth what is still to be paid.
 * @throws InvalidDocument for a credit note, sums that do not add up, and what else EN 16931 does not let stand.
 */
export function readUbl(root: XmlElement, digest: string): ParsedDocument {
  if (root.name === 'CreditNote') throw new InvalidDocument('a credit note backs nothing', 'CreditNote');
  requireInvoiceType(onlyChild(root, 'InvoiceTypeCode', CBC));
  const creditor = identifyParty(statedParty(root, 'seller'));
  const debtor = identifyParty(statedParty(root, 'buyer'), creditor.uscc);
  if (sameParty(creditor.uscc, debtor.uscc)) {
    throw new InvalidDocument(
      `seller and buyer must not be the same party: ${creditor.uscc}`,
      'AccountingCustomerParty',
    );
  }
  const number = documentNumber(valueOf(onlyChild(root, 'ID', CBC)), 'ID');
  const issuedOn = xsdDate(valueOf(onlyChild(root, 'IssueDate', CBC)), 'IssueDate');
  const dueDate = readDueDate(root);
  const currency = currencyOf(valueOf(onlyChild(root, 'DocumentCurrencyCode', CBC)), 'DocumentCurrencyCode');
  const amount = documentMoney(currency, readPayable(root, currency));
  return {
    creditor,
    debtor,
    amount,
    ...(dueDate === undefined ? {} : { dueDate }),
    evidence: { kind: 'INVOICE', issuer: creditor.uscc, number, amount, issuedOn, digest },
  };
}

function readPayable(root: XmlElement, currency: string): bigint {
  const total = onlyChild(root, 'LegalMonetaryTotal', CAC);
  const taxCurrency = optionalChild(root, 'TaxCurrencyCode', CBC);
  return payableOf(
    {
      lines: optionalChild(total, 'LineExtensionAmount', CBC),
      allowances: optionalChild(total, 'AllowanceTotalAmount', CBC),
      charges: optionalChild(total, 'ChargeTotalAmount', CBC),
      net: onlyChild(total, 'TaxExclusiveAmount', CBC),
      taxes: childrenOf(root, 'TaxTotal', CAC).map((tax) => onlyChild(tax, 'TaxAmount', CBC)),
      gross: onlyChild(total, 'TaxInclusiveAmount', CBC),
      prepaid: optionalChild(total, 'PrepaidAmount', CBC),
      payments: childrenOf(root, 'PrepaidPayment', CAC).flatMap((payment) => childrenOf(payment, 'PaidAmount', CBC)),
      rounding: optionalChild(total, 'PayableRoundingAmount', CBC),
      payable: onlyChild(total, 'PayableAmount', CBC),
    },
    currency,
    taxCurrency === undefined ? undefined : valueOf(taxCurrency),
  );
}

/** BT-9; else the last day that the means and terms of payment state, by which all is due, as of instalments. */
function readDueDate(root: XmlElement): string | undefined {
  const stated = optionalChild(root, 'DueDate', CBC);
  if (stated !== undefined) return xsdDate(valueOf(stated), 'DueDate');
  const elsewhere = [...childrenOf(root, 'PaymentMeans', CAC), ...childrenOf(root, 'PaymentTerms', CAC)]
    .flatMap((terms) => childrenOf(terms, 'PaymentDueDate', CBC))
    .map((date) => xsdDate(valueOf(date), 'PaymentDueDate'));
  return lastOf(elsewhere);
}

function statedParty(root: XmlElement, role: 'seller' | 'buyer'): StatedParty {
  const outer = onlyChild(root, role === 'seller' ? 'AccountingSupplierParty' : 'AccountingCustomerParty', CAC);
  const party = onlyChild(outer, 'Party', CAC);
  const legal = childrenOf(party, 'PartyLegalEntity', CAC);
  const taxes = childrenOf(party, 'PartyTaxScheme', CAC);
  const isVat = (tax: XmlElement): boolean => taxSchemeOf(tax) === 'VAT';
  const ids = childrenOf(party, 'PartyIdentification', CAC).flatMap((each) => childrenOf(each, 'ID', CBC));
  const address = optionalChild(party, 'PostalAddress', CAC);
  const country = address === undefined ? undefined : optionalChild(address, 'Country', CAC);
  const countryCode = country === undefined ? undefined : optionalChild(country, 'IdentificationCode', CBC);
  return {
    role,
    vat: valuesOf(taxes.filter(isVat), 'CompanyID'),
    legal: valuesOf(legal, 'CompanyID'),
    tax: valuesOf(
      taxes.filter((tax) => !isVat(tax)),
      'CompanyID',
    ),
    other: statedValues(ids.filter(isRegistered)),
    endpoint: statedValues(childrenOf(party, 'EndpointID', CBC).filter(isRegistered)),
    numbers: statedValues(ids.filter(isBookNumber)),
    names: [...valuesOf(legal, 'RegistrationName'), ...valuesOf(childrenOf(party, 'PartyName', CAC), 'Name')],
    country: countryCode === undefined ? undefined : valueOf(countryCode),
  };
}

function taxSchemeOf(tax: XmlElement): string | undefined {
  const scheme = optionalChild(tax, 'TaxScheme', CAC);
  const id = scheme === undefined ? undefined : optionalChild(scheme, 'ID', CBC);
  return id === undefined ? undefined : valueOf(id).toUpperCase();
}

function valuesOf(parents: readonly XmlElement[], name: string): readonly string[] {
  return statedValues(parents.flatMap((parent) => childrenOf(parent, name, CBC)));
}
