/** The policies of a channel's configuration, by path: `/Channel/Application/Endorsement` and the like. */
import { evaluatePolicy, type SignaturePolicy } from './policy-tree';
import { type PolicySubject } from './principal';

/** A policy of one group of the configuration. An implicit one counts in how many of its subgroups a policy is satisfied. */
export type GroupPolicy =
  | { readonly kind: 'signature'; readonly policy: SignaturePolicy }
  | { readonly kind: 'implicitMeta'; readonly rule: 'ANY' | 'ALL' | 'MAJORITY'; readonly subPolicy: string };

/** A group of the configuration, as far as policies go. */
export interface PolicyGroup {
  readonly policies: ReadonlyMap<string, GroupPolicy>;
  readonly groups: ReadonlyMap<string, PolicyGroup>;
}

/** Finds and evaluates the policies of one configuration of a channel. */
export class PolicyManager {
  readonly #root: PolicyGroup;
  /** Identities are checked once and kept by their MSPs: what one of them may do is found out once. */
  readonly #permissions = new WeakMap<PolicySubject, Map<string, boolean>>();

  /** @param root the group `Channel`. */
  constructor(root: PolicyGroup) {
    this.#root = root;
  }

  /** Whether there is a policy under this path; one that is not there is never satisfied. */
  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Whether these identities, whose signatures the caller has verified, satisfy the policy under the path. */
  satisfied(path: string, identities: readonly PolicySubject[]): boolean {
    return this.shortfall(path, identities) === undefined;
  }

  /** Why these identities do not satisfy the policy under the path, in Fabric's words; undefined: they do. */
  shortfall(path: string, identities: readonly PolicySubject[]): string | undefined {
    const found = this.#find(path);
    return found === undefined ? `no such policy: '${path}'` : evaluate(found.group, found.name, identities);
  }

  /** Whether one identity by itself, whose signature the caller verifies, satisfies the policy under the path. */
  permits(path: string, identity: PolicySubject): boolean {
    let known = this.#permissions.get(identity);
    if (known === undefined) this.#permissions.set(identity, (known = new Map<string, boolean>()));
    let permitted = known.get(path);
    if (permitted === undefined) known.set(path, (permitted = this.satisfied(path, [identity])));
    return permitted;
  }

  /**
   * The policy as one that names principals, to choose endorsers by. It counts an implicit policy's subgroups as rules of one
   * gate, as Fabric's discovery does. Undefined: there is none, or one of its parts is missing.
   */
  asSignaturePolicy(path: string): SignaturePolicy | undefined {
    const found = this.#find(path);
    return found === undefined ? undefined : convert(found.group, found.name);
  }

  #find(path: string): { readonly group: PolicyGroup; readonly name: string } | undefined {
    const [empty, channel, ...rest] = path.split('/');
    const name = rest.pop();
    if (empty !== '' || channel !== 'Channel' || name === undefined) return undefined;
    let group: PolicyGroup | undefined = this.#root;
    for (const step of rest) group = group?.groups.get(step);
    return group?.policies.has(name) === true ? { group, name } : undefined;
  }
}

/** How many subgroups must agree. With none, any and most of them are none. */
function threshold(rule: 'ANY' | 'ALL' | 'MAJORITY', groups: number): number {
  if (groups === 0) return 0;
  if (rule === 'ANY') return 1;
  return rule === 'ALL' ? groups : Math.floor(groups / 2) + 1;
}

/** @returns why not, undefined when it is satisfied. */
function evaluate(group: PolicyGroup, name: string, identities: readonly PolicySubject[]): string | undefined {
  const policy = group.policies.get(name);
  if (policy === undefined) return `no such policy: '${name}'`;
  if (policy.kind === 'signature') {
    return evaluatePolicy(policy.policy, identities) ? undefined : 'signature set did not satisfy policy';
  }
  const needed = threshold(policy.rule, group.groups.size);
  let satisfied = 0;
  for (const child of group.groups.values()) {
    if (satisfied === needed) break;
    if (evaluate(child, policy.subPolicy, identities) === undefined) satisfied += 1;
  }
  if (satisfied === needed) return undefined;
  return (
    `implicit policy evaluation failed - ${satisfied} sub-policies were satisfied, but this policy requires ` +
    `${needed} of the '${policy.subPolicy}' sub-policies to be satisfied`
  );
}

function convert(group: PolicyGroup, name: string): SignaturePolicy | undefined {
  const policy = group.policies.get(name);
  if (policy === undefined) return undefined;
  if (policy.kind === 'signature') return policy.policy;
  const rules: SignaturePolicy[] = [];
  for (const child of group.groups.values()) {
    const rule = convert(child, policy.subPolicy);
    if (rule === undefined) return undefined;
    rules.push(rule);
  }
  return { kind: 'outOf', n: threshold(policy.rule, rules.length), rules };
}
