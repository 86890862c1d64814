/** never-twice's "What must always be true", checked on the stored values and not by the program's own checks. */
import type { Receivable } from '../domain/records';
import { compositeKey } from '../ledger/key';
import { ENROLMENT } from './builders';
import { OWN_POLICY, satisfies, subsetsOf } from './endorsement';
import { storedState, type StoredState } from './stored-state';
import type { WorldState } from './world-state';

function must(holds: boolean, rule: string, subject: unknown): void {
  if (holds) return;
  const shown = JSON.stringify(subject, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
  throw new Error(`not always true: ${rule}: ${shown}`);
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

/**
 * Checks 1, 2, 4, 7 and 8 of never-twice on all that is committed, and what changed since `before`.
 * @throws Error naming the rule and the value that breaks it.
 */
export function expectInvariants(world: WorldState, before: StoredState): void {
  const now = storedState(world);
  checkState(now, (key) => world.policy(key));
  checkProgress(before, now);
}

/**
 * Checks 1, 2 and 4 on a state by itself.
 * @param policyOf the endorsement policy of a key, undefined where it has none of its own
 * @throws Error naming the rule and the value that breaks it.
 */
export function checkState(now: StoredState, policyOf: (key: string) => Uint8Array | undefined): void {
  checkEvidence(now);
  for (const receivable of now.receivables) checkClaims(receivable, now);
  for (const pledge of now.pledges) {
    const claims = now.receivables
      .flatMap(({ encumbrances }) => encumbrances)
      .filter(({ pledgeId }) => pledgeId === pledge.id);
    must(
      claims.length === (pledge.status === 'ACTIVE' ? 1 : 0),
      'a pledge weighs on its asset exactly while it is active',
      pledge,
    );
    must(
      pledge.covers <= pledge.agreed && pledge.paid <= pledge.secures,
      'a pledge gets no more than was agreed',
      pledge,
    );
    const given = sum(pledge.releases.map(({ covers }) => covers));
    must(
      pledge.covers + given + pledge.paid <= pledge.agreed,
      'what a pledge covers, released and received is what was agreed',
      pledge,
    );
  }
  checkGuards(policyOf, now);
}

const ALL = subsetsOf(ENROLMENT.map(({ mspId }) => mspId));
const OWN = ALL.filter((set) => satisfies(OWN_POLICY, set));
const enough = new Map<string, string>();

/** The sets of members whose peers may change a key of this policy, as text. */
function enoughFor(policy: Uint8Array): string {
  const bytes = Buffer.from(policy).toString('latin1');
  const known = enough.get(bytes) ?? JSON.stringify(ALL.filter((set) => satisfies(policy, set)));
  enough.set(bytes, known);
  return known;
}

/**
 * 4: what bears a claim is changed by the chaincode's own policy and each claimant, by no others; what never bore one by the own policy. 8: where
 * a party's identities live, by the member where they do.
 */
function checkGuards(policyOf: (key: string) => Uint8Array | undefined, now: StoredState): void {
  const { receivables, pledges, parties } = now;
  const holds = (key: string, holders: readonly string[] | undefined): boolean => {
    const policy = policyOf(key);
    if (policy === undefined || holders === undefined) return policy === holders;
    return enoughFor(policy) === JSON.stringify(OWN.filter((set) => holders.every((mspId) => set.includes(mspId))));
  };
  for (const { id } of receivables) {
    const claims = pledges.filter(({ assetId, acceptedAt }) => assetId === id && acceptedAt !== undefined);
    const active = claims.filter(({ status }) => status === 'ACTIVE').map(({ pledgee }) => pledgee.mspId);
    const holders = claims.length === 0 ? undefined : active;
    must(holds(compositeKey('receivable', id), holders), 'a receivable is held by its claimants', { id, holders });
  }
  for (const { id, assetId, acceptedAt, pledgee } of pledges) {
    const holders = acceptedAt === undefined ? undefined : [pledgee.mspId];
    must(holds(compositeKey('claim', assetId, id), holders), 'a claim is held by its claimant', { id, holders });
  }
  for (const { key, home } of parties) {
    must(holds(compositeKey('party', key), [home]), 'a party is held by the member where it is at home', { key, home });
  }
}

/** 1: over all assets, cancelled ones too, a document backs no more than its value. */
function checkEvidence({ evidence, receivables }: StoredState): void {
  for (const document of evidence) {
    const uses = receivables.flatMap((receivable) =>
      receivable.evidence.filter(({ token }) => token === document.token),
    );
    const used = sum(uses.map((use) => use.used));
    must(used === document.used && used <= document.value, 'uses of a document never exceed its value', document);
    must(document.uses.length === uses.length, 'a document lists all that it backs', document);
  }
  const known = new Set(evidence.map(({ token }) => token));
  for (const receivable of receivables) {
    must(
      receivable.evidence.length > 0 && receivable.evidence.every(({ token }) => known.has(token)),
      'a receivable stands on documents',
      receivable,
    );
  }
}

/** 2 and 4: settled and covered value are within the value; what has ended bears no claim. Each payment is accounted for. */
function checkClaims(receivable: Receivable, { pledges }: StoredState): void {
  const covered = sum(receivable.encumbrances.map(({ covers }) => covers));
  must(
    covered + receivable.settled <= receivable.value,
    'covered and settled value never exceed the value',
    receivable,
  );
  must(
    receivable.encumbrances.every(({ covers }) => covers > 0n),
    'a claim covers something',
    receivable,
  );
  must(
    receivable.status === 'REGISTERED' || receivable.status === 'DISPUTED' || covered === 0n,
    'what has ended bears no claim',
    receivable,
  );
  must(
    (receivable.status === 'SETTLED') === (receivable.settled === receivable.value),
    'settled is paid in full',
    receivable,
  );
  for (const claim of receivable.encumbrances) {
    const pledge = pledges.find(({ id }) => id === claim.pledgeId);
    const same =
      pledge?.covers === claim.covers && pledge.rank === claim.rank && pledge.pledgee.mspId === claim.pledgee.mspId;
    must(
      same && pledge.assetId === receivable.id && pledge.secures - pledge.paid === claim.secures,
      'a claim is as its pledge says',
      claim,
    );
  }
  must(sum(receivable.settlements.map(({ amount }) => amount)) === receivable.settled, 'payments add up', receivable);
  for (const { amount, paidTo } of receivable.settlements) {
    must(sum(paidTo.map((part) => part.amount)) === amount, 'a payment is shared out whole', paidTo);
  }
  for (const { id, paid } of pledges.filter(({ assetId }) => assetId === receivable.id)) {
    const received = receivable.settlements.flatMap(({ paidTo }) => paidTo.filter(({ pledgeId }) => pledgeId === id));
    must(sum(received.map(({ amount }) => amount)) === paid, 'a pledge was paid what settlements say', id);
  }
}

/** 7 and 8: nothing disappears, what ended stays ended, and each change of an asset counts. @throws Error */
export function checkProgress(before: StoredState, now: StoredState): void {
  const ended = ['RELEASED', 'SATISFIED', 'WITHDRAWN', 'SETTLED', 'CANCELLED'];
  for (const was of before.receivables) {
    const is = now.receivables.find(({ id }) => id === was.id);
    must(is !== undefined && is.sequence >= was.sequence, 'a receivable stays and its sequence grows', was);
    must(is?.value === was.value && is.holder.uscc === was.holder.uscc, 'value and holder of a receivable stay', is);
    must(!ended.includes(was.status) || is?.status === was.status, 'what has ended stays ended', is);
    must(
      was.confirmation?.decision !== 'CONFIRM' || is?.confirmation?.decision === 'CONFIRM',
      'a confirmation is final',
      is,
    );
  }
  for (const was of before.pledges) {
    const is = now.pledges.find(({ id }) => id === was.id);
    must(is !== undefined && is.covers <= was.covers, 'a pledge stays and never grows', was);
    if (was.status === 'ACTIVE' && is !== undefined) {
      const owed = ({ receivables }: StoredState): bigint => {
        const asset = receivables.find(({ id }) => id === was.assetId);
        return asset === undefined ? 0n : asset.value - asset.settled;
      };
      const given = is.releases.slice(was.releases.length).map(({ covers }) => covers);
      const may = sum(given) + owed(before) - owed(now);
      must(was.covers - is.covers <= may, 'what a claim covers is let go by its claimant or was paid', is);
    }
    must(!ended.includes(was.status) || is?.status === was.status, 'what has ended stays ended', is);
  }
  for (const was of before.evidence) {
    const is = now.evidence.find(({ token }) => token === was.token);
    must(
      is !== undefined && is.used >= was.used && is.value === was.value,
      'what a document backed it has backed',
      was,
    );
  }
}

/** Counts an outcome of a kind of act. */
export function tally(counts: Map<string, number>, type: string, accepted: boolean): void {
  const what = `${type} ${accepted ? 'accepted' : 'refused'}`;
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
