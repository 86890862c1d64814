import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requireDistinctMembers } from './json-members';

const check = (text: string): void => {
  requireDistinctMembers(text, JSON.parse(text));
};

test('a JSON text with each member once is taken', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, '\t'), (text, space) => {
      check(JSON.stringify(JSON.parse(text), null, space));
    }),
  );
  const slashes = JSON.stringify('\\'.repeat(100_000));
  for (const text of [JSON.stringify({ 'a":': ':', '\\': '\\":' }), '{"__proto__":{"a":1}}', '["a",":"]', '1', slashes])
    check(text);
});

test.each([
  '{"amount":1,"amount":2}',
  '{"a":{"b":1 , "b"\n:1}}',
  '[{"a":1},{"a":{},"\\u0061":[]}]',
  '{"__proto__":1,"__proto__":2}',
])('one with a member twice is refused: %s', (text) => {
  expect(() => {
    check(text);
  }).toThrow('stands twice');
});

test('a deep text is no fault', () => {
  check('[{"a":'.repeat(5_000) + '1' + '}]'.repeat(5_000));
});
