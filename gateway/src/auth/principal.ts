/** Who a request acts for, as its token says. */
import type { ActorRole } from '@onepledge/chaincode/model';

/** A member's own identity, or one of a party at home there; `role` decides whether it may write. */
export type Principal = Readonly<{
  /** Member name, such as bank-a. */
  member: string;
  /** Identifier of the party, absent for the member's own identity. */
  party?: string;
  role: ActorRole;
}>;

/** One text for one identity: what lanes, wallets and read batches are keyed by. */
export function principalKey(principal: Principal): string {
  return `${principal.member}|${principal.role}|${principal.party ?? ''}`;
}

/** Auditors and the regulator read only. */
export function mayWrite(principal: Principal): boolean {
  return principal.role === 'member' || principal.role === 'admin';
}
