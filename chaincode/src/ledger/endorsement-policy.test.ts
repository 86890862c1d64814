/** Policies of guarded keys: never less than the chaincode's own, and never without a guard. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MEMBER, policyOf, satisfies, subsetsOf, type Wanted } from '../testing/endorsement';
import { guardedPolicy, PolicyError } from './endorsement-policy';

const MEMBERS = ['A', 'B', 'C', 'D', 'E'] as const;
const TWO_OF_FIVE: Wanted = { n: 2, of: MEMBERS };

const enough = (policy: Uint8Array): readonly string[] =>
  subsetsOf(MEMBERS)
    .filter((set) => satisfies(policy, set))
    .map((set) => set.join(''))
    .sort();

describe('the policy of a guarded key', () => {
  test("of two of five needs its guard and any other, as one endorsement counts for guard and chaincode's own", () => {
    const pairs = enough(guardedPolicy(policyOf(TWO_OF_FIVE), ['B'])).filter((set) => set.length === 2);
    expect(pairs).toEqual(['AB', 'BC', 'BD', 'BE']);
  });

  test('needs all guards, who may be enough', () => {
    expect(enough(guardedPolicy(policyOf(TWO_OF_FIVE), ['B', 'D']))).toEqual(
      enough(policyOf({ n: 2, of: ['B', 'D'] })),
    );
  });

  test('of one who must endorse anyway needs nobody else', () => {
    const all: Wanted = { n: 2, of: ['A', 'B'] };
    expect(enough(guardedPolicy(policyOf(all), ['A']))).toEqual(enough(policyOf(all)));
  });

  test('without guards is the own policy, byte by byte: never an empty one', () => {
    const own = policyOf(TWO_OF_FIVE);
    expect(guardedPolicy(own, [])).toEqual(own);
  });

  test('leaves out a guard that the own policy does not name: it has no peer that could endorse', () => {
    const own = policyOf(TWO_OF_FIVE);
    expect(guardedPolicy(own, ['Z'])).toEqual(own);
    expect(enough(guardedPolicy(own, ['B', 'Z']))).toEqual(enough(guardedPolicy(own, ['B'])));
  });

  test('leaves out a guard that the own policy names as something else than its peers', () => {
    const own = policyOf(TWO_OF_FIVE, 1);
    expect(guardedPolicy(own, ['B'])).toEqual(own);
  });

  test("takes an organisation's peer where the own policy asks for any of its members", () => {
    expect(enough(guardedPolicy(policyOf(TWO_OF_FIVE, MEMBER), ['B']))).toEqual(
      enough(guardedPolicy(policyOf(TWO_OF_FIVE), ['B'])),
    );
  });

  test('of alternatives that the guard is in each of leaves the choice', () => {
    const own: Wanted = {
      n: 1,
      of: [
        { n: 2, of: ['A', 'B'] },
        { n: 2, of: ['A', 'C'] },
      ],
    };
    expect(enough(guardedPolicy(policyOf(own), ['A'])).filter((set) => set.length === 2)).toEqual(['AB', 'AC']);
  });

  test.each([
    ['no rule', Uint8Array.of()],
    ['an empty rule', Uint8Array.of(0x12, 0)],
  ])('is refused where the own policy has %s', (_, own) => {
    expect(() => guardedPolicy(own, ['A'])).toThrow(PolicyError);
  });

  const rule = (leaf: fc.Arbitrary<string>): fc.Arbitrary<Wanted> =>
    fc.letrec<{ rule: Wanted }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        leaf,
        fc
          .array(tie('rule'), { minLength: 1, maxLength: 4 })
          .chain((of) => fc.integer({ min: 1, max: of.length }).map((n) => ({ n, of }))),
      ),
    })).rule;
  const guards = fc.subarray([...MEMBERS, 'Z']);

  const leaves = (wanted: Wanted): readonly string[] =>
    typeof wanted === 'string' ? [wanted] : wanted.of.flatMap(leaves);

  /** Whether signatures can be given out to the leaves, each once, so that the rule holds: what a policy means, in any order. */
  function canHold(wanted: Wanted, mspIds: readonly string[]): boolean {
    const ways = (part: Wanted): readonly (readonly string[])[] => {
      if (typeof part === 'string') return [[part]];
      return part.of
        .reduce<readonly (readonly (readonly string[])[])[]>(
          (choices, child) =>
            choices.flatMap((chosen) =>
              chosen.length < part.n ? [chosen, ...ways(child).map((way) => [...chosen, way])] : [chosen],
            ),
          [[]],
        )
        .filter((chosen) => chosen.length === part.n)
        .map((chosen) => chosen.flat());
    };
    return ways(wanted).some((way) => new Set(way).size === way.length && way.every((mspId) => mspIds.includes(mspId)));
  }

  test('is never satisfied without a guard, nor where the own policy cannot be', () => {
    fc.assert(
      fc.property(
        rule(fc.constantFrom(...MEMBERS)).filter((wanted) => leaves(wanted).length <= 9),
        guards,
        (own, guard) => {
          const named = guard.filter((mspId) => leaves(own).includes(mspId));
          for (const set of subsetsOf(MEMBERS)) {
            if (!satisfies(guardedPolicy(policyOf(own), guard), set)) continue;
            expect([set, named.every((mspId) => set.includes(mspId)), canHold(own, set)]).toEqual([set, true, true]);
          }
        },
      ),
    );
  });

  test('asks for no more than guards and own policy where each organisation stands once', () => {
    const once = fc.shuffledSubarray([...MEMBERS], { minLength: 1 }).chain((named) => {
      const split = (mspIds: readonly string[]): fc.Arbitrary<Wanted> => {
        const [first = ''] = mspIds;
        if (mspIds.length === 1) return fc.constant(first);
        return fc
          .tuple(fc.integer({ min: 1, max: mspIds.length - 1 }), fc.boolean())
          .chain(([at, flat]): fc.Arbitrary<Wanted> =>
            flat
              ? fc.integer({ min: 1, max: mspIds.length }).map((n) => ({ n, of: mspIds }))
              : fc
                  .tuple(split(mspIds.slice(0, at)), split(mspIds.slice(at)), fc.integer({ min: 1, max: 2 }))
                  .map(([left, right, n]) => ({ n, of: [left, right] })),
          );
      };
      return split(named);
    });
    fc.assert(
      fc.property(once, guards, (own, guard) => {
        const named = guard.filter((mspId) => leaves(own).includes(mspId));
        const guarded = guardedPolicy(policyOf(own), guard);
        for (const set of subsetsOf(MEMBERS)) {
          const wanted = satisfies(policyOf(own), set) && named.every((mspId) => set.includes(mspId));
          expect([set, satisfies(guarded, set)]).toEqual([set, wanted]);
        }
      }),
    );
  });
});
