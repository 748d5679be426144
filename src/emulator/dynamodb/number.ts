import { validationException } from '../aws-error.ts';

/** A DynamoDB number, exactly: `coefficient * 10 ** exponent`. The coefficient has no trailing zero; zero is 0 and 0. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const maxDigits = 38;
const maxMagnitude = 125;
const minMagnitude = -130;
const grammar = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/;

const overflow = () => validationException('Number overflow. Attempting to store a number with magnitude larger than supported range');
const underflow = () => validationException('Number underflow. Attempting to store a number with magnitude smaller than supported range');

function checked(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return { coefficient: 0n, exponent: 0 };
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent++;
  }
  const digits = String(coefficient < 0n ? -coefficient : coefficient).length;
  const magnitude = exponent + digits - 1;
  if (magnitude > maxMagnitude) throw overflow();
  if (magnitude < minMagnitude) throw underflow();
  if (digits > maxDigits) throw validationException('Attempting to store more than 38 significant digits in a Number');
  return { coefficient, exponent };
}

/**
 * Reads a number as DynamoDB does: up to 38 significant digits, magnitude 1E-130 to 9.99...E+125.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words; zero is judged by the exponent it is written with, as DynamoDB does
 */
export function parseNumber(text: string): Decimal {
  const match = grammar.exec(text);
  const written = match?.[1] === undefined ? 0n : BigInt(match[1].replace('+', ''));
  // DynamoDB reads an exponent into 64 bits; a longer one is no number to it.
  if (!match || BigInt.asIntN(64, written) !== written) {
    throw validationException(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  }
  const mantissa = text.replace(/[eE].*$/, '').replace('+', '');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const coefficient = BigInt(`${whole}${fraction}` || '0') * (mantissa.startsWith('-') ? -1n : 1n);
  if (coefficient === 0n || written > 1_000n || written < -1_000n) {
    if (written > BigInt(maxMagnitude)) throw overflow();
    if (written < BigInt(minMagnitude)) throw underflow();
    return { coefficient: 0n, exponent: 0 };
  }
  return checked(coefficient, Number(written) - fraction.length);
}

/** The text DynamoDB answers with: plain decimal notation, no exponent, no zeros that say nothing. */
export function formatNumber({ coefficient, exponent }: Decimal): string {
  const sign = coefficient < 0n ? '-' : '';
  const digits = String(coefficient < 0n ? -coefficient : coefficient);
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function aligned(a: Decimal, b: Decimal): { a: bigint; b: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent);
  return {
    a: a.coefficient * 10n ** BigInt(a.exponent - exponent),
    b: b.coefficient * 10n ** BigInt(b.exponent - exponent),
    exponent,
  };
}

/** Below 0, 0 or above 0, as `a` is less than, equal to or more than `b`. */
export function compareNumbers(a: Decimal, b: Decimal): number {
  const same = aligned(a, b);
  return same.a < same.b ? -1 : same.a > same.b ? 1 : 0;
}

/** Exact; a sum of more than 38 significant digits is refused, never rounded. */
export function addNumbers(a: Decimal, b: Decimal): Decimal {
  const same = aligned(a, b);
  return checked(same.a + same.b, same.exponent);
}

/** Exact; a difference of more than 38 significant digits is refused, never rounded. */
export const subtractNumbers = (a: Decimal, b: Decimal): Decimal => addNumbers(a, { coefficient: -b.coefficient, exponent: b.exponent });

/**
 * What a number costs of an item's 400 KB, bytes: one, one for every two significant digits before the decimal point, the same after it
 * (each half rounded up), and one for a minus sign.
 */
export function numberBytes(text: string): number {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const significantWhole = fraction === '' ? whole.replace(/^0+/, '').replace(/0+$/, '') : whole.replace(/^0+/, '');
  const significantFraction = significantWhole === '' ? fraction.replace(/^0+/, '') : fraction;
  return 1 + Math.ceil(significantWhole.length / 2) + Math.ceil(significantFraction.length / 2) + (text.startsWith('-') ? 1 : 0);
}
