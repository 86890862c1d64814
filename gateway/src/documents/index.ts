/** Trade documents into receivables: 数电票, UBL 2.1, CII D16B and CSV, from bytes to what they state. No I/O, no clock. */
import { createHash } from 'node:crypto';
import { isCii, readCii } from './cii';
import { readCsv } from './csv';
import { type DocumentFile, type DocumentProblem, type DocumentResult, type ParsedDocument } from './document';
import { isEInvoice, readEInvoice } from './einvoice';
import { decodeText } from './encoding';
import { InvalidDocument, shown } from './invalid-document';
import { isUbl, readUbl } from './ubl';
import { parseXml, type XmlElement } from './xml';

export type {
  DocumentFile,
  DocumentMoney,
  DocumentParty,
  DocumentProblem,
  DocumentResult,
  ParsedDocument,
} from './document';
export { MAX_FILE_BYTES } from './encoding';

/**
 * Reads a file: one result for an XML invoice, one for each record of a CSV file, one problem for a file that cannot be read as a whole.
 * The format is found from the content; the name is not looked at. Never throws.
 */
export function parseDocuments(file: DocumentFile): readonly DocumentResult[] {
  try {
    const text = decodeText(file.bytes);
    const digest = createHash('sha256').update(file.bytes).digest('hex');
    return isMarkup(text) ? [{ ok: true, document: readXml(parseXml(text), digest) }] : readCsv(text, digest);
  } catch (error) {
    return [{ ok: false, problem: problemOf(error) }];
  }
}

function isMarkup(text: string): boolean {
  return /^\s*</.test(text);
}

function readXml(root: XmlElement, digest: string): ParsedDocument {
  if (isEInvoice(root)) return readEInvoice(root, digest);
  if (isUbl(root)) return readUbl(root, digest);
  if (isCii(root)) return readCii(root, digest);
  const namespace = root.namespace === '' ? 'no namespace' : `namespace ${shown(root.namespace)}`;
  throw new InvalidDocument(`not an invoice: the root element is ${shown(root.name)} of ${namespace}`);
}

function problemOf(error: unknown): DocumentProblem {
  if (error instanceof InvalidDocument) return error.problem;
  // A fault in a reader: the document still cannot be taken, and one file must not stop the import of the others.
  const what = error instanceof Error ? error.message : String(error);
  return { code: 'INVALID_EVIDENCE', detail: `the document cannot be read: ${shown(what)}` };
}
