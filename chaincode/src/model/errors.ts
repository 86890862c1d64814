/** The catalogue of errors: every code that a client can meet, its HTTP status, and what to do about it. */

export const ERROR_CODES = [
  'INVALID_INPUT',
  'IDEMPOTENCY_KEY_REQUIRED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'DUPLICATE_EVIDENCE',
  'EVIDENCE_OVERDRAWN',
  'ALREADY_ENCUMBERED',
  'INSUFFICIENT_VALUE',
  'INVALID_STATE',
  'FROZEN',
  'CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INVALID_EVIDENCE',
  'IDEMPOTENCY_KEY_REUSED',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'LEDGER_UNAVAILABLE',
  'CLAIMANT_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export type ErrorEntry = Readonly<{
  /** HTTP status of the problem. */
  status: number;
  /** Short, the same for every occurrence (RFC 9457 `title`). */
  title: string;
  /** Whether the same request may succeed later without being changed. */
  retryable: boolean;
  /** What it means and what the client should do. */
  description: string;
}>;

/** Every code with its entry; a new code does not compile until it has one. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorEntry>> = {
  INVALID_INPUT: {
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    description:
      'A field is missing, unknown or breaks a rule; `field` names it. Correct it and send it with a new idempotency key.',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    status: 400,
    title: 'An idempotency key is required',
    retryable: false,
    description:
      'Every request that writes needs the header Idempotency-Key: 1 to 128 visible ASCII characters, new for every act.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'Not authenticated',
    retryable: false,
    description: 'The bearer token is missing, expired, or not from an issuer that this gateway trusts.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'Not allowed',
    retryable: false,
    description:
      'The identity may not do this: another party or member has to sign, or the role only reads. Or the ledger refuses the identity itself, ' +
      'as its certificate was revoked or has expired; `detail` names it.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'Not found',
    retryable: false,
    description: 'There is no such thing, or the asker may not know of it.',
  },
  DUPLICATE_EVIDENCE: {
    status: 409,
    title: 'The evidence is already used',
    retryable: false,
    description:
      'This trade document already backs a receivable, under whatever spelling, kind, creditor or member it came.',
  },
  EVIDENCE_OVERDRAWN: {
    status: 409,
    title: 'The evidence does not cover the amount',
    retryable: false,
    description: 'The documents presented have less value left than the amount that they should back.',
  },
  ALREADY_ENCUMBERED: {
    status: 409,
    title: 'The asset is already encumbered',
    retryable: false,
    description: 'Claims of others cover all of the value of the asset.',
  },
  INSUFFICIENT_VALUE: {
    status: 409,
    title: 'Not enough value',
    retryable: false,
    description: 'The act needs more value than the asset or the claim has left.',
  },
  INVALID_STATE: {
    status: 409,
    title: 'Not possible in this state',
    retryable: false,
    description: 'The asset or the claim is not in a state in which this act is possible.',
  },
  FROZEN: {
    status: 409,
    title: 'The asset is frozen',
    retryable: false,
    description: 'The asset is disputed or frozen and takes no new claim, transfer or split.',
  },
  CONFLICT: {
    status: 409,
    title: 'Lost a race',
    retryable: true,
    description:
      'Others changed the same asset at the same time, more often than the gateway tries. Nothing was done: try again.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'The request is too large',
    retryable: false,
    description: 'The body, a file in it, or the number of files is over the limit; `detail` names it.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    retryable: false,
    description: 'The body is of a type that this call does not take; `detail` names those that it takes.',
  },
  INVALID_EVIDENCE: {
    status: 422,
    title: 'The evidence is not valid',
    retryable: false,
    description:
      'The trade document cannot back a receivable: not well-formed, red-letter, sums that do not add up, wrong codes.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The idempotency key was used for another request',
    retryable: false,
    description: 'The same key came with another body or call. A key belongs to one request for ever.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    retryable: true,
    description: 'Wait for the time that Retry-After gives.',
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Internal error',
    retryable: true,
    description: 'A fault of ours. Nothing was submitted to the ledger; the log has the details under the request id.',
  },
  LEDGER_UNAVAILABLE: {
    status: 503,
    title: 'The ledger cannot be reached',
    retryable: true,
    description: 'Nothing was submitted. Repeat the request with the same idempotency key.',
  },
  CLAIMANT_UNAVAILABLE: {
    status: 503,
    title: 'A claimant does not endorse now',
    retryable: true,
    description:
      'Whoever has a claim on an asset endorses each change of it, and the peer of one of them cannot be had; `detail` names them. ' +
      'Nothing was submitted. Repeat the request later, with a new idempotency key.',
  },
  OUTCOME_UNKNOWN: {
    status: 202,
    title: 'The outcome is not known yet',
    retryable: true,
    description:
      'The transaction may have been committed. Ask at Location until it is final; do not send it under another key.',
  },
};

/** Whether a text is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
