/**
 * Signature policies: whose signatures are enough. `AND('A.peer', OutOf(2, 'B.member', 'C.peer', 'D.admin'))` as a tree,
 * evaluated exactly as Fabric's cauthdsl does, with its surprises.
 */
import { organizationOf, type PolicySubject, type Principal, satisfiesPrincipal } from './principal';

/** At least `n` of `rules`. AND is all of them, OR is one of them, as in Fabric. */
export interface OutOf {
  readonly kind: 'outOf';
  readonly n: number;
  readonly rules: readonly SignaturePolicy[];
}

export type SignaturePolicy = Principal | OutOf;

/**
 * Whether these identities, whose signatures the caller has verified, satisfy the policy.
 *
 * As in Fabric: the same certificate twice counts once; each identity satisfies at most one leaf; the leaves take identities
 * from left to right without going back; and a gate tries all its rules even when it already has enough, so that
 * AND(OR('A.peer','B.peer'),'B.peer') is not satisfied by one peer of A and one of B.
 */
export function evaluatePolicy(policy: SignaturePolicy, identities: readonly PolicySubject[]): boolean {
  const distinct = new Map<string, PolicySubject>();
  for (const identity of identities) {
    const key = `${identity.mspId}\u0000${identity.certificateId}`;
    if (!distinct.has(key)) distinct.set(key, identity);
  }
  return evaluate(policy, [...distinct.values()], new Set()) !== undefined;
}

/** The MSP ids that the policy names, each once, in the order of the text. Combined principals name none, as Fabric counts. */
export function organizationsOf(policy: SignaturePolicy): readonly string[] {
  const mspIds = principalsOf(policy).flatMap((principal) => organizationOf(principal) ?? []);
  return [...new Set(mspIds)];
}

/** The leaves, from left to right. */
export function principalsOf(policy: SignaturePolicy): readonly Principal[] {
  return policy.kind === 'outOf' ? policy.rules.flatMap(principalsOf) : [policy];
}

/** The indices in use after the rule was satisfied, or undefined when it was not. `used` is not changed. */
function evaluate(
  rule: SignaturePolicy,
  identities: readonly PolicySubject[],
  used: ReadonlySet<number>,
): ReadonlySet<number> | undefined {
  if (rule.kind !== 'outOf') {
    const index = identities.findIndex((identity, at) => !used.has(at) && satisfiesPrincipal(identity, rule));
    return index < 0 ? undefined : new Set(used).add(index);
  }
  let taken = used;
  let satisfied = 0;
  for (const child of rule.rules) {
    const after = evaluate(child, identities, taken);
    if (after === undefined) continue;
    satisfied += 1;
    taken = after;
  }
  return satisfied >= rule.n ? taken : undefined;
}
