/** Commands: what a member can ask the ledger to do. A contract call carries a list of them, of one actor. */
import { z } from 'zod';
import { EvidenceSchema } from './evidence';
import { MemberSchema, MspIdSchema } from './member';
import { PositiveMoneySchema } from './money';
import { PartyRefSchema, PartySchema } from './party';
import { DateSchema, textSchema } from './text';

/** Ids are opaque outside; inside, an asset's id is made from the id of the command that registered it. */
export const AssetIdSchema = z.string().regex(/^[a-z]{3}_[0-9a-z]{26}$/, 'is not the id of an asset');
/** A pledge's id is its asset's id and its own, so that both can be read at once. */
export const PledgeIdSchema = z.string().regex(/^[a-z]{3}_[0-9a-z]{26}\.[0-9a-z]{13}$/, 'is not the id of a pledge');

const ReasonSchema = textSchema(500);

export const RegisterReceivableSchema = z
  .strictObject({
    creditor: PartySchema,
    debtor: PartySchema,
    amount: PositiveMoneySchema.describe('What the debtor owes'),
    dueDate: DateSchema,
    evidence: z.array(EvidenceSchema).min(1).max(20),
  })
  .meta({ id: 'RegisterReceivable' });

export const ConfirmReceivableSchema = z
  .strictObject({ decision: z.enum(['CONFIRM', 'REJECT']), reason: ReasonSchema.optional() })
  .meta({ id: 'ConfirmReceivable' });

export const SettleReceivableSchema = z
  .strictObject({
    amount: PositiveMoneySchema,
    reference: textSchema(100).describe('The payment, as the payer knows it; one settlement a reference'),
  })
  .meta({ id: 'SettleReceivable' });

export const CancelReceivableSchema = z.strictObject({ reason: ReasonSchema }).meta({ id: 'CancelReceivable' });

/** What both sides of a pledge agree on; `pledgee` is a member's name outside and its MSP id in the command. */
export const PledgeTermsSchema = z.strictObject({
  assetId: AssetIdSchema,
  pledgor: PartyRefSchema,
  covers: PositiveMoneySchema.describe('The value of the asset that the pledge covers'),
  secures: PositiveMoneySchema.describe('The most that the pledge secures'),
  maturity: DateSchema.describe('The day on which the secured debt is due'),
});

export const ReleasePledgeSchema = z
  .strictObject({
    covers: PositiveMoneySchema.describe('The value to release; all of it when left out').optional(),
    reason: ReasonSchema,
  })
  .meta({ id: 'ReleasePledge' });

const id = z.uuid();
const on = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ id, type: z.literal(type), ...shape });

export const WithdrawPledgeSchema = z.strictObject({ reason: ReasonSchema.optional() }).meta({ id: 'WithdrawPledge' });

/** Every command by its type. `id` is the intent's id: it makes the ids of what the command creates, so a command cannot create twice. */
export const CommandSchema = z.discriminatedUnion('type', [
  on('member.enrol', { members: z.array(MemberSchema).min(1).max(200) }),
  on('party.register', { party: PartySchema, home: MspIdSchema }),
  on('receivable.register', {
    ...RegisterReceivableSchema.shape,
    /**
     * Answered with the receivable's id alone, or with what the ledger added to the command (`Registered`). An answer stands in the block, at every
     * peer and orderer: the whole receivable is a quarter of it.
     */
    answer: z.enum(['ID', 'ADDED']).optional(),
  }),
  on('receivable.confirm', { receivableId: AssetIdSchema, ...ConfirmReceivableSchema.shape }),
  on('receivable.settle', { receivableId: AssetIdSchema, ...SettleReceivableSchema.shape }),
  on('receivable.cancel', { receivableId: AssetIdSchema, ...CancelReceivableSchema.shape }),
  on('pledge.propose', { ...PledgeTermsSchema.shape, pledgee: MspIdSchema }),
  on('pledge.accept', { pledgeId: PledgeIdSchema }),
  on('pledge.withdraw', { pledgeId: PledgeIdSchema, ...WithdrawPledgeSchema.shape }),
  on('pledge.release', { pledgeId: PledgeIdSchema, ...ReleasePledgeSchema.shape }),
]);

export type Command = Readonly<z.output<typeof CommandSchema>>;
export type CommandType = Command['type'];
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;

/** The most commands that one transaction may carry. */
export const MAX_COMMANDS = 1000;

/** The argument of `commands:execute`. Each command is checked by itself, so that one bad one does not refuse the others. */
export const CommandBatchSchema = z.strictObject({ commands: z.array(z.unknown()).min(1).max(MAX_COMMANDS) });

/** The asset that a pledge is on. */
export function assetOfPledge(pledgeId: string): string {
  return pledgeId.slice(0, pledgeId.indexOf('.'));
}

/**
 * The assets whose keys a command will write, undefined where only new keys are written: what the gateway keeps apart when it groups.
 */
export function touchedAsset(command: Command): string | undefined {
  switch (command.type) {
    case 'receivable.confirm':
    case 'receivable.settle':
    case 'receivable.cancel':
      return command.receivableId;
    case 'pledge.accept':
    case 'pledge.withdraw':
    case 'pledge.release':
      return assetOfPledge(command.pledgeId);
    case 'member.enrol':
    case 'party.register':
    case 'receivable.register':
    case 'pledge.propose':
      return undefined;
  }
}
