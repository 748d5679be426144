import type { StandardUnit } from '@aws-sdk/client-cloudwatch';

const sizes = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes', 'Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits', 'Count'] as const;

/** Every unit CloudWatch knows. A metric published without one has `None`. */
export const units: readonly StandardUnit[] = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  ...sizes,
  'Percent',
  ...sizes.map((size) => `${size}/Second` as const),
  'None',
];
