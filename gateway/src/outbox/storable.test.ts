import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isStorable, storableJson } from './storable';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', 'u', '0', '\0', '\ud83d', '\ude00', 'd8') }),
);

test('a text is stored exactly where it has no character of value zero and no half of a pair', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(isStorable(JSON.stringify({ text }))).toBe(!/[\0\p{Cs}]/u.test(text));
      const replaced = text.replace(/[\0\p{Cs}]/gu, '\ufffd');
      expect(JSON.parse(storableJson(JSON.stringify({ text })))).toEqual({ text: replaced });
    }),
  );
});
