/** Whose endorsement a change of a record needs besides the chaincode's own policy: a claim is held by its claimant. never-twice 4 and 8. */
import type { PartyRecord, Pledge, Receivable } from './records';

/** MSP ids of the members who must endorse, sorted, each once. None: the chaincode's own policy holds alone. */
export type Guard = readonly string[];

/**
 * A receivable that bears claims moves only with every claimant: transfer, release and settlement all change it.
 * @returns undefined while it never bore a claim, so that it needs no policy of its own.
 */
export function receivableGuard({ lastRank, encumbrances }: Receivable): Guard | undefined {
  if (lastRank === 0) return undefined;
  return [...new Set(encumbrances.map(({ pledgee }) => pledgee.mspId))].sort();
}

/**
 * A claim's record says whose it is and what it covers: who rewrites it could release it, to honest peers' eyes, as its claimant. An ended
 * one stays with its claimant too, as nothing changes it rightfully any more.
 * @returns undefined for what was never accepted.
 */
export function pledgeGuard({ acceptedAt, pledgee }: Pledge): Guard | undefined {
  return acceptedAt === undefined ? undefined : [pledgee.mspId];
}

/**
 * A party's record says at which member its identities live: who rewrites it signs in its name, so that a debtor would pay off claims of which it
 * knows nothing. Only that member gives it away.
 */
export function partyGuard({ home }: PartyRecord): Guard {
  return [home];
}
