/** The outcome of a rule: a value, or the refusal that travels unchanged to the client. */
import type { ErrorCode } from './errors';

/** What in the existing state stands against a request; holds only what the asker may see. */
export type Conflict = Readonly<{
  assetId?: string;
  pledgeId?: string;
  free?: Readonly<{ currency: string; amount: string }>;
}>;

/** A refusal. It is made by a rule and reaches the client as problem+json with nothing added or lost. */
export type DomainError = Readonly<{
  code: ErrorCode;
  /** A sentence for a person: which rule, which value. */
  detail: string;
  /** The request's field that breaks the rule, e.g. `evidence[0].number`. */
  field?: string;
  conflict?: Conflict;
}>;

export type Result<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; error: DomainError }>;

/** Wraps a rule's value. */
export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Makes a refusal from a code of the catalogue, a sentence, and what helps the client to correct it. */
export function refuse(
  code: ErrorCode,
  detail: string,
  more: Readonly<{ field?: string; conflict?: Conflict }> = {},
): Readonly<{ ok: false; error: DomainError }> {
  return { ok: false, error: { code, detail, ...more } };
}
