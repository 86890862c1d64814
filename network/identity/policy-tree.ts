/**
 * Signature policies: whose signatures are enough. `AND('A.peer', OutOf(2, 'B.member', 'C.peer', 'D.admin'))` as a tree,
 * evaluated exactly as Fabric's cauthdsl does, with its surprises.
 */
import { type Identity } from './types';

/** `member` is anyone of the MSP; the others are NodeOU roles. */
export type PrincipalRole = 'member' | 'client' | 'peer' | 'admin' | 'orderer';

export const PRINCIPAL_ROLES: readonly PrincipalRole[] = ['member', 'client', 'peer', 'admin', 'orderer'];

export interface SignedBy {
  readonly kind: 'signedBy';
  readonly mspId: string;
  readonly role: PrincipalRole;
}

/** One certificate and no other, as the orderers of a BFT channel are named. */
export interface SignedByIdentity {
  readonly kind: 'signedByIdentity';
  readonly mspId: string;
  /** As `Identity.certificateId`. */
  readonly certificateId: string;
  /** The bytes of msp.SerializedIdentity. */
  readonly serialized: Uint8Array;
}

/** At least `n` of `rules`. AND is all of them, OR is one of them, as in Fabric. */
export interface OutOf {
  readonly kind: 'outOf';
  readonly n: number;
  readonly rules: readonly SignaturePolicy[];
}

export type SignaturePolicy = SignedBy | SignedByIdentity | OutOf;

/** What a policy needs to know of an identity. */
export type PolicySubject = Pick<Identity, 'mspId' | 'certificateId' | 'role' | 'isListedAdmin'>;

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

/** The MSP ids that the policy names, each once, in the order of the text. */
export function organizationsOf(policy: SignaturePolicy): readonly string[] {
  const found = new Set<string>();
  const visit = (rule: SignaturePolicy): void => {
    if (rule.kind === 'outOf') rule.rules.forEach(visit);
    else found.add(rule.mspId);
  };
  visit(policy);
  return [...found];
}

/** The indices in use after the rule was satisfied, or undefined when it was not. `used` is not changed. */
function evaluate(
  rule: SignaturePolicy,
  identities: readonly PolicySubject[],
  used: ReadonlySet<number>,
): ReadonlySet<number> | undefined {
  if (rule.kind !== 'outOf') {
    const index = identities.findIndex((identity, at) => !used.has(at) && satisfies(identity, rule));
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

function satisfies(identity: PolicySubject, principal: SignedBy | SignedByIdentity): boolean {
  if (identity.mspId !== principal.mspId) return false;
  if (principal.kind === 'signedByIdentity') return identity.certificateId === principal.certificateId;
  if (principal.role === 'admin' && identity.isListedAdmin === true) return true;
  return principal.role === 'member' || identity.role === principal.role;
}
