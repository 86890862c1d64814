/** CSV: one invoice a record, under a header that names the columns in English or Chinese. */
import { partyIdProblem, partyKey, isUscc, sameParty } from '@onepledge/chaincode/model';
import { CsvError, parse, type Info } from 'csv-parse/sync';
import { currencyOf, documentMoney, minorUnits, positiveMinorUnits } from './amount';
import { type Column, type Columns, columnsOf, IGNORED, isColumn } from './csv-columns';
import { writtenDate } from './date';
import { type DocumentParty, type DocumentResult, type ParsedDocument } from './document';
import { InvalidDocument, shown } from './invalid-document';
import { canonicalId, documentNumber, partyName } from './name';

/** The largest number of records in a file. */
export const MAX_ROWS = 10_000;
/** The largest number of characters in a field. */
export const MAX_FIELD = 1_000;
const MAX_HEADER = 10_000;
const MAX_COLUMNS = 40;

// A VAT invoice of China is in its currency, and its lists do not say so.
const CHINESE_CURRENCY = 'CNY';
const GOOD_STATUS = '正常';
const YES = '是';

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads a CSV file: one result for each record, in order, with the line on which it begins.
 * @throws InvalidDocument for what is wrong with the file as a whole: no known header, an unknown, repeated or missing column, broken
 * quotes (after which no later record can be trusted), too many records.
 */
export function readCsv(text: string, digest: string): readonly DocumentResult[] {
  const records = recordsOf(text, delimiterOf(text));
  const [header, ...rows] = records;
  if (header === undefined) throw new InvalidDocument('empty: the file has no header row');
  const columns = columnsOf(header.fields);
  if (rows.length === 0) throw new InvalidDocument('the file has a header row and no records');
  if (rows.length > MAX_ROWS) throw new InvalidDocument(`the file has more than ${MAX_ROWS} records`);
  return rows.map(({ fields, line }) => resultOf(fields, columns, line, digest));
}

type CsvRecord = Readonly<{ fields: readonly string[]; line: number }>;

