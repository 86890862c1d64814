/** 数电票: the fully digitalised e-invoice of the Chinese tax administration, as issued in XML. */
import { canonicalDocumentNumber, isUscc, partyIdProblem, partyKey, sameParty } from '@onepledge/chaincode/model';
import { isCountryCode } from './countries';
import { documentMoney, minorUnits } from './amount';
import { dayOfTimestamp } from './date';
import { type DocumentParty, type ParsedDocument } from './document';
import { childrenOf, onlyChild, optionalChild, statedValues, valueOf } from './element';
import { InvalidDocument, shown } from './invalid-document';
import { canonicalId, partyName } from './name';
import { type XmlElement } from './xml';

const CURRENCY = 'CNY';
const BLUE_LETTER = 'Y';
// Year 2 + region 2 + channel 1 + sequence 15. Only the shape is checked: what regions and channels exist is not published as a rule.
const NUMBER = /^[0-9]{20}$/;
// Printed in place of a tax amount on exempt and untaxed lines, where some leave it empty. The sums have to hold all the same.
const NO_TAX = '***';

/** Whether a root element is that of a 数电票. */
export function isEInvoice(root: XmlElement): boolean {
  return root.name === 'EInvoice';
}

/**
 * Reads a 数电票. The document is its own claim in full: nothing in it says what was paid, so the amount is the total with tax.
 * @throws InvalidDocument for a red-letter invoice, sums that do not add up, and codes or numbers that are not well made.
 */
export function readEInvoice(root: XmlElement, digest: string): ParsedDocument {
  const data = onlyChild(root, 'EInvoiceData');
  const supervision = onlyChild(root, 'TaxSupervisionInfo');
  const basic = onlyChild(data, 'BasicInformation');
  refuseRedLetter(root, data);
  const creditor = readParty(data, 'Seller');
  const debtor = readParty(data, 'Buyer');
  if (sameParty(creditor.uscc, debtor.uscc)) {
    throw new InvalidDocument(`seller and buyer must not be the same party: ${creditor.uscc}`, 'BuyerIdNum');
  }
  const number = readNumber(root, supervision);
  const money = documentMoney(CURRENCY, readTotal(data, basic));
  const issuedOn = readIssueDate(supervision, basic);
  return {
    creditor,
    debtor,
    amount: money,
    evidence: { kind: 'INVOICE', issuer: creditor.uscc, number, amount: money, issuedOn, digest },
  };
}

function refuseRedLetter(root: XmlElement, data: XmlElement): void {
  const label = onlyChild(onlyChild(onlyChild(root, 'Header'), 'InherentLabel'), 'InIssuType');
  const code = valueOf(onlyChild(label, 'LabelCode')).normalize('NFKC').toUpperCase();
  if (code === BLUE_LETTER) {
    if (cancelledNumber(data) === undefined) return;
    throw new InvalidDocument('a blue-letter invoice cannot cancel another one: RedEInvoice is stated', 'RedEInvoice');
  }
  throw new InvalidDocument(
    code === 'N'
      ? 'a red-letter (negative) invoice backs nothing: LabelCode "N"'
      : `InIssuType/LabelCode ${shown(code)} is neither Y (blue letter) nor N (red letter)`,
    'LabelCode',
  );
}

/** The number of the invoice that a red-letter one cancels. */
function cancelledNumber(data: XmlElement): string | undefined {
  return statedValues(
    childrenOf(data, 'SpecificInformation')
      .flatMap((specific) => childrenOf(specific, 'RedEInvoice'))
      .flatMap((red) => childrenOf(red, 'OriginalInvoiceCode')),
  )[0];
}

function readNumber(root: XmlElement, supervision: XmlElement): string {
  const stated = canonicalNumber(onlyChild(onlyChild(root, 'Header'), 'EIid'));
  const supervised = canonicalNumber(onlyChild(supervision, 'InvoiceNumber'));
  if (stated !== supervised) {
    throw new InvalidDocument(
      `EIid ${stated} and InvoiceNumber ${supervised} must be the same number`,
      'InvoiceNumber',
    );
  }
  return stated;
}

function canonicalNumber(element: XmlElement): string {
  const text = valueOf(element);
  const number = canonicalDocumentNumber(text);
  if (number === undefined || !NUMBER.test(number)) {
    throw new InvalidDocument(`${element.name} ${shown(text)} is not an invoice number of 20 digits`, element.name);
  }
  return number;
}

