/** Evidence 贸易凭证: the trade documents that back a receivable. */
import { z } from 'zod';
import {
  comparableNumber,
  isNationalNumber,
  mayLackCode,
  nationalNumbersIn,
  numberWithoutCode,
} from './document-number';
import { PositiveMoneySchema } from './money';
import { PartyIdSchema } from './party';
import { canonicalDocumentNumber, DateSchema, rawTextSchema } from './text';

export const EVIDENCE_KINDS = [
  'INVOICE',
  'CONTRACT',
  'DELIVERY_NOTE',
  'BILL_OF_LADING',
  'CUSTOMS_ENTRY',
  'STORAGE_CONTRACT',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The keyed fingerprint under which one trade document is known on the ledger. */
export type EvidenceToken = string & { readonly __brand: 'EvidenceToken' };

/** The keyed fingerprint of a document's number between its creditor and debtor, or of one that may lack its code under its issuer. */
export type TradeToken = string & { readonly __brand: 'TradeToken' };

// Spreadsheets take numbers for quantities: of long ones the last digits are lost, and others get a decimal that would count as a digit.
const QUANTITY = /^[0-9][.,][0-9]+E\+?[0-9]+$|^[0-9]+\.0+$/i;

/** Whether a document's number is what a spreadsheet has made of it, so that one document would have two numbers or many have one. */
export function isQuantity(number: string): boolean {
  return QUANTITY.test(number.normalize('NFKC').trim());
}

/** A document's number as written on it; compared in its canonical form. */
export const DocumentNumberSchema = z
  .string()
  // Space around a number is a slip of whoever keyed it, and must not hide that the document is known.
  .trim()
  .pipe(rawTextSchema(128))
  .refine(
    (number) => canonicalDocumentNumber(number) !== undefined,
    'must hold a letter or digit, and only Latin letters, digits, Han characters and separators',
  )
  .refine((number) => !isQuantity(number), 'was changed by a spreadsheet: save the column as text')
  // As one number they would be another document than each of them.
  .refine((number) => nationalNumbersIn(number).length <= 1, 'holds several numbers: each document is stated by itself')
  .meta({ example: '26442000000351700249' });

/** One trade document as presented. `amount` is the value of the document that can back receivables. */
export const EvidenceSchema = z
  .strictObject({
    kind: z.enum(EVIDENCE_KINDS),
    issuer: PartyIdSchema.describe('Who issued the document (for an invoice, the seller)'),
    number: DocumentNumberSchema,
    amount: PositiveMoneySchema,
    issuedOn: DateSchema,
    digest: z
      .string()
      .regex(/^[0-9A-Za-z+/=:_-]{1,140}$/, 'must be a digest of the document in hexadecimal or base64')
      .describe('SHA-256 of the document file')
      .optional(),
  })
  .meta({ id: 'Evidence' });

export type Evidence = Readonly<z.output<typeof EvidenceSchema>>;

/**
 * What makes two documents the same one, whatever kind, issuer spelling or creditor they come under.
 * The kind is left out on purpose: the same paper must not become two by being called something else. For numbers that are unique
 * in the country the issuer is left out as well, because whoever presents the document states it. Leading zeros do not count.
 * @throws Error for a number that the schema has not checked.
 */
export function evidenceIdentity(document: Readonly<{ issuer: string; number: string }>, issuerKey: string): string {
  const number = comparableNumber(document.number);
  return isNationalNumber(number) ? `CN-VAT|${number}` : `${issuerKey}|${number}`;
}

/** What a document is known by besides its identity. `coded`: the number has a code in it, by which documents of one number are told apart. */
export type NumberIdentity = Readonly<{ identity: string; coded: boolean }>;

/**
 * What a number means between two companies, whoever is said to have issued the document: the presenter states the issuer, and by stating
 * another could otherwise present the same paper twice. An invoice whose number has its code in it is known by the number alone as well, for the
 * code may be left out another time: then also under its issuer, as another creditor or debtor may be stated with it. None for numbers that are
 * unique in the country by themselves: they need no more.
 * @throws Error for a number that the schema has not checked.
 */
export function numberIdentities(
  document: Readonly<{ number: string }>,
  { issuerKey, creditorKey, debtorKey }: Readonly<{ issuerKey: string; creditorKey: string; debtorKey: string }>,
): readonly NumberIdentity[] {
  const comparable = comparableNumber(document.number);
  const printed = numberWithoutCode(comparable);
  const coded = printed !== undefined;
  if (!coded && isNationalNumber(comparable)) return [];
  const number = printed ?? comparable;
  const between = { identity: `${creditorKey}>${debtorKey}|${number}`, coded };
  return mayLackCode(number) ? [between, { identity: `${issuerKey}>|${number}`, coded }] : [between];
}