function recordsOf(text: string, delimiter: string): readonly CsvRecord[] {
  try {
    const parsed = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // Spreadsheets save rows that were once filled as delimiters only.
      skip_records_with_empty_values: true,
      to: MAX_ROWS + 2,
      max_record_size: MAX_FIELD * MAX_COLUMNS,
    }) as unknown as readonly Readonly<{ record: readonly string[]; info: Info }>[];
    return parsed.map(({ record, info }) => ({ fields: record, line: info.lines - lineBreaksIn(record) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InvalidDocument(`the CSV cannot be read: ${error.message}`);
  }
}

/** The parser counts the line on which a record ends; quoted line breaks lead back to where it begins. */
function lineBreaksIn(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + (field.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

/** The delimiter under which the first line has the most known columns. */
function delimiterOf(text: string): string {
  const line = /^\s*([^\r\n]*)/.exec(text)?.[1]?.slice(0, MAX_HEADER) ?? '';
  const known = (delimiter: string): number =>
    line.split(delimiter).filter((name) => isColumn(name.replaceAll('"', ''))).length;
  const best = DELIMITERS.reduce((a, b) => (known(b) > known(a) ? b : a));
  if (known(best) === 0) {
    throw new InvalidDocument('not an invoice: neither XML nor CSV whose first line names known columns');
  }
  return best;
}

function resultOf(fields: readonly string[], columns: Columns, row: number, digest: string): DocumentResult {
  try {
    return { ok: true, document: { ...documentOf(valuesByColumn(fields, columns), digest), row } };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return { ok: false, problem: error.problem, row };
  }
}

type Values = ReadonlyMap<Column, string>;

function valuesByColumn(fields: readonly string[], columns: Columns): Values {
  if (fields.length !== columns.length) {
    throw new InvalidDocument(`the record has ${fields.length} fields, the header ${columns.length}`);
  }
  const values = new Map<Column, string>(columns.includes('currency') ? [] : [['currency', CHINESE_CURRENCY]]);
  for (const [i, column] of columns.entries()) {
    const value = (fields[i] ?? '').trim();
    if (value.length > MAX_FIELD) throw new InvalidDocument(`${column} has more than ${MAX_FIELD} characters`, column);
    if (value !== '' && column !== IGNORED) values.set(column, value);
  }
  return values;
}

function documentOf(values: Values, digest: string): ParsedDocument {
  const creditor = partyOf(values, 'creditorUscc', 'creditorName');
  const debtor = partyOf(values, 'debtorUscc', 'debtorName');
  if (sameParty(creditor.uscc, debtor.uscc)) {
    throw new InvalidDocument(`creditor and debtor must not be the same party: ${creditor.uscc}`, 'debtorUscc');
  }
  const currency = currencyOf(required(values, 'currency').toUpperCase(), 'currency');
  const total = positiveMinorUnits(required(values, 'amount'), currency, 'amount');
  const amount = documentMoney(currency, total);
  requireGoodInvoice(values, total, currency);
  const evidenceAmount = values.get('evidenceAmount');
  const dueDate = values.get('dueDate');
  const issuer = values.get('issuer');
  return {
    creditor,
    debtor,
    amount,
    ...(dueDate === undefined ? {} : { dueDate: writtenDate(dueDate, 'dueDate') }),
    evidence: {
      kind: 'INVOICE',
      issuer: issuer === undefined ? creditor.uscc : partyId(issuer, 'issuer'),
      number: numberOf(values),
      amount:
        evidenceAmount === undefined
          ? amount
          : documentMoney(currency, positiveMinorUnits(evidenceAmount, currency, 'evidenceAmount')),
      issuedOn: writtenDate(required(values, 'issuedOn'), 'issuedOn'),
      digest,
    },
  };
}

/** What a list of 数电票 says of an invoice besides. @throws InvalidDocument for a cancelled or red-letter one, and sums that do not add up. */
function requireGoodInvoice(values: Values, total: bigint, currency: string): void {
  const status = values.get('status') ?? GOOD_STATUS;
  if (status !== GOOD_STATUS) {
    throw new InvalidDocument(
      `status ${shown(status)}: only an invoice that is ${GOOD_STATUS} backs anything`,
      'status',
    );
  }
  const positive = values.get('positive') ?? YES;
  if (positive !== YES) throw new InvalidDocument('a red-letter (negative) invoice backs nothing', 'positive');
  const [net, tax] = [values.get('net'), values.get('tax')];
  if (net === undefined || tax === undefined) return;
  if (minorUnits(net, currency, 'net') + minorUnits(tax, currency, 'tax') !== total) {
    throw new InvalidDocument(`the total is not net plus tax: ${shown(net)} + ${shown(tax)}`, 'amount');
  }
}

/** An invoice of paper has a code of ten or twelve digits besides its eight; programs drop the zeros at the beginning of both. */
function numberOf(values: Values): string {
  const digital = values.get('digitalNumber');
  // 数电纸质发票 have both numbers; this one is unique in the country by itself.
  if (digital !== undefined) return documentNumber(digital, 'number');
  const number = documentNumber(required(values, 'number'), 'number');
  const code = values.get('code')?.normalize('NFKC');
  if (code === undefined) return number;
  if (!/^[0-9]{9,12}$/.test(code)) {
    throw new InvalidDocument(`code ${shown(code)} is not the code of an invoice: ten or twelve digits`, 'code');
  }
  const digits = number.normalize('NFKC');
  if (!/^[0-9]{1,8}$/.test(digits)) {
    throw new InvalidDocument(`number ${shown(number)} is not one that has a code: eight digits`, 'number');
  }
  return `${code} ${digits.padStart(8, '0')}`;
}

function required(values: Values, column: Column): string {
  const value = values.get(column);
  if (value === undefined) throw new InvalidDocument(`${column} must not be empty`, column);
  return value;
}

function partyOf(values: Values, id: Column, name: Column): DocumentParty {
  return { uscc: partyId(required(values, id), id), name: partyName(required(values, name), name) };
}

function partyId(text: string, column: Column): string {
  const id = canonicalId(text);
  const problem = id.length > 64 ? 'has more than 64 characters' : partyIdProblem(id);
  if (problem !== undefined) throw new InvalidDocument(`${column} ${shown(text)} ${problem}`, column);
  return isUscc(partyKey(id)) ? partyKey(id) : id;
}
