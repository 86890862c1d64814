/** The sets of principals that satisfy policies: what discovery tells clients that gather endorsements themselves. */
import { type SignaturePolicy } from './policy-tree';
import { organizationOf, type Principal } from './principal';

/** Whose signatures are enough together; a principal that stands twice needs two signatures. */
export type PrincipalSet = readonly Principal[];

/** Of a gate with more choices than this only its first rules are looked at, as in Fabric. */
const MAX_CHOICES = 10_000;

/** Every choice of leaves that satisfies the policy; empty when none does, or it needs nobody. */
export function principalSets(rule: SignaturePolicy): readonly PrincipalSet[] {
  if (rule.kind !== 'outOf') return [[rule]];
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

/**
 * What keeps discovery from listing the sets of a policy: nobody satisfies it, or it needs nobody, or one of its principals is of
 * a kind that cannot be compared with others.
 */
export function enumerationProblem(rule: SignaturePolicy): 'unsatisfiable' | 'incomparable' | undefined {
  if (rule.kind !== 'outOf') return isComparable(rule) ? undefined : 'incomparable';
  const problems = rule.rules.map(enumerationProblem).filter((problem) => problem !== 'unsatisfiable');
  if (rule.n <= 0 || problems.length < rule.n) return 'unsatisfiable';
  return problems.includes('incomparable') ? 'incomparable' : undefined;
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
function isA(one: Principal, other: Principal): boolean {
  const mspId = organizationOf(one);
  if (mspId === undefined || mspId !== organizationOf(other)) return false;
  if (other.kind === 'signedBy' && other.role === 'member') return true;
  if (one.kind === 'signedBy') return other.kind === 'signedBy' && one.role === other.role;
  if (one.kind === 'signedByUnit') {
    return other.kind === 'signedByUnit' && one.unit === other.unit && one.certifiers === other.certifiers;
  }
  return one.kind === 'signedByIdentity' && other.kind === one.kind && one.certificateId === other.certificateId;
}

/** The classes of principals that Fabric compares: roles, units, identities. */
const LAST_COMPARABLE = 2;

function isComparable(principal: Principal): boolean {
  if (principal.kind === 'signedByNobody') return principal.classification <= LAST_COMPARABLE;
  return principal.kind !== 'signedByNominal' && principal.kind !== 'signedByCombined';
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
