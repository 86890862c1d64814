import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterLoss, backOff, cutGroup, inHalves, jitter } from './group';
import type { Queued } from './intent';

function aCommand(change: Partial<Queued> = {}): Queued {
  return { intentId: 'a', command: '{}', asset: undefined, tries: 0, cap: Number.POSITIVE_INFINITY, ...change };
}

const LIMITS = { commands: 10, bytes: 100 };

const queues = fc
  .array(
    fc.record({
      command: fc.string({ minLength: 1, maxLength: 60 }),
      asset: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
      tries: fc.nat(5),
      cap: fc.constantFrom(1, 2, 4, Number.POSITIVE_INFINITY),
    }),
    { maxLength: 40 },
  )
  .map((items) => items.map((item, i): Queued => ({ ...item, intentId: String(i) })));

describe('a group', () => {
  test('holds no more commands and bytes than it may, and never two on one asset', () => {
    fc.assert(
      fc.property(queues, (queue) => {
        const { group } = cutGroup(queue, LIMITS);
        expect(group.length).toBeLessThanOrEqual(LIMITS.commands);
        expect(group.every(({ cap }) => group.length <= cap)).toBe(true);
        const bytes = group.reduce((sum, { command }) => sum + command.length, 0);
        expect(group.length === 1 || bytes <= LIMITS.bytes).toBe(true);
        const assets = group.flatMap(({ asset }) => asset ?? []);
        expect(new Set(assets).size).toBe(assets.length);
      }),
    );
  });

  test('loses no command and turns none around on one asset', () => {
    fc.assert(
      fc.property(queues, (queue) => {
        const order: Queued[] = [];
        let left: readonly Queued[] = queue;
        while (left.length > 0) {
          const { group, rest } = cutGroup(left, LIMITS);
          expect(group.length).toBeGreaterThan(0);
          order.push(...group);
          left = rest;
        }
        expect(order.map(({ intentId }) => Number(intentId)).sort((a, b) => a - b)).toEqual(queue.map((_, i) => i));
        for (const asset of ['x', 'y', 'z']) {
          const ids = order.filter((item) => item.asset === asset).map(({ intentId }) => Number(intentId));
          expect(ids).toEqual([...ids].sort((a, b) => a - b));
        }
      }),
    );
  });

  test('takes one command alone however large it is', () => {
    const large = aCommand({ command: 'x'.repeat(1000) });

    expect(cutGroup([large, aCommand()], LIMITS)).toEqual({ group: [large], rest: [aCommand()] });
  });
});

describe('a group that lost', () => {
  test('is tried again as it is the first time, and in halves from then on', () => {
    const group = Array.from({ length: 9 }, () => aCommand());

    const once = afterLoss(group);
    const twice = afterLoss(once);

    expect(once.map(({ tries, cap }) => [tries, cap])).toEqual(group.map(() => [1, Number.POSITIVE_INFINITY]));
    expect(twice.map(({ tries, cap }) => [tries, cap])).toEqual(group.map(() => [2, 5]));
  });

  test('is refused as a whole: its commands go in halves, down to one', () => {
    expect(inHalves([aCommand(), aCommand(), aCommand()]).map(({ cap }) => cap)).toEqual([2, 2, 2]);
    expect(inHalves([aCommand({ cap: 1 })]).map(({ cap }) => cap)).toEqual([1]);
  });
});

describe('waits', () => {
  test('are bounded and never negative', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (times, random) => {
        expect(jitter(times, random)).toBeGreaterThanOrEqual(0);
        expect(jitter(times, random)).toBeLessThan(1000);
        expect(backOff(times, random)).toBeGreaterThanOrEqual(50);
        expect(backOff(times, random)).toBeLessThanOrEqual(5000);
      }),
    );
  });
});
