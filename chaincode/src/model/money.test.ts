/** Money: exact from text to minor units and back. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  currencies,
  currencyMinorDigits,
  formatAmount,
  minorOf,
  MoneySchema,
  parseAmount,
  PositiveMoneySchema,
} from './money';
import { validate } from './validation';

describe('an amount', () => {
  test('is the same after it was written and read, in every currency and beyond 2^53', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencies()), fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (currency, minor) => {
        expect(parseAmount(currency, formatAmount(currency, minor))).toBe(minor);
      }),
    );
  });

  test('of different texts is different', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 59n }), (minor) => {
        expect(formatAmount('CNY', minor)).not.toBe(formatAmount('CNY', minor + 1n));
      }),
    );
  });

  test.each([
    ['CNY', '1', 100n],
    ['CNY', '1.0', 100n],
    ['CNY', '1.01', 101n],
    ['CNY', '0.01', 1n],
    ['CNY', '0', 0n],
    ['CNY', '90071992547409.93', 9007199254740993n],
    ['CNY', '999999999999999999.99', 99999999999999999999n],
    ['JPY', '1000', 1000n],
    ['KWD', '1.001', 1001n],
    ['KWD', '1', 1000n],
  ])('in %s of %s is %s minor units', (currency, amount, minor) => {
    expect(parseAmount(currency, amount)).toBe(minor);
    expect(minorOf({ currency, amount })).toBe(minor);
  });

  test.each([
    ['CNY', '1.001', 'amount'],
    ['JPY', '1.0', 'amount'],
    ['KWD', '1.0001', 'amount'],
    ['CNY', '-1', 'amount'],
    ['CNY', '+1', 'amount'],
    ['CNY', '1e2', 'amount'],
    ['CNY', '1E2', 'amount'],
    ['CNY', '0x1', 'amount'],
    ['CNY', '01', 'amount'],
    ['CNY', '1.', 'amount'],
    ['CNY', '.1', 'amount'],
    ['CNY', '1,000', 'amount'],
    ['CNY', '１', 'amount'],
    ['CNY', ' 1', 'amount'],
    ['CNY', '1\n', 'amount'],
    ['CNY', 'Infinity', 'amount'],
    ['CNY', '', 'amount'],
    ['CNY', '1000000000000000000', 'amount'],
    ['RMB', '1', 'currency'],
    ['cny', '1', 'currency'],
    ['XAU', '1', 'currency'],
    ['', '1', 'currency'],
    ['__proto__', '1', 'currency'],
  ])('in %j of %j is refused by the field %s', (currency, amount, field) => {
    expect(typeof parseAmount(currency, amount)).toBe('string');
    expect(validate(MoneySchema, { currency, amount })).toMatchObject({ ok: false, error: { field } });
    expect(() => minorOf({ currency, amount })).toThrow('unchecked money');
  });

  test.each([[1], [null], [1n], [{}]])('that is no text is refused: %p', (amount) => {
    expect(validate(MoneySchema, { currency: 'CNY', amount })).toMatchObject({ ok: false, error: { field: 'amount' } });
  });

  test('of zero is money, and not a positive amount', () => {
    for (const amount of ['0', '0.00']) {
      expect(MoneySchema.safeParse({ currency: 'CNY', amount }).success).toBe(true);
      expect(validate(PositiveMoneySchema, { currency: 'CNY', amount })).toMatchObject({
        ok: false,
        error: { field: 'amount' },
      });
    }
  });

  test('below zero, or in no currency, is never shown', () => {
    expect(() => formatAmount('CNY', -1n)).toThrow('negative');
    expect(() => formatAmount('RMB', 1n)).toThrow('not a currency');
  });
});

test('currencies have the digits of ISO 4217', () => {
  const digits = ['CNY', 'USD', 'EUR', 'JPY', 'KRW', 'KWD', 'BHD', 'ISK', 'CLP'].map(currencyMinorDigits);
  expect(digits).toEqual([2, 2, 2, 0, 0, 3, 3, 0, 0]);
  expect(new Set(currencies()).size).toBe(currencies().length);
});
