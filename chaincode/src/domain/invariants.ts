/**
 * What must hold of every value that is read or written. A rule that would break it is a fault in the program; a record that does was not made by
 * the rules, but forged by enough members for the chaincode's policy. Either stops the transaction.
 */
import { assetOfPledge } from '../model/command';
import type { EvidenceRecord, Pledge, Receivable } from './records';

/** What must never be was about to be written, or stands on the ledger and cannot be gone by. Nothing is written. */
export class InvariantViolation extends Error {
  constructor(subject: string, rule: string) {
    super(`invariant broken by ${subject}: ${rule}`);
    this.name = 'InvariantViolation';
  }
}

function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** What active claims cover, in minor units. */
export function coveredValue(receivable: Receivable): bigint {
  return sum(receivable.encumbrances.map((claim) => claim.covers));
}

/**
 * Free value = value − settled − covered by active claims − frozen, in minor units. Disputed, settled and cancelled receivables have none.
 */
export function freeValue(receivable: Receivable): bigint {
  if (receivable.status !== 'REGISTERED') return 0n;
  return receivable.value - receivable.settled - coveredValue(receivable);
}

/**
 * never-twice 1 and 2 for one receivable: covered and settled never exceed the face value, its evidence backs it in full.
 * @throws InvariantViolation
 */
export function checkReceivable(receivable: Receivable): Receivable {
  const fail = (rule: string): never => {
    throw new InvariantViolation(`receivable ${receivable.id}`, rule);
  };
  if (receivable.value <= 0n) fail('its value is more than zero');
  if (receivable.settled < 0n || receivable.settled > receivable.value)
    fail('what is settled lies between zero and its value');
  if (receivable.encumbrances.some((claim) => claim.covers <= 0n)) fail('every active claim covers more than zero');
  if (new Set(receivable.encumbrances.map((claim) => claim.pledgeId)).size !== receivable.encumbrances.length)
    fail('a claim stands on it once');
  if (new Set(receivable.encumbrances.map((claim) => claim.rank)).size !== receivable.encumbrances.length)
    fail('no two claims have one rank');
  if (receivable.encumbrances.some((claim) => assetOfPledge(claim.pledgeId) !== receivable.id))
    fail('its claims are on it');
  if (!(receivable.lastRank >= 0) || receivable.encumbrances.some(({ rank }) => rank < 1 || rank > receivable.lastRank))
    fail('ranks are given from one on, and the last one is known');
  if (receivable.settled + coveredValue(receivable) > receivable.value)
    fail('settled and covered value never exceed its value');
  if (receivable.status === 'CANCELLED' && receivable.encumbrances.length > 0)
    fail('a cancelled receivable bears no claim');
  if (
    receivable.status === 'SETTLED' &&
    (receivable.encumbrances.length > 0 || receivable.settled !== receivable.value)
  ) {
    fail('a settled receivable is paid in full and bears no claim');
  }
  if (receivable.evidence.some((use) => use.used <= 0n || use.used > use.amount))
    fail('a use lies between zero and the value of the document');
  for (const kind of new Set(receivable.evidence.map((use) => use.kind))) {
    const backing = sum(receivable.evidence.filter((use) => use.kind === kind).map((use) => use.used));
    if (backing !== receivable.value) fail(`its evidence of kind ${kind} backs exactly its value`);
  }
  return receivable;
}

/**
 * never-twice 1: the uses of a document never exceed its value.
 * @throws InvariantViolation
 */
export function checkEvidence(evidence: EvidenceRecord): EvidenceRecord {
  const uses = sum(evidence.uses.map((use) => use.amount));
  if (uses !== evidence.used || evidence.used > evidence.value || evidence.uses.some((use) => use.amount <= 0n)) {
    throw new InvariantViolation(`evidence ${evidence.token}`, 'the sum of its uses never exceeds its value');
  }
  return evidence;
}

/**
 * An active pledge covers something, an ended one nothing, and neither more than was agreed.
 * @throws InvariantViolation
 */
export function checkPledge(pledge: Pledge): Pledge {
  const active = pledge.status === 'ACTIVE' || pledge.status === 'PROPOSED';
  if (active ? pledge.covers <= 0n : pledge.covers !== 0n) {
    throw new InvariantViolation(`pledge ${pledge.id}`, 'it covers value exactly while it is proposed or active');
  }
  if (pledge.covers > pledge.agreed)
    throw new InvariantViolation(`pledge ${pledge.id}`, 'it never covers more than was agreed');
  if (pledge.assetId !== assetOfPledge(pledge.id))
    throw new InvariantViolation(`pledge ${pledge.id}`, 'it is on the asset that its id names');
  return pledge;
}

/** Whether a pledge weighs on its asset exactly while it is active, and as it says; what was never on it is nobody's claim. */
export function isBorne(pledge: Pledge, { currency, encumbrances }: Receivable): boolean {
  const claim = encumbrances.find(({ pledgeId }) => pledgeId === pledge.id);
  if (pledge.currency !== currency) return false;
  if (pledge.status !== 'ACTIVE') return claim === undefined;
  return (
    claim?.covers === pledge.covers &&
    claim.secures === pledge.secures - pledge.paid &&
    claim.rank === pledge.rank &&
    claim.pledgee.mspId === pledge.pledgee.mspId
  );
}

/** @throws InvariantViolation for a pledge that its asset does not bear as it says. */
export function checkBorne(pledge: Pledge, receivable: Receivable): Pledge {
  if (isBorne(pledge, receivable)) return pledge;
  throw new InvariantViolation(`pledge ${pledge.id}`, 'it weighs on its asset exactly while it is active');
}

/** A record is the one of its key: acts on one that says that it is another would be written over that other. @throws InvariantViolation */
export function checkOwn(id: string, stated: string): void {
  if (stated !== id) throw new InvariantViolation(`what stands under ${id}`, `it is not ${stated}`);
}
