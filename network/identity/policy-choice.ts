/** Whom to ask: the fewest peers, or organisations with one peer each, that satisfy a policy. */
import { evaluatePolicy, principalsOf, type SignaturePolicy } from './policy-tree';
import { type PolicySubject, type Principal, satisfiesPrincipal } from './principal';

/** Sets tried before a smallest set is given up for a merely irreducible one: about a tenth of a second. */
const MAX_TRIALS = 50_000;

/** As `satisfyingPeers`, of organisations by their MSP ids, of which each has one peer that is that and nothing more. */
export function satisfyingOrganizations(
  policy: SignaturePolicy | readonly SignaturePolicy[],
  preferred: readonly string[],
  available: readonly string[],
): readonly string[] | undefined {
  return satisfyingPeers('kind' in policy ? [policy] : policy, preferred, available, anyPeer);
}

/**
 * A smallest set of peers that satisfies each of the policies; among the smallest sets the one that comes first by `preferred`, then
 * by `available`. Given in that order, preferred first.
 *
 * With policies of very many overlapping organisations the search is bounded, and the set then has no peer too many but another set
 * may be smaller.
 * @param subjectOf what a peer is to policies
 * @returns undefined when all available peers together cannot satisfy them; empty when nobody is needed.
 */
export function satisfyingPeers<Peer>(
  policies: readonly SignaturePolicy[],
  preferred: readonly Peer[],
  available: readonly Peer[],
  subjectOf: (peer: Peer) => PolicySubject,
): readonly Peer[] | undefined {
  const principals = policies.flatMap(principalsOf);
  const open = new Map<Peer, PolicySubject>();
  for (const peer of available) {
    const subject = subjectOf(peer);
    if (satisfiesAny(subject, principals)) open.set(peer, subject);
  }
  const ranked = [...new Set([...preferred, ...available])].filter((peer) => open.has(peer));
  const subjectsOf = (peers: readonly Peer[]): readonly PolicySubject[] =>
    peers.map((peer) => open.get(peer) ?? subjectOf(peer));
  const least = Math.max(0, ...policies.map((each) => fewestSignatures(each, [...open.values()])));
  let trials = 0;
  for (let size = least; size <= ranked.length; size += 1) {
    for (const candidates of combinations(ranked, size)) {
      if (satisfiedBy(policies, subjectsOf(candidates))) return candidates;
      trials += 1;
      if (trials > MAX_TRIALS) return irreducible(policies, ranked, subjectsOf);
    }
  }
  return undefined;
}

function anyPeer(mspId: string): PolicySubject {
  return { mspId, certificateId: mspId, role: 'peer' };
}

function satisfiesAny(peer: PolicySubject, principals: readonly Principal[]): boolean {
  for (const principal of principals) if (satisfiesPrincipal(peer, principal)) return true;
  return false;
}

function satisfiedBy(policies: readonly SignaturePolicy[], peers: readonly PolicySubject[]): boolean {
  return policies.every((policy) => evaluatePolicy(policy, peers));
}

/** A lower bound: no peer serves two leaves, so each gate costs at least its n cheapest rules. Infinity: impossible. */
function fewestSignatures(rule: SignaturePolicy, available: readonly PolicySubject[]): number {
  if (rule.kind !== 'outOf') {
    for (const peer of available) if (satisfiesPrincipal(peer, rule)) return 1;
    return Number.POSITIVE_INFINITY;
  }
  if (rule.n > rule.rules.length) return Number.POSITIVE_INFINITY;
  const costs = rule.rules.map((child) => fewestSignatures(child, available)).sort((a, b) => a - b);
  return costs.slice(0, Math.max(0, rule.n)).reduce((sum, cost) => sum + cost, 0);
}

/** All subsets of this size, in the order of the items: the earliest items first. */
function* combinations<T>(items: readonly T[], size: number, from = 0): Generator<readonly T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [offset, item] of items.slice(from, items.length - size + 1).entries()) {
    for (const rest of combinations(items, size - 1, from + offset + 1)) yield [item, ...rest];
  }
}

/** Starts with everyone and lets go of the least preferred as long as the policy stays satisfied. */
function irreducible<Peer>(
  policies: readonly SignaturePolicy[],
  ranked: readonly Peer[],
  subjectsOf: (peers: readonly Peer[]) => readonly PolicySubject[],
): readonly Peer[] | undefined {
  if (!satisfiedBy(policies, subjectsOf(ranked))) return undefined;
  return [...ranked].reverse().reduce<readonly Peer[]>((kept, peer) => {
    const without = kept.filter((other) => other !== peer);
    return satisfiedBy(policies, subjectsOf(without)) ? without : kept;
  }, ranked);
}
