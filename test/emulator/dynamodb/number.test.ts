import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addNumbers, compareNumbers, formatNumber, numberBytes, parseNumber, subtractNumbers } from '../../../src/emulator/dynamodb/number.ts';

const canonical = (text: string) => formatNumber(parseNumber(text));

describe('numbers', () => {
  test.each([
    ['0042.1200', '42.12'],
    ['1E125', `1${'0'.repeat(125)}`],
    ['-0', '0'],
    ['0e125', '0'],
    ['1e-3', '0.001'],
    ['-12.50', '-12.5'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ])('parseNumber() and formatNumber() turn %s into what DynamoDB answers', (written, stored) => {
    expect(canonical(written)).toBe(stored);
  });

  // Recorded from DynamoDB: each message is AWS's own.
  test.each([
    ['1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['-1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['1e99999999999', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['0e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['1e-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['0e-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['123456789012345678901234567890123456789', 'Attempting to store more than 38 significant digits in a Number'],
    ['-1.23456789012345678901234567890123456789', 'Attempting to store more than 38 significant digits in a Number'],
    ['', 'The parameter cannot be converted to a numeric value'],
    ['b', 'The parameter cannot be converted to a numeric value: b'],
    ['1e9223372036854775808', 'The parameter cannot be converted to a numeric value: 1e9223372036854775808'],
  ])('parseNumber() refuses %j', (written, message) => {
    expect(() => parseNumber(written)).toThrow(message);
  });

  // Measured on DynamoDB against its 400 KB gate, to the byte.
  test.each([
    ['0', 1],
    ['1', 2],
    ['12', 2],
    ['123', 3],
    ['100', 2],
    ['1010', 3],
    ['0.0000001', 2],
    ['1E125', 2],
    ['1E-100', 2],
    ['1.5', 3],
    ['1.234', 4],
    ['3.14159', 5],
    ['123456', 4],
    ['100.5', 4],
    ['0.15', 2],
    ['-42', 3],
    ['12345678901234567890123456789012345678', 20],
  ])('numberBytes() of %s', (written, bytes) => {
    expect(numberBytes(canonical(written))).toBe(bytes);
  });

  test('addNumbers() is exact where floating point is not', () => {
    expect(formatNumber(addNumbers(parseNumber('0.1'), parseNumber('0.2')))).toBe('0.3');
    expect(formatNumber(addNumbers(parseNumber('9007199254740993'), parseNumber('1')))).toBe('9007199254740994');
    expect(formatNumber(subtractNumbers(parseNumber('1'), parseNumber('1.000000000000000000001')))).toBe('-0.000000000000000000001');
  });

  test('addNumbers() refuses a sum it could not hold exactly', () => {
    expect(() => addNumbers(parseNumber('1e30'), parseNumber('1e-30'))).toThrow('more than 38 significant digits');
  });

  test('compareNumbers() orders whole numbers as BigInt does, whatever their notation', () => {
    const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    const scaled = (value: bigint, shift: number) => `${value}${'0'.repeat(shift)}e-${shift}`;
    fc.assert(
      fc.property(whole, whole, fc.nat({ max: 5 }), (a, b, shift) => {
        const order = compareNumbers(parseNumber(scaled(a, shift)), parseNumber(String(b)));
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
