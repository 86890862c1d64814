import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareKeys, historyBounds, historyKey, versionOfHistoryKey } from './keys';

const anyKey = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u0000', 'a', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 6,
});

describe('database keys', () => {
  test('keys compare like their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')));
      }),
    );
  });

  test("a key's history is within its bounds, another key's is not", () => {
    fc.assert(
      fc.property(anyKey, anyKey, fc.nat(), fc.nat({ max: 500 }), (key, other, block, tx) => {
        const isWithin = (candidate: string): boolean => {
          const { gte, lt } = historyBounds('ns', key);
          return compareKeys(candidate, gte) >= 0 && compareKeys(candidate, lt) < 0;
        };
        const entry = historyKey('ns', key, block, tx);
        expect(isWithin(entry)).toBe(true);
        expect(versionOfHistoryKey(entry)).toEqual({ block, tx });
        if (other !== key) expect(isWithin(historyKey('ns', other, block, tx))).toBe(false);
      }),
    );
  });
});
