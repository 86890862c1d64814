/** Problems on the wire: application/problem+json (RFC 9457), with what the catalogue says about the code. */
import { type DomainError, ERRORS } from '@onepledge/chaincode/model';
import { z } from 'zod';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const ProblemSchema = z
  .object({
    type: z.string().describe('Where the code is explained'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    field: z.string().optional().describe("The request's field that breaks the rule"),
    conflict: z
      .object({
        assetId: z.string().optional(),
        pledgeId: z.string().optional(),
        free: z.object({ currency: z.string(), amount: z.string() }).optional(),
      })
      .optional(),
    transactionId: z.string().optional().describe('By what it can be asked for later: GET /v1/transactions/{id}'),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });

/** A problem as it is sent. */
export type ProblemJson = z.output<typeof ProblemSchema>;

/** Adds to a refusal what the catalogue says, and what identifies the request and the transaction. */
export function problemJson(
  { code, detail, field, conflict }: DomainError,
  more: Readonly<{ requestId?: string; transactionId?: string }> = {},
): ProblemJson {
  const { status, title, retryable } = ERRORS[code];
  return {
    type: `/v1/errors#${code}`,
    title,
    status,
    detail,
    code,
    retryable,
    ...(field === undefined ? {} : { field }),
    ...(conflict === undefined ? {} : { conflict }),
    ...more,
  };
}
