import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isStorable, storable } from './storable';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', 'u', '0', '\0', '\ud83d', '\ude00', 'd8') }),
);

test('a text is stored exactly where it has no character of value zero and no half of a pair', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(isStorable(JSON.stringify({ text }))).toBe(!/[\0\p{Cs}]/u.test(text));
      expect(isStorable(JSON.stringify(storable(text)))).toBe(true);
      if (isStorable(JSON.stringify(text))) expect(storable(text)).toBe(text);
    }),
  );
});
