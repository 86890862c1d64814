/** The catalogue of errors against the API contract. */
import { expect, test } from '@jest/globals';
import { ERROR_CODES, ERRORS, isErrorCode } from './errors';

// Of the API contract, "Codes that clients branch on": fixed for ever.
const CONTRACT =
  'INVALID_INPUT 400 · INVALID_EVIDENCE 422 · DUPLICATE_EVIDENCE 409 · EVIDENCE_OVERDRAWN 409 · ALREADY_ENCUMBERED 409 · ' +
  'INSUFFICIENT_VALUE 409 · INVALID_STATE 409 · FROZEN 409 · CONFLICT 409 · UNAUTHENTICATED 401 · FORBIDDEN 403 · NOT_FOUND 404 · ' +
  'IDEMPOTENCY_KEY_REQUIRED 400 · IDEMPOTENCY_KEY_REUSED 422 · PAYLOAD_TOO_LARGE 413 · RATE_LIMITED 429 · LEDGER_UNAVAILABLE 503 · ' +
  'OUTCOME_UNKNOWN 202';

test.each(CONTRACT.split(' · ').map((entry) => entry.split(' ')))('%s is %s', (code = '', status) => {
  expect(isErrorCode(code) && ERRORS[code].status).toBe(Number(status));
});

test('every code has an entry with words, and a place in the list', () => {
  expect(Object.keys(ERRORS).sort()).toEqual([...ERROR_CODES].sort());
  for (const code of ERROR_CODES) {
    const { status, title, description } = ERRORS[code];
    expect(status >= 202 && status < 600 && title.length > 0 && description.length > 0).toBe(true);
  }
  expect(new Set(ERROR_CODES.map((code) => ERRORS[code].title)).size).toBe(ERROR_CODES.length);
});

test('only what may pass by itself is to be tried again', () => {
  const retryable = ERROR_CODES.filter((code) => ERRORS[code].retryable);
  expect([...retryable].sort()).toEqual([
    'CLAIMANT_UNAVAILABLE',
    'CONFLICT',
    'INTERNAL_ERROR',
    'LEDGER_UNAVAILABLE',
    'OUTCOME_UNKNOWN',
    'RATE_LIMITED',
  ]);
});

test('names of objects are no codes', () => {
  expect(['toString', '__proto__', 'constructor', ''].some(isErrorCode)).toBe(false);
});
