import { describe, expect, test } from '@jest/globals';
import { inOrder } from './import';

describe('several at once', () => {
  test('results are taken in the order of the items, whichever is ready first', async () => {
    // Given three items of which the first is ready last
    const finish: (() => void)[] = [];
    const taken: string[] = [];
    const all = inOrder(
      ['a', 'b', 'c'],
      3,
      (item) =>
        new Promise<string>((resolve) =>
          finish.push(() => {
            resolve(item.toUpperCase());
          }),
        ),
      (result) => taken.push(result),
    );
    // When
    finish[2]?.();
    finish[1]?.();
    await Promise.resolve();
    expect(taken).toEqual([]);
    finish[0]?.();
    await all;
    // Then
    expect(taken).toEqual(['A', 'B', 'C']);
  });

  test('after a failure nothing new is begun', async () => {
    const begun: number[] = [];
    const work = (item: number): Promise<number> => {
      begun.push(item);
      return item === 2 ? Promise.reject(new Error('no')) : Promise.resolve(item);
    };
    await expect(inOrder([1, 2, 3, 4], 1, work, () => undefined)).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });

  test('no more are under way than allowed', async () => {
    let underWay = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
    };
    await inOrder(Array.from({ length: 20 }), 3, work, () => undefined);
    expect(most).toBe(3);
  });
});
