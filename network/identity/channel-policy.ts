/** The policies of a channel's configuration, by path: `/Channel/Application/Endorsement` and the like. */
import { evaluatePolicy, type PolicySubject, type SignaturePolicy } from './policy-tree';

/** A policy of one group of the configuration. An implicit one counts in how many of its subgroups a policy is satisfied. */
export type GroupPolicy =
  | { readonly kind: 'signature'; readonly policy: SignaturePolicy }
  | { readonly kind: 'implicitMeta'; readonly rule: 'ANY' | 'ALL' | 'MAJORITY'; readonly subPolicy: string };

/** A group of the configuration, as far as policies go. */
export interface PolicyGroup {
  readonly policies: ReadonlyMap<string, GroupPolicy>;
  readonly groups: ReadonlyMap<string, PolicyGroup>;
}

/** Finds and evaluates the policies of one channel. */
export class PolicyManager {
  readonly #root: PolicyGroup;

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
    const found = this.#find(path);
    return found !== undefined && evaluate(found.group, found.name, identities);
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

/** The policies of a channel as Fabric's sample configuration has them, for members with NodeOUs. */
export function usualPolicies(members: readonly string[]): PolicyGroup {
  const application = implicitGroup({ Endorsement: 'MAJORITY', LifecycleEndorsement: 'MAJORITY' }, members);
  const orderer = implicitGroup({ BlockValidation: 'ANY' }, []);
  const groups = new Map([
    ['Application', application],
    ['Orderer', orderer],
  ]);
  return { ...implicitGroup({}, []), groups };
}

function implicitGroup(more: Readonly<Record<string, 'ANY' | 'MAJORITY'>>, members: readonly string[]): PolicyGroup {
  const rules = { Readers: 'ANY', Writers: 'ANY', Admins: 'MAJORITY', ...more } as const;
  return {
    policies: new Map(
      Object.entries(rules).map(([name, rule]): [string, GroupPolicy] => {
        const subPolicy =
          name === 'LifecycleEndorsement' ? 'Endorsement' : name === 'BlockValidation' ? 'Writers' : name;
        return [name, { kind: 'implicitMeta', rule, subPolicy }];
      }),
    ),
    groups: new Map(members.map((mspId) => [mspId, memberGroup(mspId)])),
  };
}

function memberGroup(mspId: string): PolicyGroup {
  const anyOf = (...roles: readonly ('admin' | 'peer' | 'client')[]): GroupPolicy => ({
    kind: 'signature',
    policy: { kind: 'outOf', n: 1, rules: roles.map((role) => ({ kind: 'signedBy', mspId, role })) },
  });
  return {
    policies: new Map([
      ['Readers', anyOf('admin', 'peer', 'client')],
      ['Writers', anyOf('admin', 'client')],
      ['Admins', anyOf('admin')],
      ['Endorsement', anyOf('peer')],
    ]),
    groups: new Map(),
  };
}

/** How many subgroups must agree. With none, any and most of them are none. */
function threshold(rule: 'ANY' | 'ALL' | 'MAJORITY', groups: number): number {
  if (groups === 0) return 0;
  if (rule === 'ANY') return 1;
  return rule === 'ALL' ? groups : Math.floor(groups / 2) + 1;
}

function evaluate(group: PolicyGroup, name: string, identities: readonly PolicySubject[]): boolean {
  const policy = group.policies.get(name);
  if (policy === undefined) return false;
  if (policy.kind === 'signature') return evaluatePolicy(policy.policy, identities);
  let missing = threshold(policy.rule, group.groups.size);
  for (const child of group.groups.values()) {
    if (missing === 0) break;
    if (evaluate(child, policy.subPolicy, identities)) missing -= 1;
  }
  return missing === 0;
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
