import { describe, expect, jest, test } from '@jest/globals';
import { BlockCutter } from './blockcutter';

const limits = { maxMessageCount: 3, preferredMaxBytes: 100, absoluteMaxBytes: 1000, batchTimeoutMs: 50 };

function cutting(sizes: readonly number[]): number[][] {
  const batches: number[][] = [];
  const cutter = new BlockCutter<{ size: number }>(
    () => limits,
    (batch) => batches.push(batch.map(({ size }) => size)),
  );
  for (const size of sizes) cutter.add({ size });
  cutter.flush();
  return batches;
}

describe('a block is cut', () => {
  test('by the number of messages', () => {
    expect(cutting([1, 1, 1, 1])).toEqual([[1, 1, 1], [1]]);
  });

  test('before the message that would make it larger than preferred', () => {
    expect(cutting([60, 40, 1])).toEqual([[60, 40], [1]]);
    expect(cutting([60, 41])).toEqual([[60], [41]]);
  });

  test('around a message that is larger than preferred by itself', () => {
    expect(cutting([10, 101, 10])).toEqual([[10], [101], [10]]);
  });

  test('by the time since its first message, not its last', () => {
    jest.useFakeTimers();
    try {
      const batches: number[] = [];
      const cutter = new BlockCutter<{ size: number }>(
        () => limits,
        (batch) => batches.push(batch.length),
      );
      cutter.add({ size: 1 });
      jest.advanceTimersByTime(40);
      cutter.add({ size: 1 });
      jest.advanceTimersByTime(9);
      expect(batches).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(batches).toEqual([2]);
      jest.advanceTimersByTime(100);
      expect(batches).toEqual([2]);
    } finally {
      jest.useRealTimers();
    }
  });
});
