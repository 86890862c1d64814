import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { encodeQueryReads, type KVRead } from '../wire/rwset';
import { RangeQueryResults } from './rangequery';

const reads = (count: number): KVRead[] =>
  Array.from({ length: count }, (_, index) => ({ key: `key ${index}`, version: { block: 1, tx: index } }));
const hash = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (all: readonly KVRead[], from: number, to: number): Buffer => hash(encodeQueryReads(all.slice(from, to)));

function resultOf(all: readonly KVRead[], degree: number): ReturnType<RangeQueryResults['done']> {
  const results = new RangeQueryResults(degree);
  for (const read of all) results.add(read);
  return results.done();
}

describe('what a range read has seen', () => {
  test('few reads are listed', () => {
    expect(resultOf(reads(3), 3)).toEqual(reads(3));
  });

  // The shapes that Fabric's own tests of its tree describe: a leaf is degree + 1 reads, a parent degree + 1 children.
  test('one more than the degree is one hash', () => {
    const all = reads(4);
    expect(resultOf(all, 3)).toEqual({ maxDegree: 3, maxLevel: 1, maxLevelHashes: [leaf(all, 0, 4)] });
  });

  test('what does not fill a leaf makes a smaller one', () => {
    const all = reads(9);
    const maxLevelHashes = [leaf(all, 0, 4), leaf(all, 4, 8), leaf(all, 8, 9)];
    expect(resultOf(all, 3)).toEqual({ maxDegree: 3, maxLevel: 1, maxLevelHashes });
  });

  test('more leaves than the degree make a level above', () => {
    const all = reads(20);
    const parent = hash(leaf(all, 0, 4), leaf(all, 4, 8), leaf(all, 8, 12), leaf(all, 12, 16));
    expect(resultOf(all, 3)).toEqual({ maxDegree: 3, maxLevel: 2, maxLevelHashes: [parent, leaf(all, 16, 20)] });
  });
});
