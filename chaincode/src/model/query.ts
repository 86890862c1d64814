/** Queries: what can be read. A contract call carries a list of them, of one actor, as commands do. */
import { z } from 'zod';
import { PartyIdSchema } from './party';
import { DateSchema } from './text';
import { AssetIdSchema, PledgeIdSchema } from './command';
import { MspIdSchema } from './member';
import { PLEDGE_STATUSES, RECEIVABLE_STATUSES } from './view';

/** The most characters of a cursor. */
export const MOST_CURSOR = 3000;

/** A page of a list: at most `limit` items from an opaque cursor of an earlier answer. */
export const PageSchema = z.strictObject({
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.string().max(MOST_CURSOR).optional(),
});

export const ReceivableFilterSchema = z.strictObject({
  holder: PartyIdSchema.optional(),
  debtor: PartyIdSchema.optional(),
  status: z.enum(RECEIVABLE_STATUSES).optional(),
  dueBefore: DateSchema.optional(),
});

export const PledgeFilterSchema = z.strictObject({
  asset: AssetIdSchema.optional(),
  pledgee: MspIdSchema.optional(),
  pledgor: PartyIdSchema.optional(),
  status: z.enum(PLEDGE_STATUSES).optional(),
});

export const QuerySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('receivable.get'), id: AssetIdSchema }),
  z.strictObject({ type: z.literal('receivable.list'), ...ReceivableFilterSchema.shape, ...PageSchema.shape }),
  z.strictObject({ type: z.literal('pledge.get'), id: PledgeIdSchema }),
  z.strictObject({ type: z.literal('pledge.list'), ...PledgeFilterSchema.shape, ...PageSchema.shape }),
  z.strictObject({ type: z.literal('asset.history'), id: AssetIdSchema }),
  z.strictObject({ type: z.literal('party.get'), uscc: PartyIdSchema }),
  z.strictObject({ type: z.literal('member.list') }),
]);
export type Query = Readonly<z.output<typeof QuerySchema>>;
export type QueryInput = Readonly<z.input<typeof QuerySchema>>;

export const QueryBatchSchema = z.strictObject({ queries: z.array(z.unknown()).min(1).max(500) });

/**
 * A page of a list as the ledger answers it.
 * @property unreadable ids of what belongs there and cannot be gone by: forged, or written by a later version. Absent where there is none
 */
export type Page<T> = Readonly<{ items: readonly T[]; next: string | null; unreadable?: readonly string[] }>;
