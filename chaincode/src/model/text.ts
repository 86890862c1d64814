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

// What stands between the parts of a number, about them or over them: what cannot be seen, accents, and the signs of Latin and Chinese writing. Any
// other sign is somebody's letter or digit (○ ∅ ๏ ⻓ 🅰), as is what has no meaning yet, which one version of Unicode knows and another does not, and
// private characters: passed over, they would make one document two.
const INVISIBLE = String.raw`\p{Z}\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0001}\u{e0020}-\u{e007f}`;
const ACCENTS = String.raw`\u0300-\u0344\u0346-\u0362\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\u{e0100}-\u{e01ef}`;
const LATIN_SIGNS = String.raw`!-\/:-@\[-\x60\{-~\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00f7\u2010-\u2027\u2030-\u2049\u204b-\u205e€`;
const OTHER_SIGNS = String.raw`−∕∖∗∙∶∼─━│┃\u2e3a\u2e3b\u2e40\u3001-\u3003\u3008-\u3011\u3014-\u301f\u3030\u30a0\u30fb`;
const BETWEEN = `[${INVISIBLE}${LATIN_SIGNS}${OTHER_SIGNS}]|[${ACCENTS}]`;
const PASSED_OVER = new RegExp(BETWEEN, 'gu');
const STRANGE = new RegExp(String.raw`(?!${BETWEEN})[^\p{L}\p{N}]`, 'u');
// Strokes, and an 一 that no other ideograph stands beside: somebody's 1, I, dash or slash.
const LONE_STROKE = /[丨丶丿亅]|(?<!\p{Unified_Ideograph})一(?!\p{Unified_Ideograph})/u;

/** Whether a text holds a sign that people read as a letter or digit, or do not see at all, and programs as nothing. */
export function hasStrangeSign(text: string): boolean {
  return !/^[ -~]*$/.test(text) && STRANGE.test(text.normalize('NFKD'));
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
