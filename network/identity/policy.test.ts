import { SignaturePolicyEnvelope } from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  evaluatePolicy,
  formatPolicy,
  organizationsOf,
  parsePolicy,
  PolicyError,
  policyFromEnvelope,
  type PolicySubject,
  policyToEnvelope,
  type Principal,
  PRINCIPAL_ROLES,
  satisfyingOrganizations,
  type SignaturePolicy,
} from './policy';

const ORGANIZATIONS = ['A', 'B', 'C', 'D', 'E'];

function peer(mspId: string, number = 0): PolicySubject {
  return { mspId, certificateId: `${mspId}${number}`, role: 'peer' };
}

const leaf = fc.record({
  kind: fc.constant('signedBy' as const),
  mspId: fc.constantFrom(...ORGANIZATIONS),
  role: fc.constantFrom(...PRINCIPAL_ROLES),
});

/** Gates up to three deep, with thresholds from none to one too many, as Fabric's text allows. */
const policies: fc.Arbitrary<SignaturePolicy> = gates(leaf, 2);

function gates(below: fc.Arbitrary<SignaturePolicy>, depth: number): fc.Arbitrary<SignaturePolicy> {
  const gate = fc
    .array(below, { minLength: 1, maxLength: 4 })
    .chain((rules) => fc.nat(rules.length + 1).map((n): SignaturePolicy => ({ kind: 'outOf', n, rules })));
  return depth === 0 ? gate : gates(fc.oneof(leaf, gate), depth - 1);
}

function errorOf(run: () => unknown): PolicyError {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the text form', () => {
  test('is read into gates and principals', () => {
    expect(parsePolicy(`AND('A.peer', OR("B.b-1.member", OutOf(2,'C.admin','D.client' , 'E.orderer')))`)).toEqual({
      kind: 'outOf',
      n: 2,
      rules: [
        { kind: 'signedBy', mspId: 'A', role: 'peer' },
        {
          kind: 'outOf',
          n: 1,
          rules: [
            { kind: 'signedBy', mspId: 'B.b-1', role: 'member' },
            {
              kind: 'outOf',
              n: 2,
              rules: [
                { kind: 'signedBy', mspId: 'C', role: 'admin' },
                { kind: 'signedBy', mspId: 'D', role: 'client' },
                { kind: 'signedBy', mspId: 'E', role: 'orderer' },
              ],
            },
          ],
        },
      ],
    });
  });

  test.each(['And', 'and', 'AND'])('takes the spelling %s', (word) => {
    expect(parsePolicy(`${word}('A.peer','B.peer')`)).toEqual(parsePolicy(`OutOf(2,'A.peer','B.peer')`));
  });

  test.each([
    ['', 0],
    ["'A.peer'", 0],
    ['aND("A.peer")', 0],
    ['AND()', 4],
    ["AND('A.peer'", 12],
    ["AND('A.peer',)", 13],
    ["AND('A.peer') x", 14],
    ["AND('A.boss')", 4],
    ["AND('A_B.peer')", 4],
    ["AND('A.peer)", 4],
    ["OutOf('A.peer')", 6],
    ["OutOf(3, 'A.peer')", 0],
    ["OutOf(-1, 'A.peer')", 6],
    ["OR('A.peer', OutOf(1 'B.peer'))", 21],
    ['AND('.repeat(40), 132],
  ])('refuses %s at character %d', (text, position) => {
    expect(errorOf(() => parsePolicy(text)).position).toBe(position);
  });

  test('survives writing and reading', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(parsePolicy(formatPolicy(policy))).toEqual(policy);
      }),
    );
  });

  test('is read or refused, whatever it is', () => {
    const words = fc.constantFrom('AND', 'OR', 'OutOf', '(', ')', ',', "'A.peer'", '"B.member"', '2', ' ', 'x', "'");
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        try {
          expect(parsePolicy(parts.join('')).kind).toBe('outOf');
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
        }
      }),
    );
  });
});

