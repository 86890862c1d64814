/** Amounts of documents: decimal text to minor units and back, exactly. */
import { currencyMinorDigits, MAX_WHOLE_DIGITS, moneyText } from '@onepledge/chaincode/model';
import { type DocumentMoney } from './document';
import { InvalidDocument, shown } from './invalid-document';

// Documents write two decimals even in currencies that have none (EN 16931, BR-DEC): those must then be zeros.
const WRITTEN_DECIMALS = 2;
// As xs:decimal has it: a sign may stand, and digits on one side of the point.
const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/;

/**
 * An ISO 4217 code as a document states it.
 * @throws InvalidDocument when it is none.
 */
export function currencyOf(code: string, field: string): string {
  if (currencyMinorDigits(code) === undefined) {
    throw new InvalidDocument(`${field} ${shown(code)} is not an ISO 4217 currency code`, field);
  }
  return code;
}

/**
 * Reads a decimal amount, of either sign, into the currency's minor units. Full-width digits are read as digits.
 * @throws InvalidDocument for an exponent, separators of thousands, too many digits or decimals.
 */
export function minorUnits(text: string, currency: string, field: string): bigint {
  const digits = currencyMinorDigits(currency);
  if (digits === undefined) throw new InvalidDocument(`${shown(currency)} is not an ISO 4217 currency code`, field);
  const [, sign, whole = '', fraction = ''] = DECIMAL.exec(text.normalize('NFKC').trim()) ?? [];
  if (sign === undefined || whole + fraction === '') {
    throw new InvalidDocument(`${field} ${shown(text)} is not a decimal number such as 2164272.85`, field);
  }
  if (fraction.length > Math.max(digits, WRITTEN_DECIMALS) || /[1-9]/.test(fraction.slice(digits))) {
    throw new InvalidDocument(`${field} ${shown(text)} has more than the ${digits} decimals of ${currency}`, field);
  }
  const significant = whole.replace(/^0+/, '');
  if (significant.length > MAX_WHOLE_DIGITS) {
    throw new InvalidDocument(
      `${field} ${shown(text)} has more than ${MAX_WHOLE_DIGITS} digits before the decimal sign`,
      field,
    );
  }
  const minor = BigInt(significant + fraction.slice(0, digits).padEnd(digits, '0'));
  return sign === '-' ? -minor : minor;
}

/**
 * Reads an amount that must be more than zero.
 * @throws InvalidDocument as `minorUnits`, and for zero or less.
 */
export function positiveMinorUnits(text: string, currency: string, field: string): bigint {
  const minor = minorUnits(text, currency, field);
  if (minor <= 0n) throw new InvalidDocument(`${field} ${shown(text)} must be more than zero`, field);
  return minor;
}

/** Minor units (0 or more) as money with exactly the currency's minor digits. */
export function documentMoney(currency: string, minor: bigint): DocumentMoney {
  return moneyText(currency, minor);
}
