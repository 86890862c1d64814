/** The sets of principals that satisfy policies: what discovery tells clients that gather endorsements themselves. */
import { type SignaturePolicy, type SignedBy } from './policy-tree';

/** Whose signatures are enough together; a principal that stands twice needs two signatures. */
export type PrincipalSet = readonly SignedBy[];

/** Of a gate with more choices than this only its first rules are looked at, as in Fabric. */
const MAX_CHOICES = 10_000;

/** Every choice of leaves that satisfies the policy; empty when none does, or it needs nobody. */
export function principalSets(rule: SignaturePolicy): readonly PrincipalSet[] {
  // Clients look for peers by role: nobody could tell which of them has the certificate.
  if (rule.kind === 'signedByIdentity') return [];
  if (rule.kind === 'signedBy') return [[rule]];
  const rules = rule.rules.map(principalSets).filter((sets) => sets.length > 0);
  while (choices(rules.length, rule.n) > MAX_CHOICES) rules.pop();
  if (rule.n <= 0) return [];
  return combinations(rules, rule.n)
    .flatMap((chosen) =>
      chosen.reduce<readonly PrincipalSet[]>(
        (sets, more) => sets.flatMap((set) => more.map((other) => [...set, ...other])).slice(0, MAX_CHOICES),
        [[]],
      ),
    )
    .slice(0, MAX_CHOICES);
}

/** The sets that satisfy all of several policies: each set of one with each of the others, without those that hold another. */
export function mergePrincipalSets(policies: readonly (readonly PrincipalSet[])[]): readonly PrincipalSet[] {
  const [first, ...others] = policies;
  if (first === undefined) return [];
  return others.reduce<readonly PrincipalSet[]>((merged, sets) => {
    const pairs = merged.flatMap((one) => sets.map((other) => merge(one, other))).slice(0, MAX_CHOICES);
    return pairs.filter(
      (set, at) =>
        !pairs.some((other, index) => index !== at && contains(set, other) && (!contains(other, set) || index < at)),
    );
  }, first);
}

/** Both sets as one, in which a signature counts for either. */
function merge(one: PrincipalSet, other: PrincipalSet): PrincipalSet {
  return [...other, ...notCovered(one, other)];
}

function contains(set: PrincipalSet, part: PrincipalSet): boolean {
  return notCovered(part, set).length === 0;
}

/** The principals of a set for which the other has none left. */
function notCovered(set: PrincipalSet, by: PrincipalSet): PrincipalSet {
  const left = [...by];
  return set.filter((principal) => {
    const found = left.findIndex((candidate) => isA(candidate, principal));
    if (found < 0) return true;
    left.splice(found, 1);
    return false;
  });
}

/** Whether everyone who is the one is the other too. */
function isA(one: SignedBy, other: SignedBy): boolean {
  return one.mspId === other.mspId && (other.role === 'member' || one.role === other.role);
}

function choices(items: number, size: number): number {
  let count = 1;
  for (let index = 0; index < size; index += 1) count = (count * (items - index)) / (index + 1);
  return Math.round(count);
}

function combinations<T>(items: readonly T[], size: number, from = 0): readonly (readonly T[])[] {
  if (size === 0) return [[]];
  return items
    .slice(from, items.length - size + 1)
    .flatMap((item, offset) => combinations(items, size - 1, from + offset + 1).map((rest) => [item, ...rest]));
}
