import { describe, expect, test } from '@jest/globals';
import { Batcher } from './batcher';

describe('a batcher', () => {
  test('runs what arrives together at once, and what arrives meanwhile together afterwards', async () => {
    const batches: number[][] = [];
    const batcher = new Batcher<number, number>((items) => {
      batches.push([...items]);
      return new Promise((resolve) =>
        setTimeout(
          resolve,
          10,
          items.map((item) => item * 2),
        ),
      );
    }, 100);

    const first = [batcher.add(1), batcher.add(2)];
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = [batcher.add(3), batcher.add(4), batcher.add(5)];

    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  test('keeps to the most items of a batch', async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>((items) => {
      sizes.push(items.length);
      return Promise.resolve(items);
    }, 3);

    await Promise.all(Array.from({ length: 8 }, (_, i) => batcher.add(i)));

    expect(sizes).toEqual([3, 3, 2]);
  });

  test('fails those of a batch that fails, and no others', async () => {
    const batcher = new Batcher<string, string>(
      (items) => (items.includes('bad') ? Promise.reject(new Error('no')) : Promise.resolve(items)),
      1,
    );

    const results = await Promise.allSettled([batcher.add('good'), batcher.add('bad'), batcher.add('fine')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('fails rather than mixes up answers when their number is wrong', async () => {
    const batcher = new Batcher<number, number>(() => Promise.resolve([]), 10);

    await expect(batcher.add(1)).rejects.toThrow('another number of results');
  });
});
