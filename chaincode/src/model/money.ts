/** Money: a whole number of a currency's minor units, and its decimal form on the wire. */
import { z } from 'zod';

/** Money inside the rules: `minor` counts the currency's minor units (fen for CNY). Never a float. */
export type Money = Readonly<{ currency: string; minor: bigint }>;

/** Money on the wire: a decimal string with at most the currency's minor digits. */
export type MoneyText = Readonly<{ currency: string; amount: string }>;

// ISO 4217 list one: digits after the decimal sign.
const BY_DIGITS: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF ' +
      'CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL ' +
      'HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT ' +
      'MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB ' +
      'SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD ' +
      'UYU UZS VED VES WST XCD YER ZAR ZMW ZWG',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
];

const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  BY_DIGITS.flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, digits] as const)),
);

/** The largest number of digits before the decimal sign that an amount may have. */
export const MAX_WHOLE_DIGITS = 18;

/** The number of minor digits of an ISO 4217 currency, undefined for a code that is none. */
export function currencyMinorDigits(currency: string): number | undefined {
  return MINOR_DIGITS.get(currency);
}

/** The currencies that amounts may be in (ISO 4217 list one, without funds and metals). */
export function currencies(): readonly string[] {
  return [...MINOR_DIGITS.keys()].sort();
}

const DECIMAL = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/**
 * Reads a decimal amount into minor units, exactly.
 * @returns the minor units, or the rule that the text breaks.
 */
export function parseAmount(currency: string, amount: string): bigint | string {
  const digits = currencyMinorDigits(currency);
  if (digits === undefined) return `${JSON.stringify(currency)} is not an ISO 4217 currency code`;
  const [, whole, fraction = ''] = DECIMAL.exec(amount) ?? [];
  if (whole === undefined) return 'must be a decimal number such as "2164272.85": digits, no sign, exponent or spaces';
  if (whole.length > MAX_WHOLE_DIGITS) return `must have at most ${MAX_WHOLE_DIGITS} digits before the decimal sign`;
  if (fraction.length > digits) return `must have at most ${digits} decimals in ${currency}`;
  return BigInt(whole + fraction.padEnd(digits, '0'));
}

/**
 * Writes minor units (0 or more) as a decimal string with all of the currency's minor digits.
 * @throws Error for a currency that is not in ISO 4217 or a negative amount: a fault in the program.
 */
export function formatAmount(currency: string, minor: bigint): string {
  const digits = currencyMinorDigits(currency);
  if (digits === undefined) throw new Error(`not a currency: ${currency}`);
  if (minor < 0n) throw new Error(`a negative amount cannot be shown: ${minor.toString()}`);
  if (digits === 0) return minor.toString();
  const text = minor.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Money in its wire form. */
export function moneyText(currency: string, minor: bigint): MoneyText {
  return { currency, amount: formatAmount(currency, minor) };
}

/**
 * Minor units of money that the schema below has checked.
 * @throws Error where it was not checked: a fault in the program.
 */
export function minorOf(money: MoneyText): bigint {
  const minor = parseAmount(money.currency, money.amount);
  if (typeof minor === 'string') throw new Error(`unchecked money ${JSON.stringify(money)}: ${minor}`);
  return minor;
}

/** Money on the wire, zero or more. */
export const MoneySchema = z
  .strictObject({
    currency: z.string().describe('ISO 4217 code').meta({ example: 'CNY' }),
    amount: z
      .string()
      .max(40)
      .describe("Decimal string with at most the currency's minor digits")
      .meta({ example: '2164272.85' }),
  })
  .superRefine((money, context) => {
    const minor = parseAmount(money.currency, money.amount);
    if (typeof minor !== 'string') return;
    const field = currencyMinorDigits(money.currency) === undefined ? 'currency' : 'amount';
    context.addIssue({ code: 'custom', path: [field], message: minor });
  })
  .meta({ id: 'Money' });

/** Money on the wire, more than zero. */
export const PositiveMoneySchema = MoneySchema.superRefine((money, context) => {
  if (parseAmount(money.currency, money.amount) === 0n) {
    context.addIssue({ code: 'custom', path: ['amount'], message: 'must be more than zero' });
  }
});
