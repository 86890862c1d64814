/** Parties: companies, known by their unified social credit code or, abroad, by a tax or registration number. */
import { z } from 'zod';
import { hasStrangeSign, textSchema } from './text';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS: readonly number[] = Array.from({ length: 17 }, (_, i) => Number(3n ** BigInt(i) % 31n));
// GB 32100: registration department, category, six digits of region, nine of organisation code, check character.
const USCC_SHAPE = /^[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}$/;
const CANONICAL = /^[0-9A-Z]+$/;
const FOREIGN_SHAPE = /^[A-Z]{2}[0-9A-Z\p{Script=Han}]{2,62}$/u;
// Letters before what has the form of a unified code: "CN", another country's, what the field is called.
const BEFORE_USCC = /^[A-Z]+(?=[0-9A-Z][0-9]{7}[0-9A-Z]{10}$)/;
// One number under several codes of its country: Greece, and the United Kingdom with Northern Ireland.
const COUNTRIES: Readonly<Record<string, string>> = { EL: 'GR', UK: 'GB', XI: 'GB' };
// What the tax is called, in each language of the country, behind the number of the company itself.
const NAMED_TAX = /^(CHE[0-9]{9})(?:MWST|TVA|IVA|VAT)$|^(NO[0-9]{9})MVA$/;
// A party that a document knows by its name alone.
const BY_NAME = /^CNN[0-9A-F]{16}$/;
// GB 11714: organisation codes since 2015 begin with two letters, as if with a country.
const ORGANIZATION_CODE = /^M[A-Z](?=[0-9]*[A-Z])[0-9A-Z]{6}[0-9X]$/;
const ORGANIZATION_WEIGHTS: readonly number[] = [3, 7, 9, 10, 5, 8, 4, 2];

/** The check character of the first 17 characters of a unified social credit code; undefined when one is not of the alphabet. GB 32100-2015. */
export function usccCheckCharacter(first17: string): string | undefined {
  let sum = 0;
  // Run several times for every company of every command: nothing is allocated here.
  for (let i = 0; i < WEIGHTS.length; i += 1) {
    const value = ALPHABET.indexOf(first17.charAt(i) || ' ');
    if (value < 0) return undefined;
    sum += value * (WEIGHTS[i] ?? 0);
  }
  return ALPHABET[(31 - (sum % 31)) % 31];
}

/** Whether a text is a unified social credit code 统一社会信用代码 with a right check character. GB 32100-2015. */
export function isUscc(text: string): boolean {
  return USCC_SHAPE.test(text) && usccCheckCharacter(text.slice(0, 17)) === text[17];
}

/** Whether a text is an organisation code 组织机构代码, which is a part of the company's unified code. GB 11714. */
function isOrganizationCode(text: string): boolean {
  if (!ORGANIZATION_CODE.test(text)) return false;
  const sum = ORGANIZATION_WEIGHTS.reduce((total, weight, i) => total + weight * parseInt(text[i] ?? '', 36), 0);
  return text[8] === '0123456789X0'[11 - (sum % 11)];
}

/**
 * The form in which party identifiers are compared and keyed: NFKC, letters and digits only, upper case, nothing before a Chinese code, one code a
 * country, and without what a tax is called. What it makes of an identifier must not change in the life of a ledger: parties are known by it.
 */
export function partyKey(id: string): string {
  const key = CANONICAL.test(id)
    ? id
    : id
        .normalize('NFKC')
        .replace(/[\p{P}\p{Z}\p{S}\p{C}]/gu, '')
        .toUpperCase();
  if (/^[0-9]/.test(key)) return key;
  // Abroad a Chinese company's code is written with its country, as in VAT numbers: that is not another company, whatever stands there.
  const code = key.replace(BEFORE_USCC, '');
  if (isUscc(code)) return code;
  const foreign = (COUNTRIES[key.slice(0, 2)] ?? key.slice(0, 2)) + key.slice(2);
  const [, swiss, norwegian] = NAMED_TAX.exec(foreign) ?? [];
  return swiss ?? norwegian ?? foreign;
}

/**
 * The rule that a party's identifier breaks, undefined when it breaks none. Eighteen characters in the shape of a unified social credit code
 * must be one; anything else is a foreign number and begins with the two letters of its country. A Chinese company has its unified code alone:
 * under what it was known by before it would be a second company, with documents of its own.
 */
export function partyIdProblem(id: string): string | undefined {
  if (hasStrangeSign(id)) return 'must hold only letters, digits and separators';
  const key = partyKey(id);
  if (USCC_SHAPE.test(key.replace(/^CN(?=.{18}$)/, '')))
    return isUscc(key)
      ? undefined
      : 'is not a unified social credit code: its check character is wrong (GB 32100-2015)';
  if ((key.startsWith('CN') && !BY_NAME.test(key)) || isOrganizationCode(key))
    return 'must be a unified social credit code: a Chinese company is known by no other number';
  if (FOREIGN_SHAPE.test(key)) return undefined;
  return 'must be an 18-character unified social credit code, or a foreign tax number that begins with its two-letter country code';
}

/** Whether two identifiers mean the same party. */
export function sameParty(a: string, b: string): boolean {
  return partyKey(a) === partyKey(b);
}

/** A party's identifier: unified social credit code, or a foreign tax or registration number with its country code. */
export const PartyIdSchema = textSchema(80)
  .superRefine((id, context) => {
    const problem = partyIdProblem(id);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .transform((id) => (isUscc(partyKey(id)) ? partyKey(id) : id.normalize('NFKC').toUpperCase()))
  .describe('Unified social credit code, or a foreign tax number with its country code')
  .meta({ example: '91350100M000100Y43' });

/** A party with its registered name. */
export const PartySchema = z.strictObject({ uscc: PartyIdSchema, name: textSchema(200) }).meta({ id: 'Party' });

/** A party by its identifier alone. */
export const PartyRefSchema = z.strictObject({ uscc: PartyIdSchema }).meta({ id: 'PartyRef' });

export type Party = Readonly<z.output<typeof PartySchema>>;
