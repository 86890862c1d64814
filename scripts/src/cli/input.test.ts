import { describe, expect, test } from '@jest/globals';
import { UsageError } from './errors';
import { Input } from './input';

describe('money', () => {
  const read = (text: string): unknown => new Input([], { amount: text }).money('amount');

  test.each([
    ['1000.00', 'CNY', '1000.00'],
    ['0.01', 'CNY', '0.01'],
    ['1000.00 EUR', 'EUR', '1000.00'],
    ['EUR 1000', 'EUR', '1000'],
    ['JPY1000', 'JPY', '1000'],
  ])('%s is read', (text, currency, amount) => {
    expect(read(text)).toEqual({ currency, amount });
  });

  test.each(['', '-1', '1e3', '1,000.00', 'EUR', 'EUR 1 EUR', '1.', '.5', '１', '1 eur'])('%j is refused', (text) => {
    expect(() => read(text)).toThrow(UsageError);
  });
});

describe('whole numbers', () => {
  const read = (text: string): number | undefined => new Input([], { dueDays: text }).integer('dueDays', 1, 200);

  test('the bounds belong to the range', () => {
    expect([read('1'), read('200')]).toEqual([1, 200]);
  });

  test.each(['0', '201', '1.5', '-1', 'x', '', '9999999999'])('%j is refused, naming the option', (text) => {
    expect(() => read(text)).toThrow(/^--due-days: /);
  });

  test('left out, there is none', () => {
    expect(new Input([], {}).integer('dueDays', 1, 2)).toBeUndefined();
  });
});
