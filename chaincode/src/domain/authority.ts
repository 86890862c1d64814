/** Who may act for whom, and who may see what. never-twice 4, 7 and 8: whoever has not signed is not bound. */
import type { Actor, Member } from '../model/member';
import { partyKey, sameParty } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import type { PartyRecord, Pledge, Receivable } from './records';

/** What a certificate says of its holder. */
export type CertifiedIdentity = Readonly<{ mspId: string; party: string | undefined; role: Actor['role'] }>;

/**
 * Makes an actor of a certificate: its party must be at home at the certificate's own MSP, and the regulator's role is for the regulator's own
 * certificates, for any CA can write any code and any role into a certificate.
 * @param home the record of the certificate's party, undefined when nobody registered it: then only the registrar's certificates may name it.
 */
export function actorOf(
  identity: CertifiedIdentity,
  member: Member | undefined,
  home: PartyRecord | undefined,
): Result<Actor> {
  if (identity.party !== undefined) {
    const registrar = member?.kinds.includes('REGISTRAR') === true;
    if (home === undefined ? !registrar : home.home !== identity.mspId) {
      return refuse(
        'FORBIDDEN',
        `party ${identity.party} is not at home at ${member?.name ?? identity.mspId}: its identities live at another member`,
      );
    }
  }
  const regulator = member?.kinds.includes('REGULATOR') === true;
  if (identity.role === 'regulator' && !regulator) {
    return refuse(
      'FORBIDDEN',
      `${member?.name ?? identity.mspId} is no regulator: its certificates cannot have that role`,
    );
  }
  const role = regulator ? 'regulator' : identity.role;
  return accept({ mspId: identity.mspId, member, party: identity.party, role });
}

/** Refuses whoever only reads: auditors, the regulator, and members that the consortium does not know. */
export function requireWriter(actor: Actor): Result<Member> {
  if (actor.member === undefined)
    return refuse('FORBIDDEN', `${actor.mspId} is not enrolled as a member of the consortium`);
  if (actor.role === 'auditor' || actor.role === 'regulator')
    return refuse('FORBIDDEN', `the role ${actor.role} only reads`);
  return accept(actor.member);
}

/** Whether the actor is a party itself, or its member's own identity as the agent of a party at home there. */
export function actsFor(actor: Actor, party: string, homeMspId: string | undefined): boolean {
  if (homeMspId !== actor.mspId) return false;
  return actor.party === undefined || sameParty(actor.party, party);
}

/** Whether the actor is a member's own identity: a party that lives at a bank is not the bank. */
export function isMember(actor: Actor, mspId: string): boolean {
  return actor.mspId === mspId && actor.party === undefined;
}

/**
 * Whether the actor reads everything: the regulator, and auditors of a member that the consortium has made an AUDITOR. Any other member's
 * auditor reads what that member may see, and a party's what the party may: else every CA could let its own people read all that others do.
 */
export function seesEverything({ member, party, role }: Actor): boolean {
  if (member === undefined || party !== undefined) return false;
  return role === 'regulator' || (role === 'auditor' && member.kinds.includes('AUDITOR'));
}

/**
 * Whether the actor was let in on a receivable by a pledge: it was offered to it, or is agreed between both.
 * A proposal of its own does not let it in, or every bank could look at any asset by proposing.
 */
export function wasOffered(actor: Actor, pledge: Pledge): boolean {
  return isMember(actor, pledge.pledgee.mspId) && (pledge.proposedBy === 'PLEDGOR' || pledge.acceptedAt !== undefined);
}

/**
 * Whether an actor may know of a receivable by its record: creditor, debtor and holder, the members where they are at home, and those who hold a claim. Who was
 * offered one may too, which the record does not tell.
 * @param homes the MSP where each of the parties is at home, by party key.
 */
export function maySeeReceivable(actor: Actor, receivable: Receivable, homes: ReadonlyMap<string, string>): boolean {
  if (seesEverything(actor)) return true;
  const parties = [receivable.creditor, receivable.debtor, receivable.holder];
  if (parties.some((party) => actsFor(actor, party.uscc, homes.get(partyKey(party.uscc))))) return true;
  return receivable.encumbrances.some((claim) => isMember(actor, claim.pledgee.mspId));
}

/** Whether an actor may know of a pledge: its two sides, and the debtor of the receivable that it is on once it is active. */
export function maySeePledge(
  actor: Actor,
  pledge: Pledge,
  receivable: Receivable,
  homes: ReadonlyMap<string, string>,
): boolean {
  if (seesEverything(actor) || isMember(actor, pledge.pledgee.mspId)) return true;
  if (actsFor(actor, pledge.pledgor.uscc, homes.get(partyKey(pledge.pledgor.uscc)))) return true;
  const debtor = receivable.debtor.uscc;
  return pledge.acceptedAt !== undefined && actsFor(actor, debtor, homes.get(partyKey(debtor)));
}
