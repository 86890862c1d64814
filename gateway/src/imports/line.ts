/** Lines of an import: a document each, refused as it is read or turned into a command. */
import { type Command, type DomainError, RegisterReceivableSchema, validate } from '@onepledge/chaincode/model';
import { type DocumentFile, parseDocuments, type ParsedDocument } from '../documents';

/** A line that was read: its command as JSON text that has no id yet, or why there is none. */
export type ReadLine = Readonly<{ file: string; row?: number }> &
  (Readonly<{ command: string }> | Readonly<{ problem: DomainError }>);

type Registration = Omit<Extract<Command, { type: 'receivable.register' }>, 'id' | 'type' | 'answer'>;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The lines of a file: one a document in it.
 * @param dueDays days from issue to maturity, for documents that state no due date
 */
export function linesOfFile(file: DocumentFile, dueDays: number | undefined): readonly ReadLine[] {
  return parseDocuments(file).map((result): ReadLine => {
    if (!result.ok) return { file: file.name, ...rowOf(result.row), problem: result.problem };
    return lineOfDocument(file.name, result.document, dueDays);
  });
}

function lineOfDocument(file: string, document: ParsedDocument, dueDays: number | undefined): ReadLine {
  const { creditor, debtor, amount, evidence, row } = document;
  const dueDate = document.dueDate ?? addDays(evidence.issuedOn, dueDays);
  if (dueDate === undefined) {
    const detail = 'dueDate: the document states no due date and the request gives no dueDays';
    return { file, ...rowOf(row), problem: { code: 'INVALID_INPUT', detail, field: 'dueDate' } };
  }
  return { file, ...rowOf(row), ...registration({ creditor, debtor, amount, dueDate, evidence: [evidence] }) };
}

/** The line of a receivable that came as JSON. */
export function lineOfBody(file: string, body: unknown): ReadLine {
  const checked = validate(RegisterReceivableSchema, body);
  return checked.ok ? { file, ...registration(checked.value) } : { file, problem: checked.error };
}

function registration(receivable: Registration): Readonly<{ command: string }> {
  return { command: JSON.stringify({ type: 'receivable.register', answer: 'ID', ...receivable }) };
}

function rowOf(row: number | undefined): { row?: number } {
  return row === undefined ? {} : { row };
}

/** A calendar day some days later; undefined when the days are not given or the day is beyond the calendar. */
export function addDays(day: string, days: number | undefined): string | undefined {
  if (days === undefined) return undefined;
  const later = new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
  return Number.isNaN(later.getTime()) ? undefined : later.toISOString().slice(0, 10);
}
