import { expect, test } from '@jest/globals';
import { fields, table, width } from './table';

test('columns line up under wide characters', () => {
  const lines = table(
    ['NAME', 'N'],
    [
      ['深圳', '1'],
      ['abcdef', '2'],
    ],
  ).split('\n');
  expect(lines).toEqual(['NAME    N', '深圳    1', 'abcdef  2']);
  expect(lines.map((line) => width(line))).toEqual([9, 9, 9]);
});

test('fields without a value are left out', () => {
  expect(
    fields([
      ['id', 'x'],
      ['gone', undefined],
      ['status', 'y'],
    ]),
  ).toBe('id      x\nstatus  y');
});
