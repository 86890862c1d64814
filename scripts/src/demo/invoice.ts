/** A fresh invoice for every run of the demo. */
import { randomInt } from 'node:crypto';

export type DemoInvoice = Readonly<{ number: string; issuedOn: string; dueOn: string }>;

const DUE_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A 数电票 number that nobody has used: year 2, region 2, channel 1, sequence 15. */
export function freshInvoice(now: Date): DemoInvoice {
  const issuedOn = dayOf(now);
  const sequence = `${digits(9)}${digits(6)}`;
  return {
    number: `${issuedOn.slice(2, 4)}442${sequence}`,
    issuedOn,
    dueOn: dayOf(new Date(now.getTime() + DUE_DAYS * DAY_MS)),
  };
}

/** The same number as another would type it: in groups, with full-width digits. */
export function otherSpelling(number: string): string {
  const fullWidth = (text: string): string =>
    text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  return `${number.slice(0, 8)} ${fullWidth(number.slice(8, 14))}-${number.slice(14)}`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function digits(count: number): string {
  return randomInt(10 ** count)
    .toString()
    .padStart(count, '0');
}