describe('evaluation', () => {
  test('needs the role, not only the organisation', () => {
    const policy = parsePolicy("AND('A.peer')");
    expect(evaluatePolicy(policy, [{ ...peer('A'), role: 'client' }])).toBe(false);
    expect(evaluatePolicy(policy, [{ ...peer('A'), role: undefined }])).toBe(false);
    expect(evaluatePolicy(policy, [peer('B')])).toBe(false);
    expect(evaluatePolicy(policy, [peer('A')])).toBe(true);
  });

  test('takes anyone of the organisation as a member', () => {
    const policy = parsePolicy("AND('A.member')");
    expect(evaluatePolicy(policy, [{ ...peer('A'), role: undefined }])).toBe(true);
    expect(evaluatePolicy(policy, [{ ...peer('A'), role: 'admin' }])).toBe(true);
    expect(evaluatePolicy(policy, [peer('B')])).toBe(false);
  });

  test('counts one certificate once', () => {
    const policy = parsePolicy("AND('A.peer', 'A.peer')");
    expect(evaluatePolicy(policy, [peer('A'), peer('A')])).toBe(false);
    expect(evaluatePolicy(policy, [peer('A', 1), peer('A', 2)])).toBe(true);
  });

  test('lets one identity satisfy one leaf only', () => {
    expect(evaluatePolicy(parsePolicy("AND('A.peer', 'A.member')"), [peer('A')])).toBe(false);
    expect(evaluatePolicy(parsePolicy("OR('A.peer', 'A.member')"), [peer('A')])).toBe(true);
  });

  test('gives identities back that a failed gate had taken', () => {
    const policy = parsePolicy("OR(AND('A.peer', 'B.peer'), 'A.peer')");
    expect(evaluatePolicy(policy, [peer('A')])).toBe(true);
  });

  test("tries all rules of a satisfied gate, as Fabric's does", () => {
    const policy = parsePolicy("AND(OR('A.peer', 'B.peer'), 'B.peer')");
    expect(evaluatePolicy(policy, [peer('A'), peer('B')])).toBe(false);
    expect(evaluatePolicy(policy, [peer('A'), peer('B', 1), peer('B', 2)])).toBe(true);
  });

  test('assigns from left to right without going back', () => {
    const admin: PolicySubject = { mspId: 'A', certificateId: 'admin', role: 'admin' };
    const policy = parsePolicy("AND('A.member', 'A.admin')");
    expect(evaluatePolicy(policy, [admin, peer('A')])).toBe(false);
    expect(evaluatePolicy(policy, [peer('A'), admin])).toBe(true);
  });

  test('needs nobody for none, and cannot give one too many', () => {
    expect(evaluatePolicy(parsePolicy("OutOf(0, 'A.peer')"), [])).toBe(true);
    expect(evaluatePolicy(parsePolicy("OutOf(2, 'A.peer')"), [peer('A', 1), peer('A', 2)])).toBe(false);
  });

  test('is threshold logic where every leaf is of another organisation', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(), fc.array(fc.nat(15), { maxLength: 12 }), (sizes, seed, present) => {
        let next = 0;
        const groups = sizes.map((size) => Array.from({ length: size }, () => `M${next++}`));
        const inner = groups.map((group, at): SignaturePolicy & { kind: 'outOf' } => ({
          kind: 'outOf',
          n: 1 + ((seed + at) % group.length),
          rules: group.map((mspId) => ({ kind: 'signedBy', mspId, role: 'peer' })),
        }));
        const n = 1 + (seed % sizes.length);
        const signers = new Set(present.map((number) => `M${number}`));
        const satisfied = inner.filter(
          (gate, at) => (groups[at] ?? []).filter((mspId) => signers.has(mspId)).length >= gate.n,
        );
        const identities = [...signers].map((mspId) => peer(mspId));
        expect(evaluatePolicy({ kind: 'outOf', n, rules: inner }, identities)).toBe(satisfied.length >= n);
      }),
    );
  });

  test('does not change when identities are repeated', () => {
    const signers = fc.array(
      fc.constantFrom(...ORGANIZATIONS).map((mspId) => peer(mspId)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(policies, signers, (policy, identities) => {
        expect(evaluatePolicy(policy, [...identities, ...identities])).toBe(evaluatePolicy(policy, identities));
      }),
    );
  });
});

