/** What the spellings of one document number have in common: the form by which a document is known again. */
import { canonicalDocumentNumber } from './text';

// The numbers of Chinese VAT invoices are unique in the whole country: 20 digits 数电票, or code 10 or 12 with number 8.
// A code may begin with zeros, which some programs drop, hence 17.
const NATIONAL = /^[0-9]{17,20}$/;
// What a field is called, copied with its number: "发票号码：…", "合同编号 …", "Invoice No. …", "…号".
const HAN_LABELS =
  /(?:合同|协议|協議|提单|提單|运单|運單|订单|訂單|送货单|送貨單|报关单|報關單)(?=[编編号號])|发票|發票|代码|代碼|号码|號碼|编号|編號|[第号號]/g;
const LATIN_LABEL =
  /^(?:(?:(?:INVOICE|INV|CONTRACT|BL)?(?:NUMBER|NUM|NO|NR)|INVOICE)(?=[0-9])|(?:INVOICE|INV|CONTRACT|BL)(?:NUMBER|NO)(?=[A-Z]))/;
// What kind of invoice it is, before its eight digits: "增值税专用发票 № …".
const KIND_OF_INVOICE = /^\p{Unified_Ideograph}*[发發专專普]票(?:号码?|號碼?)?(?:NO)?(?=[0-9]{8}$)/u;
// The code of an invoice of paper begins with a region's number, that of twelve digits has a 0 or 1 before it, which may have been dropped.
const REGION = '(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])';
const CODE = `((?:[01]?${REGION}[0-9]|${REGION})[0-9]{8})`;
const WORD = String.raw`(?:\p{Unified_Ideograph}|INVOICE|NUMBER|NO)`;
// As printed: code, kind of invoice, "№", number. A number that stands apart may have lost its leading zeros.
const CODE_THEN_NUMBER = new RegExp(`^${WORD}*${CODE}(?:${WORD}+|(?=[0-9]{8}(?![0-9])))([0-9]{1,8})${WORD}*$`, 'u');
// The number before its code, as some programs print them.
const NUMBER_THEN_CODE = new RegExp(`^${WORD}*([0-9]{1,8})${WORD}+${CODE}${WORD}*$`, 'u');
const LONG_RUN = /[0-9]{20,}/g;
// What stands between signs or letters as the number of a 数电票, which begins with the year, or as code and number of an invoice of paper.
const STANDS_APART = new RegExp(`(?<![0-9])(?:2[0-9]{19}|(?:[01]${REGION}[0-9]|${REGION})[0-9]{16})(?![0-9])`, 'g');
// Letters O between digits, and the ideograph 〇 away from others: among those it belongs to a numeral of theirs.
const ZEROS = /(?<=[0-9])[O〇]+(?=[0-9])|(?<!\p{Unified_Ideograph}〇*)〇(?!〇*\p{Unified_Ideograph})/gu;
const ASCII = /^[ -~]*$/;
const LOOK_ALIKES: Readonly<Record<string, string>> = { O: '0', 〇: '0', I: '1', L: '1' };

/**
 * The number as documents are compared by it: canonical, without labels and leading zeros. A zero that was keyed as the letter O between digits
 * counts as one; in what would be a national invoice number so do I and L for the one. Such a number is found among other text, too.
 * @throws Error for a number that the schema has not checked.
 */
export function comparableNumber(written: string): string {
  const canonical = canonicalDocumentNumber(written);
  if (canonical === undefined) throw new Error(`unchecked document number ${JSON.stringify(written)}`);
  if (NATIONAL.test(canonical)) return withoutZeros(canonical);
  const paper = withCode(canonical);
  if (paper !== undefined) return withoutZeros(paper);
  const bare = canonical.replace(KIND_OF_INVOICE, '').replace(HAN_LABELS, '').replace(LATIN_LABEL, '') || canonical;
  const digits = bare.replace(/[OIL〇]/g, (letter) => LOOK_ALIKES[letter] ?? letter);
  if (NATIONAL.test(digits)) return withoutZeros(digits);
  const found = onlyLongRun(bare) ?? onlyLongRun(digits);
  if (found === undefined || !NATIONAL.test(found)) {
    // As it is written, with its signs: "-1" behind it does not make it longer.
    const [apart, ...others] = nationalNumbersIn(written);
    if (apart !== undefined && others.length === 0) return apart;
  }
  return withoutZeros(found ?? bare.replace(ZEROS, (zeros) => '0'.repeat(zeros.length)));
}

/** The numbers of invoices, unique in the country, that stand apart in what was written as one number; each once. */
export function nationalNumbersIn(written: string): readonly string[] {
  const visible = ASCII.test(written)
    ? written
    : written
        .normalize('NFKD')
        .replace(/[\p{C}\p{M}]/gu, '')
        .normalize('NFKC');
  return [...new Set((visible.match(STANDS_APART) ?? []).map(withoutZeros))];
}

/**
 * The eight digits that are printed as the number of an invoice of paper, without the code of ten or twelve digits that makes them unique in the
 * country: without leading zeros, as whoever leaves the code out would write it.
 * @param comparable number
 * @returns undefined for a number that has no code in it: 数电票 have twenty digits that begin with the year, twelve-digit codes begin with 0 or 1.
 */
export function numberWithoutCode(comparable: string): string | undefined {
  if (!NATIONAL.test(comparable) || /^[2-9][0-9]{19}$/.test(comparable)) return undefined;
  return withoutZeros(comparable.slice(-8));
}

/**
 * Whether a comparable number looks like that of an invoice of paper whose code was left out. Shorter ones are anybody's own serial numbers.
 */
export function mayLackCode(comparable: string): boolean {
  return /^[0-9]{5,8}$/.test(comparable);
}

/** Whether a comparable number is unique in the country, whoever is said to have issued the document. */
export function isNationalNumber(comparable: string): boolean {
  return NATIONAL.test(comparable);
}

/** Code and number of an invoice of paper that stand together with words about them; undefined where they do not. */
function withCode(canonical: string): string | undefined {
  const [, code, number] = CODE_THEN_NUMBER.exec(canonical) ?? [];
  const [, first, second] = code === undefined ? (NUMBER_THEN_CODE.exec(canonical) ?? []) : [undefined, number, code];
  return first === undefined || second === undefined ? undefined : second + first.padStart(8, '0');
}

function withoutZeros(number: string): string {
  return number.replace(/^0+(?=.)/, '');
}

function onlyLongRun(text: string): string | undefined {
  const [run, ...others] = text.match(LONG_RUN) ?? [];
  return others.length === 0 ? run : undefined;
}
