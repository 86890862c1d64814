/** What a client is told of an identity that the ledger does not let in. */
import { X509Certificate } from 'node:crypto';
import type { Principal } from '../auth/principal';
import type { LedgerIdentity } from '../auth/wallet';
import { IdentityRefused } from './errors';

/**
 * Whose identity it is, by which certificate, and why as far as can be known: a peer does not tell a revoked one from one that it never knew.
 * @param now the clock that expiry is judged by
 */
export function refusalOf(principal: Principal, identity: LedgerIdentity, now = new Date()): string {
  return refusal(principal, identity, now).message;
}

/** The same as an error, of a transaction. */
export function refusedIdentity(principal: Principal, identity: LedgerIdentity, cause: unknown): IdentityRefused {
  const { message, expired } = refusal(principal, identity, new Date());
  return new IdentityRefused(message, { cause, expired });
}

function refusal({ member, party, role }: Principal, identity: LedgerIdentity, now: Date) {
  const { serialNumber, validTo } = new X509Certificate(identity.certificate);
  const expiry = new Date(validTo);
  const expired = expiry.getTime() < now.getTime();
  const why = expired
    ? `expired on ${expiry.toISOString()}`
    : 'was revoked, or is of a CA that the channel does not know';
  const whose = party === undefined ? member : `party ${party} at ${member}`;
  return {
    message: `the ledger refuses the identity of ${whose} (${role}): its certificate ${serialNumber} ${why}`,
    expired,
  };
}
