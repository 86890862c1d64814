import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentMoney, minorUnits, positiveMinorUnits } from './amount';
import { dayInFormat, dayOfTimestamp, writtenDate, xsdDate } from './date';

describe('amounts', () => {
  test.each([
    ['2164272.85', 'CNY', 216427285n],
    ['35', 'EUR', 3500n],
    ['-0.01', 'EUR', -1n],
    ['+0.10', 'EUR', 10n],
    ['0.10', 'CNY', 10n],
    ['１２．５０', 'CNY', 1250n],
    ['1000.00', 'JPY', 1000n],
    ['1.234', 'KWD', 1234n],
    ['9007199254740993.01', 'CNY', 900719925474099301n],
  ])('%s %s is %s minor units', (text, currency, minor) => {
    expect(minorUnits(text, currency, 'Amount')).toBe(minor);
  });

  test.each([
    ['1.234', 'CNY'],
    ['1.000', 'CNY'],
    ['1000.50', 'JPY'],
    ['1e3', 'CNY'],
    ['1,000.00', 'CNY'],
    ['', 'CNY'],
    ['.', 'CNY'],
    ['-', 'CNY'],
    ['NaN', 'CNY'],
    ['0x10', 'CNY'],
    ['1 000', 'CNY'],
    ['1234567890123456789', 'CNY'],
    ['1', 'XXX'],
  ])('%j %s is refused', (text, currency) => {
    expect(() => minorUnits(text, currency, 'Amount')).toThrow();
  });

  test('zero and less back nothing', () => {
    expect(() => positiveMinorUnits('0.00', 'CNY', 'Amount')).toThrow('more than zero');
    expect(() => positiveMinorUnits('-1', 'CNY', 'Amount')).toThrow('more than zero');
  });

  test('what is written is read back, for every currency and size', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
        fc.constantFrom('CNY', 'JPY', 'KWD'),
        (minor, currency) => {
          expect(minorUnits(documentMoney(currency, minor).amount, currency, 'Amount')).toBe(minor);
        },
      ),
    );
  });
});

describe('days', () => {
  test('are read in the form of each format', () => {
    expect(xsdDate('2026-10-04', 'd')).toBe('2026-10-04');
    expect(xsdDate('2026-10-04+08:00', 'd')).toBe('2026-10-04');
    expect(dayOfTimestamp('2026-10-04 10:00:05', 'd')).toBe('2026-10-04');
    expect(dayInFormat('20240229', '102', 'd')).toBe('2024-02-29');
    expect(dayInFormat('202402292359', '203', 'd')).toBe('2024-02-29');
    expect(dayInFormat('20240229235959', '204', 'd')).toBe('2024-02-29');
    for (const text of [
      '2026-10-04',
      '2026/10/4',
      '2026.10.4',
      '2026/10/4 0:00',
      '2026年10月4日',
      '２０２６１００４',
    ]) {
      expect(writtenDate(text, 'd')).toBe('2026-10-04');
    }
  });

  test('that do not exist or could be mistaken are refused', () => {
    for (const text of [
      '2023-02-29',
      '2026-13-01',
      '2026-04-31',
      '2026-10-00',
      '04/10/2026',
      '04-10-2026',
      '',
      '2026-10',
    ]) {
      expect(() => writtenDate(text, 'd')).toThrow('not a calendar day');
    }
    expect(() => dayInFormat('2026-10-04', '102', 'd')).toThrow('YYYYMMDD');
    expect(() => dayInFormat('20261004', '203', 'd')).toThrow('YYYYMMDD');
    expect(() => dayInFormat('202640', '616', 'd')).toThrow('must have 102');
    expect(() => xsdDate('2026-10-04 10:00', 'd')).toThrow('YYYY-MM-DD');
  });
});
