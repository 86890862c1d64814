/** Domain events: what happened, as it stands in histories and in the transaction's one chaincode event. */
import { z } from 'zod';
import { ActorViewSchema } from './member';
import { InstantSchema } from './text';

export const EVENT_TYPES = [
  'MEMBERS_ENROLLED',
  'PARTY_REGISTERED',
  'RECEIVABLE_REGISTERED',
  'RECEIVABLE_CONFIRMED',
  'RECEIVABLE_REJECTED',
  'RECEIVABLE_SETTLED',
  'RECEIVABLE_CANCELLED',
  'PLEDGE_PROPOSED',
  'PLEDGE_ACCEPTED',
  'PLEDGE_WITHDRAWN',
  'PLEDGE_RELEASED',
  'PLEDGE_SATISFIED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const DomainEventSchema = z
  .strictObject({
    type: z.enum(EVENT_TYPES),
    actor: ActorViewSchema,
    /** The transaction's own time: shown, never ranked by. */
    at: InstantSchema,
    assetId: z.string().optional(),
    pledgeId: z.string().optional(),
    /** The asset's sequence after the event. */
    sequence: z.number().int().optional(),
    /** Amounts, reasons, references of the event. */
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'DomainEvent' });

export type DomainEvent = Readonly<z.output<typeof DomainEventSchema>>;

/** The name of the one chaincode event of a transaction; its payload is `{ events: DomainEvent[] }`. */
export const CHAINCODE_EVENT_NAME = 'onepledge.events.v1';