function readParty(data: XmlElement, role: 'Seller' | 'Buyer'): DocumentParty {
  const information = onlyChild(data, `${role}Information`);
  const id = valueOf(onlyChild(information, `${role}IdNum`));
  const uscc = isUscc(partyKey(id)) ? partyKey(id) : role === 'Buyer' ? foreignId(id) : undefined;
  if (uscc === undefined) {
    throw new InvalidDocument(
      `${role}IdNum ${shown(id)} is not a unified social credit code with a right check character (GB 32100-2015)`,
      `${role}IdNum`,
    );
  }
  return { uscc, name: partyName(valueOf(onlyChild(information, `${role}Name`)), `${role}Name`) };
}

/** The number of a buyer abroad, to whom goods are exported; undefined for what does not begin with another country's code. */
function foreignId(text: string): string | undefined {
  const id = canonicalId(text);
  return isCountryCode(id.slice(0, 2)) && !id.startsWith('CN') && partyIdProblem(id) === undefined ? id : undefined;
}

function readTotal(data: XmlElement, basic: XmlElement): bigint {
  const net = amountOf(onlyChild(basic, 'TotalAmWithoutTax'));
  const tax = taxOf(optionalChild(basic, 'TotalTaxAm'));
  const total = amountOf(onlyChild(basic, 'TotalTax-includedAmount'));
  if (total <= 0n || net <= 0n || tax < 0n) {
    throw new InvalidDocument(
      `negative or zero totals back nothing: net ${shownFen(net)}, tax ${shownFen(tax)}, total ${shownFen(total)}`,
      'TotalTax-includedAmount',
    );
  }
  if (total !== net + tax) {
    throw new InvalidDocument(
      `the total is not net plus tax: ${shownFen(net)} + ${shownFen(tax)} ≠ ${shownFen(total)}`,
      'TotalTax-includedAmount',
    );
  }
  checkItems(childrenOf(data, 'IssuItemInformation'), net, tax);
  return total;
}

/** The invoice's totals are by definition the sums of its lines, which are rounded one by one: no tolerance is needed. */
function checkItems(items: readonly XmlElement[], net: bigint, tax: bigint): void {
  if (items.length === 0) return;
  let netSum = 0n;
  let taxSum = 0n;
  for (const item of items) {
    const itemNet = amountOf(onlyChild(item, 'Amount'));
    const itemTax = taxOf(optionalChild(item, 'ComTaxAm'));
    const itemTotal = optionalChild(item, 'TotaltaxIncludedAmount');
    if (itemTotal !== undefined && amountOf(itemTotal) !== itemNet + itemTax) {
      throw new InvalidDocument(
        `an item's total is not net plus tax: ${shownFen(itemNet)} + ${shownFen(itemTax)} ≠ ${valueOf(itemTotal)}`,
        'TotaltaxIncludedAmount',
      );
    }
    netSum += itemNet;
    taxSum += itemTax;
  }
  if (netSum !== net) {
    throw new InvalidDocument(`the items' amounts add up to ${shownFen(netSum)}, not to ${shownFen(net)}`, 'Amount');
  }
  if (taxSum !== tax) {
    throw new InvalidDocument(`the items' tax adds up to ${shownFen(taxSum)}, not to ${shownFen(tax)}`, 'ComTaxAm');
  }
}

function amountOf(element: XmlElement): bigint {
  return minorUnits(valueOf(element), CURRENCY, element.name);
}

function taxOf(element: XmlElement | undefined): bigint {
  if (element === undefined) return 0n;
  const text = element.children.length > 0 ? undefined : element.text.trim();
  if (text === '' || text === NO_TAX) return 0n;
  return amountOf(element);
}

function readIssueDate(supervision: XmlElement, basic: XmlElement): string {
  const element = optionalChild(supervision, 'IssueTime') ?? onlyChild(basic, 'RequestTime');
  return dayOfTimestamp(valueOf(element), element.name);
}

function shownFen(minor: bigint): string {
  return minor < 0n ? `-${documentMoney(CURRENCY, -minor).amount}` : documentMoney(CURRENCY, minor).amount;
}
