/** What clients see of assets, pledges and histories: the answers of the API. */
import { z } from 'zod';
import { EVIDENCE_KINDS } from './evidence';
import { ActorViewSchema } from './member';
import { MoneySchema } from './money';
import { DateSchema, InstantSchema } from './text';
import { EVENT_TYPES } from './event';

export const RECEIVABLE_STATUSES = ['REGISTERED', 'DISPUTED', 'SETTLED', 'CANCELLED'] as const;
export type ReceivableStatus = (typeof RECEIVABLE_STATUSES)[number];

export const PLEDGE_STATUSES = ['PROPOSED', 'ACTIVE', 'RELEASED', 'SATISFIED', 'WITHDRAWN', 'LAPSED'] as const;
export type PledgeStatus = (typeof PLEDGE_STATUSES)[number];

const PartyViewSchema = z.strictObject({ uscc: z.string(), name: z.string() });
const MemberRefViewSchema = z.strictObject({ member: z.string(), mspId: z.string() });

/** A claim as it stands on its asset. */
export const ClaimSummarySchema = z
  .strictObject({
    id: z.string(),
    kind: z.literal('PLEDGE'),
    pledgee: MemberRefViewSchema,
    covers: MoneySchema,
    secures: MoneySchema,
    rank: z.number().int(),
    status: z.literal('ACTIVE'),
  })
  .meta({ id: 'ClaimSummary' });

export const ReceivableViewSchema = z
  .strictObject({
    id: z.string(),
    status: z.enum(RECEIVABLE_STATUSES),
    creditor: PartyViewSchema,
    debtor: PartyViewSchema,
    holder: PartyViewSchema,
    amount: MoneySchema,
    settled: MoneySchema,
    encumbered: MoneySchema.describe('Covered by active claims'),
    free: MoneySchema.describe('What a new claim may cover'),
    dueDate: DateSchema,
    confirmed: z.boolean().describe('Whether the debtor has confirmed the debt'),
    confirmation: z
      .strictObject({
        decision: z.enum(['CONFIRM', 'REJECT']),
        reason: z.string().optional(),
        actor: ActorViewSchema,
        at: InstantSchema,
      })
      .optional(),
    claims: z.array(ClaimSummarySchema).describe('Active claims, by rank'),
    evidence: z.array(
      z.strictObject({
        kind: z.enum(EVIDENCE_KINDS),
        issuer: z.string(),
        number: z.string(),
        amount: MoneySchema,
        used: MoneySchema.describe('What of the document backs this receivable'),
        issuedOn: DateSchema,
        digest: z.string().optional(),
      }),
    ),
    settlements: z.array(
      z.strictObject({
        reference: z.string(),
        amount: MoneySchema,
        at: InstantSchema,
        paidTo: z.array(
          z.strictObject({ pledgeId: z.string().optional(), holder: z.string().optional(), amount: MoneySchema }),
        ),
      }),
    ),
    sequence: z.number().int().describe('Counts the changes of the asset'),
    registeredBy: ActorViewSchema,
    registeredAt: InstantSchema,
  })
  .meta({ id: 'Receivable' });
export type ReceivableView = Readonly<z.output<typeof ReceivableViewSchema>>;

export const PledgeViewSchema = z
  .strictObject({
    id: z.string(),
    assetId: z.string(),
    status: z.enum(PLEDGE_STATUSES),
    pledgor: z.strictObject({ uscc: z.string() }),
    pledgee: MemberRefViewSchema,
    covers: MoneySchema.describe('What it covers now'),
    agreed: MoneySchema.describe('What it covered when it was agreed'),
    secures: MoneySchema,
    paid: MoneySchema.describe('What the pledgee received from the debtor'),
    maturity: DateSchema,
    proposedBy: z.enum(['PLEDGOR', 'PLEDGEE']),
    proposedAt: InstantSchema,
    lapsesAt: InstantSchema.describe('When a proposal that nobody accepted ends'),
    acceptedAt: InstantSchema.optional(),
    rank: z.number().int().optional().describe('Order among the claims on the asset; absent until it is active'),
    debtorConfirmed: z.boolean().optional().describe('Whether the debt was confirmed when the pledge was accepted'),
    registration: z.null().describe('The entry in the national registry; none yet'),
    notices: z.array(z.never()).describe('Notices to the debtor; none yet'),
    releases: z.array(z.strictObject({ covers: MoneySchema, reason: z.string(), at: InstantSchema })),
  })
  .meta({ id: 'Pledge' });
export type PledgeView = Readonly<z.output<typeof PledgeViewSchema>>;

/** What a history says of a change that no command made, or that another signed than who is said to have made it. */
export const UNEXPLAINED = 'UNEXPLAINED_CHANGE';
/** Who is said to have made it. */
export const NOBODY = { member: 'unknown', role: 'member' } as const;

export const SignerSchema = z
  .strictObject({
    mspId: z.string(),
    subject: z.string().describe("Of the certificate, as its member's CA has written it"),
    fingerprint: z.string().describe('SHA-256 of the certificate, hexadecimal'),
  })
  .describe('Whose signature the transaction bears, as its block says; the actor is what the record says')
  .meta({ id: 'Signer' });

export const HistoryEntrySchema = z
  .strictObject({
    transactionId: z.string(),
    block: z.string().optional().describe('Block number'),
    at: InstantSchema,
    actor: ActorViewSchema,
    signer: SignerSchema.optional(),
    event: z
      .enum([...EVENT_TYPES, UNEXPLAINED])
      .describe(
        `${UNEXPLAINED}: members' peers have endorsed what no rule made; \`actor\` is not known, \`signer\` is`,
      ),
    pledgeId: z.string().optional(),
    data: z.record(z.string(), z.unknown()).optional(),
    changes: z
      .array(z.strictObject({ field: z.string(), from: z.unknown().optional(), to: z.unknown().optional() }))
      .describe('What changed, field by field'),
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = Readonly<z.output<typeof HistoryEntrySchema>>;

export const PartyRecordViewSchema = z
  .strictObject({
    uscc: z.string(),
    name: z.string(),
    member: z.string().describe("The member where the party's identities live"),
  })
  .meta({ id: 'PartyRecord' });
export type PartyRecordView = Readonly<z.output<typeof PartyRecordViewSchema>>;
