/** Member institutions of the consortium. */
import { z } from 'zod';
import { PartyIdSchema } from './party';
import { textSchema } from './text';

/**
 * What a member is in the consortium: the registrar brings suppliers and core enterprises in; financiers may hold claims; the regulator reads
 * everything, and so do the auditors of a member that the consortium has made an AUDITOR.
 */
export const MEMBER_KINDS = ['REGISTRAR', 'FINANCIER', 'WAREHOUSE', 'REGULATOR', 'AUDITOR'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];

export const MspIdSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{0,63}$/, 'must be an MSP id');
export const MemberNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a member name: lower-case letters, digits and hyphens')
  .meta({ example: 'bank-a' });

export const MemberSchema = z.strictObject({
  mspId: MspIdSchema,
  name: MemberNameSchema,
  displayName: textSchema(200),
  uscc: PartyIdSchema,
  kinds: z.array(z.enum(MEMBER_KINDS)).min(1).max(5),
});

/** A member as the ledger knows it, under `member~{mspId}`. */
export type Member = Readonly<z.output<typeof MemberSchema>>;

/**
 * The role in an identity's certificate (attribute `role`): auditors and the regulator read only. What a role allows is for the member's record to
 * say, as any CA can write any role: the regulator's is its own alone, an auditor reads what its member may see, an administrator enrols as registrar.
 */
export const ACTOR_ROLES = ['member', 'auditor', 'regulator', 'admin'] as const;
export type ActorRole = (typeof ACTOR_ROLES)[number];

/** Who acts: taken from the certificate that signed the proposal and from the ledger, never from the request. */
export type Actor = Readonly<{
  mspId: string;
  /** The member's name and kinds as registered; undefined before the consortium's members are on the ledger. */
  member: Member | undefined;
  /** The party for which the identity was issued; undefined for the member's own identities. */
  party: string | undefined;
  role: ActorRole;
}>;

/** How an actor is shown in histories. */
export const ActorViewSchema = z
  .strictObject({ member: z.string(), party: z.string().optional(), role: z.enum(ACTOR_ROLES) })
  .meta({ id: 'Actor' });
export type ActorView = Readonly<z.output<typeof ActorViewSchema>>;

/** The form of an actor that is written to the ledger and shown. */
export function actorView(actor: Actor): ActorView {
  return {
    member: actor.member?.name ?? actor.mspId,
    ...(actor.party === undefined ? {} : { party: actor.party }),
    role: actor.role,
  };
}
