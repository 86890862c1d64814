/** Every state of some small worlds, and faulty rules that must be found in them. */
import { describe, expect, test } from '@jest/globals';
import { explore, Violation } from './explorer';
import { FAULTS } from './faults';
import { QUICK } from './scopes';

const scopeOf = (name: string) => {
  const found = QUICK.find((scope) => scope.name === name);
  if (found === undefined) throw new Error(`no scope ${name}`);
  return found;
};

describe('in every state that any sequence of acts leads to', () => {
  test.each(QUICK.map(({ name }) => name))('of %s, and in every block of two, never-twice holds', async (name) => {
    const figures = await explore(scopeOf(name));
    // A world in which little happens shows little.
    expect(figures.states).toBeGreaterThan(100);
    for (const count of [figures.accepted, figures.refused, figures.pairs, figures.conflicts]) {
      expect(count).toBeGreaterThan(100);
    }
  });
});

describe('the search finds', () => {
  test.each(FAULTS)('$name', async ({ scope, finds, faults }) => {
    const found = await explore(scopeOf(scope), faults).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(found).toBeInstanceOf(Violation);
    expect((found as Violation).message).toMatch(finds);
    expect((found as Violation).path.length).toBeGreaterThan(0);
  });
});
