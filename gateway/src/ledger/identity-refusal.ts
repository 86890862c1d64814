/** What a client is told of an identity that the ledger does not let in. */
import { X509Certificate } from 'node:crypto';
import type { Principal } from '../auth/principal';
import type { LedgerIdentity } from '../auth/wallet';
import { IdentityRefused } from './errors';

/**
 * Whose identity it is, by which certificate, and why as far as can be known: a peer does not tell a revoked one from one that it never knew.
 * @param now the clock that expiry is judged by
 */
export function refusalOf({ member, party, role }: Principal, identity: LedgerIdentity, now = new Date()): string {
  const { serialNumber, validTo } = new X509Certificate(identity.certificate);
  const expiry = new Date(validTo);
  const why =
    expiry.getTime() < now.getTime()
      ? `expired on ${expiry.toISOString()}`
      : 'was revoked, or is of a CA that the channel does not know';
  const whose = party === undefined ? member : `party ${party} at ${member}`;
  return `the ledger refuses the identity of ${whose} (${role}): its certificate ${serialNumber} ${why}`;
}

/** The same as an error, of a transaction. */
export function refusedIdentity(principal: Principal, identity: LedgerIdentity, cause: unknown): IdentityRefused {
  const expired = new Date(new X509Certificate(identity.certificate).validTo).getTime() < Date.now();
  return new IdentityRefused(refusalOf(principal, identity), { cause, expired });
}
