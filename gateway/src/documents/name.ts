/** Names and identifiers of parties, and numbers of documents, as they may be passed on. */
import { DocumentNumberSchema } from '@onepledge/chaincode/model';
import { InvalidDocument, shown } from './invalid-document';

const MAX_NAME = 200;
// Control characters and halves of surrogate pairs hide or forge what a person reads.
const UNSAFE = /[\p{Cc}\p{Cs}]/u;
// Nor may marks in a name that turn the direction of what follows.
const TURNING = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * A party's name with white space (also line breaks from pretty-printed XML) made single spaces; otherwise as written.
 * @throws InvalidDocument when it is empty, too long or holds control characters.
 */
export function partyName(text: string, field: string): string {
  const name = text.replace(/\s+/gu, ' ').trim();
  if (name === '') throw new InvalidDocument(`${field} must not be empty`, field);
  if (name.length > MAX_NAME) throw new InvalidDocument(`${field} has more than ${MAX_NAME} characters`, field);
  if (UNSAFE.test(name) || TURNING.test(name))
    throw new InvalidDocument(`${field} must not contain control characters`, field);
  return name;
}

/**
 * A document's number as written on it, with inner white space made single spaces.
 * @throws InvalidDocument when it is none by the ledger's own rule: with no canonical form, changed by a spreadsheet, of several documents.
 */
export function documentNumber(text: string, field: string): string {
  const checked = DocumentNumberSchema.safeParse(text.replace(/\s+/gu, ' '));
  if (checked.success) return checked.data;
  const why = checked.error.issues[0]?.message ?? 'is not a document number';
  throw new InvalidDocument(`${field} ${shown(text)} ${why}`, field);
}

/** A party's identifier without white space and invisible characters, upper case; its own punctuation is kept. */
export function canonicalId(text: string): string {
  return (
    text
      .normalize('NFKC')
      // Not private characters, nor those that are none yet: they may be letters to whoever wrote them.
      .replace(/[\p{Z}\p{Cc}\p{Cf}\s]/gu, '')
      .toUpperCase()
  );
}
