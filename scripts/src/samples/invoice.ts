/** An invented invoice, before it is written in a format. */
import { type Company } from './companies';
import { type Random } from './random';

/** Amounts are in minor units. */
export type SampleLine = Readonly<{ quantity: number; unitPrice: bigint; net: bigint; tax: bigint }>;

export type SampleInvoice = Readonly<{
  number: string;
  seller: Company;
  buyer: Company;
  currency: string;
  /** YYYY-MM-DD. */
  issued: string;
  due: string;
  /** Whole percent. */
  taxRate: number;
  lines: readonly SampleLine[];
  net: bigint;
  tax: bigint;
  total: bigint;
  prepaid: bigint;
}>;

export type InvoiceFrame = Readonly<
  Pick<SampleInvoice, 'number' | 'seller' | 'buyer' | 'currency' | 'taxRate' | 'prepaid'>
>;

const LAST_DAYS = 180;

/** Invents lines and days: issued in the half year up to and including `asOf` (YYYY-MM-DD), due 30 to 120 days later. */
export function sampleInvoice(random: Random, frame: InvoiceFrame, asOf: string): SampleInvoice {
  const lines = Array.from({ length: random.between(1, 4) }, () => sampleLine(random, frame.taxRate));
  const net = lines.reduce((sum, line) => sum + line.net, 0n);
  const tax = lines.reduce((sum, line) => sum + line.tax, 0n);
  const issued = dayAfter(asOf, -random.below(LAST_DAYS));
  return { ...frame, issued, due: dayAfter(issued, random.between(30, 120)), lines, net, tax, total: net + tax };
}

function sampleLine(random: Random, taxRate: number): SampleLine {
  const quantity = random.between(1, 400) * 10;
  const unitPrice = BigInt(random.between(500, 90_000));
  const net = BigInt(quantity) * unitPrice;
  return { quantity, unitPrice, net, tax: (net * BigInt(taxRate) + 50n) / 100n };
}

/** The day so many days after another. @throws RangeError when the first is no day. */
export function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Minor units as a decimal with two digits, of either sign. */
export function decimal(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
