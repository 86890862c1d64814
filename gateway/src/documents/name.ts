/** Names of parties and numbers of documents, as they may be passed on. */
import { canonicalDocumentNumber, isQuantity } from '@onepledge/chaincode/model';
import { InvalidDocument, shown } from './invalid-document';

const MAX_NAME = 200;
const MAX_NUMBER = 128;
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
 * @throws InvalidDocument when it has no canonical form in which it could be compared, or is what a spreadsheet has made of it.
 */
export function documentNumber(text: string, field: string): string {
  const number = text.replace(/\s+/gu, ' ').trim();
  if (number.length > MAX_NUMBER || UNSAFE.test(number) || canonicalDocumentNumber(number) === undefined) {
    throw new InvalidDocument(
      `${field} ${shown(text)} is not a document number: up to ${MAX_NUMBER} characters, of which Latin letters, digits or Han characters`,
      field,
    );
  }
  if (isQuantity(number))
    throw new InvalidDocument(`${field} ${shown(text)} was changed by a spreadsheet: save the column as text`, field);
  return number;
}
