/** Whether what was read has the form in which it is shown: enough members for the chaincode's policy can write any other where no claim guards it. */
import { z } from 'zod';
import type { Member } from '../model/member';
import { PartyRecordViewSchema, PledgeViewSchema, ReceivableViewSchema } from '../model/view';
import { InvariantViolation } from './invariants';
import type { PartyRecord, Pledge, Receivable } from './records';
import { partyView, pledgeView, receivableView } from './views';

const MemberFormSchema = z.object({
  mspId: z.string(),
  name: z.string(),
  displayName: z.string(),
  uscc: z.string(),
  kinds: z.array(z.string()),
});

const PartyFormSchema = PartyRecordViewSchema.extend({ key: z.string(), home: z.string() });

function requireForm(schema: z.ZodType, value: unknown, subject: string): void {
  if (!schema.safeParse(value).success) throw new InvariantViolation(subject, 'it can be read');
}

/** @throws InvariantViolation, or another error, for one that cannot be shown. */
export function checkReceivableForm(receivable: Receivable): Receivable {
  requireForm(ReceivableViewSchema, receivableView(receivable), `receivable ${receivable.id}`);
  return receivable;
}

/** @throws InvariantViolation, or another error, for one that cannot be shown. */
export function checkPledgeForm(pledge: Pledge): Pledge {
  requireForm(PledgeViewSchema, pledgeView(pledge, pledge.proposedAt), `pledge ${pledge.id}`);
  return pledge;
}

/** @throws InvariantViolation, or another error, for one that cannot be shown. */
export function checkPartyForm(party: PartyRecord): PartyRecord {
  requireForm(PartyFormSchema, { ...partyView(party), key: party.key, home: party.home }, `party ${party.key}`);
  return party;
}

/** @throws InvariantViolation, or another error, for one that cannot be shown. */
export function checkMemberForm(member: Member): Member {
  requireForm(MemberFormSchema, member, 'a member');
  return member;
}
