/** What UBL and CII invoices have in common as profiled by EN 16931: kinds of invoice, and sums that must hold. */
import { documentMoney, minorUnits } from './amount';
import { codeOf, valueOf } from './element';
import { InvalidDocument, shown } from './invalid-document';
import { type XmlElement } from './xml';

const codes = (list: string): ReadonlySet<string> => new Set(list.split(' '));

// UNTDID 1001, as divided by EN 16931 (BT-3, BR-CL-01), with what it says that each is. 480 is that of Peppol PINT for sellers outside of VAT.
const INVOICE_CODES = codes(
  '80 82 84 202 203 204 211 218 219 295 326 331 380 383 385 387 388 389 390 394 480 527 575 623 633 751 780 875 876 877',
);
const NO_FRESH_CLAIM: readonly (readonly [ReadonlySet<string>, string])[] = [
  [codes('81 83 261 262 296 308 381 396 420 458 502 503 532'), 'is a credit note: it backs nothing'],
  [codes('325'), 'is a pro forma invoice: nothing is owed on it'],
  [codes('393 472 473 501'), 'is a factored invoice: its claim is assigned already'],
  [codes('384 471'), 'is a corrected invoice: it takes the place of an earlier one, which may back a receivable'],
  [
    codes('386 500'),
    'is a prepayment invoice: nothing is delivered yet, and the final invoice states the same value again',
  ],
  [codes('395'), 'is a consignment invoice: nothing is sold yet'],
  [codes('71 456 457'), 'asks for or reports a payment: the invoice that it is about backs the receivable'],
  [
    codes('102 130 382 553 817 870 935'),
    'is no invoice by which the buyer owes the seller: it is for customs, tax, agents or the seller itself',
  ],
];

/**
 * Lets through only documents that ask the buyer to pay the seller, for something supplied, for the first time.
 * @throws InvalidDocument for every other kind, which it names, and for unknown codes.
 */
export function requireInvoiceType(element: XmlElement): void {
  const code = valueOf(element);
  const [, why] = NO_FRESH_CLAIM.find(([kind]) => kind.has(code)) ?? [];
  if (why !== undefined) throw new InvalidDocument(`${element.name} ${shown(code)} ${why}`, element.name);
  codeOf(element, INVOICE_CODES, 'is not an invoice type of EN 16931 (BR-CL-01)');
}

/** The totals of an invoice as elements; those that the document does not have are undefined. */
export type Totals = Readonly<{
  /** Of the lines; an extract that has no lines has none. */
  lines: XmlElement | undefined;
  allowances: XmlElement | undefined;
  charges: XmlElement | undefined;
  net: XmlElement;
  /** Tax totals in any currency: at most one in the document's, and one in the accounting currency. */
  taxes: readonly XmlElement[];
  gross: XmlElement;
  prepaid: XmlElement | undefined;
  /** Single payments that the document lists; where there are any, `prepaid` is their sum. */
  payments: readonly XmlElement[];
  rounding: XmlElement | undefined;
  payable: XmlElement;
}>;

/**
 * What is still to be paid, in minor units of the document's currency, once the sums are proved.
 * @param taxCurrency the accounting currency, in which a second tax total may stand.
 * @throws InvalidDocument for BR-CO-13, BR-CO-15, BR-CO-16, payments that are not what was prepaid, amounts in another currency, and nothing left to pay.
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
  if (totals.lines !== undefined) {
    const [lines, allowances, charges] = [read(totals.lines), read(totals.allowances), read(totals.charges)];
    if (net !== lines - allowances + charges) {
      throw new InvalidDocument(
        `the net total is not that of the lines minus allowances plus charges (BR-CO-13): ${say(lines)} − ${say(allowances)} + ${say(charges)} ≠ ${say(net)}`,
        totals.net.name,
      );
    }
  }
  if (gross !== net + tax) {
    throw new InvalidDocument(
      `the total is not net plus tax (BR-CO-15): ${say(net)} + ${say(tax)} ≠ ${say(gross)}`,
      totals.gross.name,
    );
  }
  const paid = totals.payments.reduce((sum, payment) => sum + read(payment), 0n);
  if (totals.payments.length > 0 && paid !== prepaid) {
    throw new InvalidDocument(
      `the payments listed add up to ${say(paid)}, the prepaid amount is ${say(prepaid)}`,
      totals.payments[0]?.name,
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
    const before = seen.get(stated);
    // Where both currencies are the same, some countries' invoices state the total twice, once with and once without its parts.
    if (before !== undefined && !sameAmount(before, tax, stated)) {
      throw new InvalidDocument(`there must be only one tax total in ${stated}`, tax.name);
    }
    seen.set(stated, tax);
  }
  return seen.get(currency);
}

function sameAmount(one: XmlElement, other: XmlElement, currency: string): boolean {
  return minorUnits(valueOf(one), currency, one.name) === minorUnits(valueOf(other), currency, other.name);
}

function shownMinor(currency: string, minor: bigint): string {
  return minor < 0n ? `-${documentMoney(currency, -minor).amount}` : documentMoney(currency, minor).amount;
}
