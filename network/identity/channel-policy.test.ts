import { describe, expect, test } from '@jest/globals';
import { type GroupPolicy, type PolicyGroup, PolicyManager } from './channel-policy';
import { type PolicySubject } from './principal';

const peerOf = (mspId: string): PolicySubject => ({ mspId, certificateId: `peer of ${mspId}`, role: 'peer' });
const adminOf = (mspId: string): PolicySubject => ({ mspId, certificateId: `admin of ${mspId}`, role: 'admin' });

describe("a channel's policies", () => {
  const policies = new PolicyManager(usualPolicies(['A', 'B', 'C', 'D']));

  test.each<[string, readonly PolicySubject[], boolean]>([
    ['/Channel/Application/Writers', [adminOf('A')], true],
    ['/Channel/Application/Writers', [peerOf('A')], false],
    ['/Channel/Application/Readers', [peerOf('D')], true],
    ['/Channel/Application/Readers', [peerOf('X')], false],
    ['/Channel/Application/Endorsement', [peerOf('A'), peerOf('B')], false],
    ['/Channel/Application/Endorsement', [peerOf('A'), peerOf('B'), peerOf('D')], true],
    ['/Channel/Application/Endorsement', [peerOf('A'), peerOf('A'), peerOf('A')], false],
    ['/Channel/Application/LifecycleEndorsement', [peerOf('B'), peerOf('C'), peerOf('D')], true],
    ['/Channel/Application/B/Endorsement', [peerOf('B')], true],
    ['/Channel/Application/B/Endorsement', [adminOf('B'), peerOf('A')], false],
    ['/Channel/Application/X/Endorsement', [peerOf('B')], false],
    ['/Channel/Application/Nothing', [adminOf('A')], false],
    ['Application/Writers', [adminOf('A')], false],
    ['', [adminOf('A')], false],
  ])('%s by %j: %s', (path, identities, satisfied) => {
    expect(policies.satisfied(path, identities)).toBe(satisfied);
  });

  test('that most of the organisations have to satisfy name their peers, to be chosen by', () => {
    const policy = policies.asSignaturePolicy('/Channel/Application/Endorsement');
    expect(policy).toMatchObject({ kind: 'outOf', n: 3, rules: [{ n: 1 }, { n: 1 }, { n: 1 }, { n: 1 }] });
    expect(policies.asSignaturePolicy('/Channel/Application/Nothing')).toBeUndefined();
  });

  test('of a group without subgroups need nobody, except all of none that is missing', () => {
    const of = (rule: 'ANY' | 'ALL' | 'MAJORITY', groups: ReadonlyMap<string, PolicyGroup>): PolicyManager => {
      const policy: GroupPolicy = { kind: 'implicitMeta', rule, subPolicy: 'P' };
      return new PolicyManager({ policies: new Map([['P', policy]]), groups });
    };
    for (const rule of ['ANY', 'ALL', 'MAJORITY'] as const) {
      expect(of(rule, new Map()).satisfied('/Channel/P', [])).toBe(true);
      const without = new Map([['G', { policies: new Map<string, GroupPolicy>(), groups: new Map() }]]);
      expect(of(rule, without).satisfied('/Channel/P', [peerOf('A')])).toBe(false);
    }
  });
});

/** The policies of a channel as Fabric's sample configuration has them, for members with NodeOUs. */
function usualPolicies(members: readonly string[]): PolicyGroup {
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
