/** Text from outside: what is let in, and the canonical forms in which identifiers are compared. */
import { z } from 'zod';

// Control characters, line and paragraph separators, and halves of surrogate pairs: they hide or forge what a person reads.
const UNSAFE = /[\p{Cc}\u2028\u2029]|\p{Cs}/u;

// Marks that turn the direction of what follows: a name would be read otherwise than it is compared.
const TURNING = /[\u202a-\u202e\u2066-\u2069]/;

/** Text for people: trimmed by the sender, no control characters, none that turn its direction, between the given numbers of characters. */
export function textSchema(max: number, min = 1): z.ZodString {
  return rawTextSchema(max, min).refine((text) => !TURNING.test(text), 'must not turn the direction of writing');
}

/** As text for people, but with marks of direction: for what is compared in a canonical form without them. */
export function rawTextSchema(max: number, min = 1): z.ZodString {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !UNSAFE.test(text), 'must not contain control characters')
    .refine((text) => text.trim() === text && (min === 0 || text.length > 0), 'must not begin or end with white space');
}

/** A calendar day that exists, YYYY-MM-DD. */
export const DateSchema = z.iso.date('must be a calendar day YYYY-MM-DD').meta({ example: '2027-03-31' });

/** An instant in UTC, RFC 3339. */
export const InstantSchema = z.iso.datetime().meta({ example: '2026-11-22T08:30:00.000Z' });

// Signs that stand between the parts of a number or about them. Others are read as letters and digits (○ ∅ ⻓ 🅰), as are characters that have no
// meaning yet, which one version of Unicode knows and another does not, and private ones: passed over, they would make one document two.
const SIGNS = String.raw`\p{Sc}\p{Sk}+<=>|~¦©¬®°±÷⁄−∕∖∗∙∶∼─━│┃`;
const PASSED_OVER = new RegExp(String.raw`[\p{P}\p{Z}\p{M}\p{Cc}\p{Cf}${SIGNS}]`, 'gu');
const OTHER_SIGN = new RegExp(String.raw`(?![${SIGNS}])[\p{S}\p{Cn}\p{Co}]`, 'u');
// Strokes, and an 一 that no other ideograph stands beside: somebody's 1, I, dash or slash.
const LONE_STROKE = /[丨丶丿亅]|(?<!\p{Unified_Ideograph})一(?!\p{Unified_Ideograph})/u;

/** Whether a text holds a sign that people read as a letter or digit, or do not see at all, and programs as nothing. */
export function hasStrangeSign(text: string): boolean {
  return !/^[ -~]*$/.test(text) && OTHER_SIGN.test(text.normalize('NFKD'));
}

/**
 * The one form in which document numbers are compared: NFKC, marks, spaces, separators and invisible characters removed, upper case.
 * @returns the canonical number, or undefined when nothing is left or a character is neither a Latin letter, a digit nor an ideograph:
 * letters of other scripts and signs look like Latin ones, numerals of other systems and single strokes like digits, and would make one document two.
 */
export function canonicalDocumentNumber(text: string): string | undefined {
  if (/^[0-9A-Z]{1,64}$/.test(text)) return text;
  const canonical = text.normalize('NFKD').replace(PASSED_OVER, '').normalize('NFKC').toUpperCase();
  if (!/^[0-9A-Z\p{Unified_Ideograph}〇々]{1,64}$/u.test(canonical)) return undefined;
  return LONE_STROKE.test(canonical) ? undefined : canonical;
}
