/** What UBL and CII invoices have in common as profiled by EN 16931: kinds of invoice, and sums that must hold. */
import { documentMoney, minorUnits } from './amount';
import { codeOf, valueOf } from './element';
import { InvalidDocument, shown } from './invalid-document';
import { type XmlElement } from './xml';

const codes = (list: string): ReadonlySet<string> => new Set(list.split(' '));

// UNTDID 1001, as divided by EN 16931 (BT-3, BR-CL-01).
const CREDIT_CODES = codes('81 83 261 262 296 308 381 396 420 458 502 503 532');
const INVOICE_CODES = codes(
  '71 80 82 84 102 130 202 203 204 211 218 219 295 326 331 380 382 383 384 385 386 387 388 389 390 394 395 456 457 471 472 473 ' +
    '500 501 527 553 575 623 633 751 780 817 870 875 876 877 935',
);
const PRO_FORMA = '325';
const FACTORED = '393';

/**
 * Lets through only documents that ask the buyer to pay the seller.
 * @throws InvalidDocument for credit notes, pro forma invoices, invoices that say they are factored already, and unknown codes.
 */
export function requireInvoiceType(element: XmlElement): void {
  const code = valueOf(element);
  const refuse = (why: string) => new InvalidDocument(`${element.name} ${shown(code)} ${why}`, element.name);
  if (CREDIT_CODES.has(code)) throw refuse('is a credit note: it backs nothing');
  if (code === PRO_FORMA) throw refuse('is a pro forma invoice: nothing is owed on it');
  if (code === FACTORED) throw refuse('is a factored invoice: its claim is assigned already');
  codeOf(element, INVOICE_CODES, 'is not an invoice type of EN 16931 (BR-CL-01)');
}

/** The totals of an invoice as elements; those that the document does not have are undefined. */
export type Totals = Readonly<{
  net: XmlElement;
  /** Tax totals in any currency: at most one in the document's, and one in the accounting currency. */
  taxes: readonly XmlElement[];
  gross: XmlElement;
  prepaid: XmlElement | undefined;
  rounding: XmlElement | undefined;
  payable: XmlElement;
}>;

/**
 * What is still to be paid, in minor units of the document's currency, once the sums are proved.
 * @param taxCurrency the accounting currency, in which a second tax total may stand.
 * @throws InvalidDocument for BR-CO-15, BR-CO-16, amounts in another currency, and nothing left to pay.
 */
export function payableOf(totals: Totals, currency: string, taxCurrency: string | undefined): bigint {
  const read = (element: XmlElement | undefined): bigint => (element === undefined ? 0n : amountIn(element, currency));
  const net = read(totals.net);
  const tax = read(taxInDocumentCurrency(totals.taxes, currency, taxCurrency));
  const gross = read(totals.gross);
  const prepaid = read(totals.prepaid);
  const rounding = read(totals.rounding);
  const payable = read(totals.payable);
  const say = (minor: bigint) => shownMinor(currency, minor);
  if (payable <= 0n) {
    throw new InvalidDocument(`${totals.payable.name} ${say(payable)} must be more than zero`, totals.payable.name);
  }
  if (gross !== net + tax) {
    throw new InvalidDocument(
      `the total is not net plus tax (BR-CO-15): ${say(net)} + ${say(tax)} ≠ ${say(gross)}`,
      totals.gross.name,
    );
  }
  if (payable !== gross - prepaid + rounding) {
    throw new InvalidDocument(
      `the amount due is not total minus prepaid plus rounding (BR-CO-16): ${say(gross)} − ${say(prepaid)} + ${say(rounding)} ≠ ${say(payable)}`,
      totals.payable.name,
    );
  }
  return payable;
}

function amountIn(element: XmlElement, currency: string): bigint {
  const stated = element.attributes.get('currencyID') ?? currency;
  if (stated !== currency) {
    throw new InvalidDocument(`${element.name} is in ${shown(stated)}, the document in ${currency}`, element.name);
  }
  return minorUnits(valueOf(element), currency, element.name);
}

function taxInDocumentCurrency(
  taxes: readonly XmlElement[],
  currency: string,
  taxCurrency: string | undefined,
): XmlElement | undefined {
  const seen = new Map<string, XmlElement>();
  for (const tax of taxes) {
    const stated = tax.attributes.get('currencyID') ?? currency;
    if (stated !== currency && stated !== taxCurrency) {
      throw new InvalidDocument(
        `a tax total is in ${shown(stated)}, which is not a currency of the document`,
        tax.name,
      );
    }
    if (seen.has(stated)) throw new InvalidDocument(`there must be only one tax total in ${stated}`, tax.name);
    seen.set(stated, tax);
  }
  return seen.get(currency);
}

function shownMinor(currency: string, minor: bigint): string {
  return minor < 0n ? `-${documentMoney(currency, -minor).amount}` : documentMoney(currency, minor).amount;
}
