/** Days as documents write them, brought to YYYY-MM-DD. */
import { InvalidDocument, shown } from './invalid-document';

const ZONE = '(?:Z|[+-][0-9]{2}:?[0-9]{2})?';
const XSD_DATE = new RegExp(`^([0-9]{4})-([0-9]{2})-([0-9]{2})${ZONE}$`);
const TIME_OF_DAY = `(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]+)?)?${ZONE})?`;
const TIMESTAMP = new RegExp(`^([0-9]{4})-([0-9]{2})-([0-9]{2})${TIME_OF_DAY}$`);
const COMPACT = /^([0-9]{4})([0-9]{2})([0-9]{2})$/;
const BY_FORMAT: ReadonlyMap<string | undefined, RegExp> = new Map([
  ['102', COMPACT],
  ['203', /^([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{4}$/],
  ['204', /^([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{6}$/],
]);
// Spreadsheets add a time to days that they take for instants.
const CLOCK = '(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?';
const WRITTEN = [
  COMPACT,
  ...['-', '/', '[.]'].map((sign) => new RegExp(`^([0-9]{4})${sign}([0-9]{1,2})${sign}([0-9]{1,2})${CLOCK}$`)),
  /^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日$/,
];

/** The day of an `xsd:date`, which may carry a time zone. @throws InvalidDocument when it is none. */
export function xsdDate(text: string, field: string): string {
  return dayBy([XSD_DATE], text, field, 'YYYY-MM-DD');
}

/** The day of `YYYY-MM-DD hh:mm:ss`, in the local time in which it is written. @throws InvalidDocument when it is none. */
export function dayOfTimestamp(text: string, field: string): string {
  return dayBy([TIMESTAMP], text.normalize('NFKC'), field, 'YYYY-MM-DD hh:mm:ss');
}

/**
 * The day of a text in a format of UN/EDIFACT 2379: 102, or with a time of day, which is the local one, 203 and 204.
 * @throws InvalidDocument for another format, and when it is no day.
 */
export function dayInFormat(text: string, format: string | undefined, field: string): string {
  const pattern = BY_FORMAT.get(format);
  if (pattern === undefined) {
    throw new InvalidDocument(`${field} has the format ${shown(format ?? '')}, must have 102 (YYYYMMDD)`, field);
  }
  return dayBy([pattern], text, field, 'YYYYMMDD');
}

/** A day as people and spreadsheets in China write it; only orders that cannot be mistaken. @throws InvalidDocument otherwise. */
export function writtenDate(text: string, field: string): string {
  return dayBy(WRITTEN, text.normalize('NFKC'), field, 'YYYY-MM-DD');
}

/** The last of some days; undefined when there are none. */
export function lastOf(days: readonly string[]): string | undefined {
  return [...days].sort().at(-1);
}

function dayBy(patterns: readonly RegExp[], text: string, field: string, form: string): string {
  for (const pattern of patterns) {
    const [, year, month, day] = pattern.exec(text.trim()) ?? [];
    if (year === undefined || month === undefined || day === undefined) continue;
    if (isCalendarDay(Number(year), Number(month), Number(day))) {
      return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    }
  }
  throw new InvalidDocument(`${field} ${shown(text)} is not a calendar day ${form}`, field);
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year >= 1900 && day >= 1 && day <= (days[month - 1] ?? 0);
}
