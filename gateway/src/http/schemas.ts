/** Shapes of the API that are not the ledger's: queries of lists, answers to writes. */
import {
  AssetIdSchema,
  MemberNameSchema,
  PledgeIdSchema,
  MEMBER_KINDS,
  MOST_CURSOR,
  PartySchema,
  PledgeTermsSchema,
} from '@onepledge/chaincode/model';
import { z } from 'zod';

export const IdParams = z.strictObject({ id: z.string().max(100) });
export const AssetParams = z.strictObject({ id: AssetIdSchema });
export const PledgeParams = z.strictObject({ id: PledgeIdSchema });

/** A page of a list, as it stands in a query. */
export const PageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a whole number')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 200, 'must be from 1 to 200')
    .default(50)
    .describe('Most items of the answer, 1 to 200'),
  cursor: z.string().max(MOST_CURSOR).optional().describe('`next` of the answer before'),
  consistency: z.enum(['ledger']).optional().describe('Read the ledger itself; every read of this release does'),
});

/** The transaction that committed a write. */
export const TransactionRefSchema = z
  .strictObject({
    id: z.string().describe("The ledger's transaction id"),
    block: z.string().describe('Block number'),
    status: z.literal('COMMITTED'),
  })
  .meta({ id: 'TransactionRef' });

/** A view as a write answers it. */
export function committed(view: z.ZodObject) {
  return view.extend({ transaction: TransactionRefSchema });
}

/** A page as a list answers it. */
export function pageOf(item: z.ZodType) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('Cursor of the next page; null at the end'),
    unreadable: z
      .array(z.string())
      .optional()
      .describe(
        'Ids of what stands among the items on the ledger and cannot be gone by: forged where no claim guards it, or of a later version. For who asks for its own without naming whose, and who sees everything',
      ),
  });
}

export const PendingSchema = z
  .strictObject({
    id: z.string(),
    status: z.literal('PENDING'),
    code: z.literal('OUTCOME_UNKNOWN'),
    detail: z.string(),
  })
  .meta({ id: 'Pending' });

export const ProposePledgeSchema = PledgeTermsSchema.extend({
  pledgee: z.strictObject({ member: MemberNameSchema }).describe('The member that will hold the pledge'),
}).meta({ id: 'ProposePledge' });

export const RegisterPartySchema = z
  .strictObject({
    party: PartySchema,
    member: MemberNameSchema.describe("The member where the party's identities live"),
  })
  .meta({ id: 'RegisterParty' });

export const MemberViewSchema = z
  .strictObject({
    name: z.string(),
    mspId: z.string(),
    displayName: z.string(),
    uscc: z.string(),
    kinds: z.array(z.enum(MEMBER_KINDS)),
  })
  .meta({ id: 'Member' });

export const TransactionViewSchema = z
  .strictObject({
    id: z.string().describe('The id that was asked for'),
    status: z
      .enum(['PENDING', 'COMMITTED', 'FAILED'])
      .describe(
        "Of the write; of a transaction of the ledger's that carries several, of that: `writes` says which were carried out",
      ),
    transactionId: z.string().optional().describe("The ledger's transaction id"),
    block: z.string().optional().describe('Block number'),
    result: z.unknown().optional().describe('What the write gave'),
    problem: z.unknown().optional().describe('Why it failed'),
    writes: z
      .array(
        z.strictObject({
          id: z.string(),
          requestId: z.string().optional(),
          status: z.enum(['PENDING', 'COMMITTED', 'FAILED']),
          code: z.string().optional().describe('Why it failed'),
        }),
      )
      .optional()
      .describe("What became of each write, where the ledger's transaction carries several"),
  })
  .meta({ id: 'Transaction' });

const AnswerToWrite = { 202: { description: 'Stored, not final yet: ask at Location', schema: PendingSchema } };

/** The answers of a write that gives a view. */
export function writeAnswers(description: string, view: z.ZodObject) {
  return { 201: { description, schema: committed(view) }, ...AnswerToWrite };
}