describe('the organisations to ask', () => {
  const two = parsePolicy("OutOf(2, 'A.peer', 'B.peer', 'C.peer')");

  test('are those that the policy names, each once', () => {
    expect(organizationsOf(parsePolicy("OR('B.peer', AND('A.peer', 'B.admin'))"))).toEqual(['B', 'A']);
  });

  test('are the fewest, the preferred first', () => {
    expect(satisfyingOrganizations(two, ['C'], ['A', 'B', 'C'])).toEqual(['C', 'A']);
    expect(satisfyingOrganizations(two, [], ['A', 'B', 'C'])).toEqual(['A', 'B']);
    expect(satisfyingOrganizations([two, parsePolicy("OR('C.peer')")], [], ['A', 'B', 'C'])).toEqual(['A', 'C']);
    expect(satisfyingOrganizations([two, two], [], ['A', 'B', 'C'])).toEqual(['A', 'B']);
    expect(satisfyingOrganizations([two, parsePolicy("OR('Z.peer')")], [], ['A', 'B', 'C'])).toBeUndefined();
    expect(satisfyingOrganizations(two, ['Z', 'B', 'C'], ['A', 'B', 'C', 'Z'])).toEqual(['B', 'C']);
  });

  test('are fewer before they are preferred', () => {
    const policy = parsePolicy("OR(AND('A.peer', 'B.peer'), 'C.peer')");
    expect(satisfyingOrganizations(policy, ['A', 'B'], ['A', 'B', 'C'])).toEqual(['C']);
  });

  test('are only those that are available, also when preferred', () => {
    expect(satisfyingOrganizations(two, ['A', 'B'], ['B', 'C'])).toEqual(['B', 'C']);
    expect(satisfyingOrganizations(two, ['A', 'B'], ['B'])).toBeUndefined();
  });

  test('cannot be found for roles that peers do not have', () => {
    expect(satisfyingOrganizations(parsePolicy("AND('A.admin')"), [], ['A'])).toBeUndefined();
  });

  test('are found at once in a large consortium', () => {
    const all = Array.from({ length: 40 }, (_, number) => `M${number}`);
    const policy = parsePolicy(`OutOf(20, ${all.map((mspId) => `'${mspId}.peer'`).join(', ')})`);
    expect(satisfyingOrganizations(policy, [], all)).toEqual(all.slice(0, 20));
  });

  test('are irreducible when a smallest set would take too long', () => {
    const all = Array.from({ length: 36 }, (_, number) => `M${number}`);
    const pairs = all.map((mspId, at) => `OR('${mspId}.peer', '${all[(at + 18) % 36] ?? ''}.peer')`);
    const found = satisfyingOrganizations(parsePolicy(`OutOf(12, ${pairs.join(', ')})`), [], all) ?? [];
    expect(
      evaluatePolicy(
        parsePolicy(`OutOf(12, ${pairs.join(', ')})`),
        found.map((mspId) => peer(mspId)),
      ),
    ).toBe(true);
  });

  test('satisfy the policy, and no smaller set does', () => {
    const subsets = Array.from({ length: 2 ** ORGANIZATIONS.length }, (_, bits) =>
      ORGANIZATIONS.filter((_mspId, at) => (bits >> at) & 1),
    );
    fc.assert(
      fc.property(policies, (policy) => {
        const enough = subsets.filter((mspIds) =>
          evaluatePolicy(
            policy,
            mspIds.map((mspId) => peer(mspId)),
          ),
        );
        const smallest = enough.length === 0 ? undefined : Math.min(...enough.map((mspIds) => mspIds.length));
        const found = satisfyingOrganizations(policy, [], ORGANIZATIONS);
        expect(found?.length).toBe(smallest);
        if (found !== undefined)
          expect(
            evaluatePolicy(
              policy,
              found.map((mspId) => peer(mspId)),
            ),
          ).toBe(true);
      }),
    );
  });
});

describe('the message', () => {
  test('survives writing and reading', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(policyFromEnvelope(policyToEnvelope(policy).serializeBinary())).toEqual(policy);
      }),
    );
  });

  test('is refused when it points beyond its identities', () => {
    const envelope = policyToEnvelope(parsePolicy("AND('A.peer', 'B.peer')"));
    envelope.setIdentitiesList(envelope.getIdentitiesList().slice(0, 1));
    expect(() => policyFromEnvelope(envelope)).toThrow(PolicyError);
  });

  test.each<[string, Principal]>([
    ['a unit', { kind: 'signedByUnit', mspId: 'A', unit: 'warehouse', certifiers: 'ab01' }],
    ['whoever is known', { kind: 'signedByNominal' }],
    ['an anonymous one', { kind: 'signedByNobody', classification: 3, principal: Uint8Array.of(8, 1) }],
    [
      'several at once',
      {
        kind: 'signedByCombined',
        principals: [{ kind: 'signedBy', mspId: 'A', role: 'peer' }, { kind: 'signedByNominal' }],
      },
    ],
  ])('survives writing and reading with a principal that is %s', (_name, principal) => {
    const policy: SignaturePolicy = { kind: 'outOf', n: 1, rules: [principal] };
    expect(policyFromEnvelope(policyToEnvelope(policy).serializeBinary())).toEqual(policy);
  });

  test('takes a principal that cannot be read as one that nobody satisfies', () => {
    const envelope = policyToEnvelope(parsePolicy("OutOf(1, 'A.peer', 'B.peer')"));
    envelope.getIdentitiesList()[0]?.setPrincipal(Uint8Array.from([0xff]));
    const policy = policyFromEnvelope(envelope);
    expect(evaluatePolicy(policy, [peer('A')])).toBe(false);
    expect(evaluatePolicy(policy, [peer('B')])).toBe(true);
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.from([0xff, 0xff, 0xff])],
    ['an envelope without a rule', new SignaturePolicyEnvelope().serializeBinary()],
  ])('is refused when it is %s', (_name, bytes) => {
    expect(() => policyFromEnvelope(bytes)).toThrow(PolicyError);
  });
});
