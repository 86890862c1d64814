/** Who the parties of a UBL or CII invoice are: one identifier, chosen by a fixed order, whatever the order in the document. */
import { createHash } from 'node:crypto';
import { isUscc, partyIdProblem, partyKey } from '@onepledge/chaincode/model';
import { isCountryCode } from './countries';
import { type DocumentParty } from './document';
import { InvalidDocument, shown } from './invalid-document';
import { canonicalId, partyName } from './name';
import { type XmlElement } from './xml';

/** What an invoice says of a party. Identifiers are as written; each list may be empty. */
export type StatedParty = Readonly<{
  role: 'seller' | 'buyer';
  /** VAT identifiers, BT-31 and BT-48. */
  vat: readonly string[];
  /** Legal registration, BT-30 and BT-47. */
  legal: readonly string[];
  /** Tax registrations other than VAT, BT-32. */
  tax: readonly string[];
  /** Other identifiers of a registered scheme, BT-29 and BT-46. */
  other: readonly string[];
  /** Electronic addresses of a registered scheme, BT-34 and BT-49. */
  endpoint: readonly string[];
  /** Other identifiers that name no such scheme: what the one calls the other in its own books. */
  numbers: readonly string[];
  /** Names in order of preference: registered, then trading name. */
  names: readonly string[];
  /** Country of the postal address, BT-40 and BT-55. */
  country: string | undefined;
}>;

const MAX_ID = 64;
const UNKNOWN_COUNTRY = 'XX';
const NAME_DIGITS = 16;
// ISO 6523: its numbers are given out by somebody, each once. Electronic addresses have more schemes (EAS), as of mailboxes, which companies share.
const REGISTERED_SCHEME = /^[0-9]{4}$/;
// Each German court counts for itself: without the court's name the number of a commercial register is many companies'.
const COURTLESS = /^(?:DE)?HR[AB][0-9]+[A-Z]{0,2}$/;
// A bank's creditor identifier (BT-90) stands among a party's in UBL, and belongs to a mandate rather than to the party.
const SEPA_CREDITOR = 'SEPA';
const USCC_SHAPE = /^[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}$/;

/** Whether an identifier is of a scheme by which it means one company, whoever states it. */
export function isRegistered({ attributes }: XmlElement): boolean {
  return REGISTERED_SCHEME.test(attributes.get('schemeID')?.trim() ?? '');
}

/** Whether an identifier is but a number in somebody's books, as of its customers. */
export function isBookNumber(id: XmlElement): boolean {
  return !isRegistered(id) && id.attributes.get('schemeID') !== SEPA_CREDITOR;
}

/**
 * Identifies a party: VAT identifier, else legal registration, else another tax registration, else another identifier, else the electronic
 * address. A unified social credit code stands by itself (also behind `CN`); any other number begins with a country's code, its own or else
 * that of the address. A buyer that has but a number in its seller's books is known by that together with the seller: other sellers give the same
 * number to other companies, of which one must not confirm or hold what is the other's. It is the country or `XX`, `C`, and hexadecimal digits as of
 * a name. A party that states nothing usable is known by its name: country or `XX`, `N`, and the first 16 hexadecimal digits of
 * the SHA-256 of the name's canonical form (letters and digits only, NFKC, upper case).
 * @param issuer the seller, of a buyer
 * @throws InvalidDocument for a party without a name, with two VAT identifiers or legal registrations, or with a wrong Chinese code.
 */
export function identifyParty(stated: StatedParty, issuer?: string): DocumentParty {
  const [firstName] = stated.names;
  if (firstName === undefined) throw new InvalidDocument(`the ${stated.role} must have a name`, stated.role);
  const name = partyName(firstName, `${stated.role} name`);
  const country = countryOf(stated.country);
  const uscc =
    theOne(stated, 'vat', country) ??
    theOne(stated, 'legal', country) ??
    theLeast(stated, 'tax', country) ??
    theLeast(stated, 'other', country) ??
    stated.numbers.map((written) => chineseCode(written, country, stated.role)).find((code) => code !== undefined) ??
    theLeast(stated, 'endpoint', country) ??
    (issuer === undefined ? undefined : idOfNumber(stated.numbers, country, issuer)) ??
    idOfName(name, country, stated.role);
  return { uscc, name };
}

type IdKind = 'vat' | 'legal' | 'tax' | 'other' | 'endpoint';

/** Of these a party has one: two that differ are a contradiction. */
function theOne(stated: StatedParty, kind: IdKind, country: string | undefined): string | undefined {
  const [first, second] = usableIds(stated, kind, country);
  if (first !== undefined && second !== undefined) {
    throw new InvalidDocument(
      `the ${stated.role} has two ${kind} identifiers: ${shown(first)} and ${shown(second)}`,
      stated.role,
    );
  }
  return first;
}

/** Of these a party may have several: the least, so that their order in the document does not matter. */
function theLeast(stated: StatedParty, kind: IdKind, country: string | undefined): string | undefined {
  return usableIds(stated, kind, country).sort()[0];
}

function usableIds(stated: StatedParty, kind: IdKind, country: string | undefined): string[] {
  const byKey = new Map<string, string>();
  for (const written of stated[kind]) {
    const id = qualifiedId(written, kind, country, stated.role);
    if (id !== undefined && !byKey.has(partyKey(id))) byKey.set(partyKey(id), id);
  }
  return [...byKey.values()];
}

/** The identifier with its country's code; undefined when it cannot stand for a party. Its own punctuation is kept. */
function qualifiedId(written: string, kind: IdKind, country: string | undefined, role: string): string | undefined {
  const code = chineseCode(written, country, role);
  if (code !== undefined) return code;
  const id = canonicalId(written);
  if (COURTLESS.test(partyKey(id))) return undefined;
  const qualified = hasCountry(id, kind, country) ? id : country === undefined ? undefined : country + id;
  if (qualified === undefined || qualified.length > MAX_ID) return undefined;
  return partyIdProblem(qualified) === undefined ? qualified : undefined;
}

/** A unified social credit code, which stands by itself wherever it is written; undefined for what is none. */
function chineseCode(written: string, country: string | undefined, role: string): string | undefined {
  const id = canonicalId(written);
  const key = partyKey(id).replace(/^CN(?=[0-9A-Z]{18}$)/, '');
  if (isUscc(key)) return key;
  // A mistyped Chinese code must not pass as a foreign number that happens to begin with CN.
  if (USCC_SHAPE.test(key) && (country === 'CN' || id.startsWith('CN'))) {
    throw new InvalidDocument(
      `the ${role}'s code ${shown(written)} is not a unified social credit code with a right check character (GB 32100-2015)`,
      role,
    );
  }
  return undefined;
}

/** VAT identifiers begin with a country's code by rule (BR-CO-09); in others two letters may be part of a word. */
function hasCountry(id: string, kind: IdKind, country: string | undefined): boolean {
  const prefix = id.slice(0, 2);
  if (!isCountryCode(prefix)) return false;
  return kind === 'vat' || prefix === country || /^[0-9]/.test(id.slice(2));
}

function countryOf(written: string | undefined): string | undefined {
  const code = written?.normalize('NFKC').trim().toUpperCase();
  return code !== undefined && isCountryCode(code) ? code : undefined;
}

/** Of several numbers the least, so that their order does not matter; none for a Chinese company, which is known by its code or its name. */
function idOfNumber(numbers: readonly string[], country: string | undefined, issuer: string): string | undefined {
  const [least] = numbers
    .map(partyKey)
    .filter((number) => number !== '')
    .sort();
  if (least === undefined || country === 'CN') return undefined;
  return `${country ?? UNKNOWN_COUNTRY}C${digitsOf(`${partyKey(issuer)}|${least}`)}`;
}

function idOfName(name: string, country: string | undefined, role: string): string {
  const key = partyKey(name);
  if (key === '') throw new InvalidDocument(`the ${role}'s name ${shown(name)} has no letter or digit`, role);
  return `${country ?? UNKNOWN_COUNTRY}N${digitsOf(key)}`;
}

function digitsOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS).toUpperCase();
}
