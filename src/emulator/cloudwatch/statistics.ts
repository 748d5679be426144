import { notEmulated } from '../aws-error.ts';
import { invalidValue } from './errors.ts';

export const statisticNames = ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'] as const;
export type StatisticName = (typeof statisticNames)[number];

/** A statistic as an API names it: one of the five, a percentile of 0-100, or what lies in a range: above `above` (exclusive), up to `upTo` (inclusive). */
export type Statistic =
  | { readonly kind: 'simple'; readonly name: StatisticName }
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'in-range'; readonly answer: 'count' | 'percent'; readonly above: number; readonly upTo: number };

export interface Summary {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

const percentileName = /^p(100|\d{1,2}(\.\d{1,10})?)$/;
/** A trimmed count or a percentile rank between values, either of which may be left open: `TC(300:)`, `PR(:300)`. */
const rangeName = /^(TC|PR)\((\d+(?:\.\d{1,10})?)?:(\d+(?:\.\d{1,10})?)?\)$/;
const otherExtended = /^(tm|tc|ts|wm|IQM|PR|TC|TM|TS|WM)[\d.(]*/;

/**
 * Reads a statistic's name: `Sum`, `p99.9`, `TC(300:)`.
 *
 * @throws AwsError `NotEmulated` for other trimmed and for winsorised statistics, `InvalidParameterValueException` for anything else
 */
export function parseStatistic(text: string, parameter: string): Statistic {
  const name = statisticNames.find((known) => known === text);
  if (name) return { kind: 'simple', name };
  if (percentileName.test(text)) return { kind: 'percentile', percent: Number(text.slice(1)) };
  const [, range, above = '', upTo = ''] = rangeName.exec(text) ?? [];
  if (range !== undefined && (above !== '' || upTo !== '')) {
    const bounds = { above: above === '' ? Number.NEGATIVE_INFINITY : Number(above), upTo: upTo === '' ? Number.POSITIVE_INFINITY : Number(upTo) };
    if (bounds.above < bounds.upTo) return { kind: 'in-range', answer: range === 'TC' ? 'count' : 'percent', ...bounds };
    throw invalidValue(`The value ${text} for parameter ${parameter} is not supported.`);
  }
  if (otherExtended.test(text)) throw notEmulated(`the CloudWatch statistic "${text}"`);
  throw invalidValue(`The value ${text} for parameter ${parameter} is not supported.`);
}

export const isPercentile = (text: string): boolean => percentileName.test(text);

/**
 * What was published for one metric, unit and moment of storage (a minute, or a second at high resolution).
 *
 * Keeps values with their counts, so that percentiles are exact, and computes sums in the values' own order, so that no
 * statistic depends on the order in which datapoints arrived.
 */
export class Bucket {
  readonly values = new Map<number, number>();
  readonly sets: Summary[] = [];
  #summary: Summary | undefined;

  add(value: number, count: number): void {
    this.values.set(value, (this.values.get(value) ?? 0) + count);
    this.#summary = undefined;
  }

  /** A statistic set keeps its distribution to itself, unless all its samples must be equal. */
  addSet(set: Summary): void {
    if (set.sampleCount === 1 || set.minimum === set.maximum) {
      this.add(set.minimum, set.sampleCount);
      return;
    }
    this.sets.push(set);
    this.sets.sort((a, b) => a.sum - b.sum || a.sampleCount - b.sampleCount || a.minimum - b.minimum || a.maximum - b.maximum);
    this.#summary = undefined;
  }

  /** Takes over what another bucket holds. */
  merge(other: Bucket): void {
    for (const [value, count] of other.values) this.add(value, count);
    for (const set of other.sets) this.addSet(set);
  }

  summary(): Summary {
    if (!this.#summary) {
      const ofValues = [...this.values].sort(([a], [b]) => a - b).map(([value, count]) => ofCount(value, count));
      // A bucket is made by its first datapoint, so there is one part at least.
      this.#summary = merged([...ofValues, ...this.sets])!;
    }
    return this.#summary;
  }
}

const ofCount = (value: number, count: number): Summary => ({ sampleCount: count, sum: value * count, minimum: value, maximum: value });

function merged(parts: readonly Summary[]): Summary | undefined {
  const [first, ...rest] = parts;
  if (!first) return undefined;
  let { sampleCount, sum, minimum, maximum } = first;
  for (const part of rest) {
    sampleCount += part.sampleCount;
    sum += part.sum;
    minimum = Math.min(minimum, part.minimum);
    maximum = Math.max(maximum, part.maximum);
  }
  return { sampleCount, sum, minimum, maximum };
}

/** Buckets of one period, oldest first, as one. `undefined` without any bucket. */
export const summarise = (buckets: readonly Bucket[]): Summary | undefined => merged(buckets.map((bucket) => bucket.summary()));

/** How often each value occurs. `undefined` where AWS has no distribution: a statistic set hides it, or a value is negative. */
function distributionOf(buckets: readonly Bucket[]): ReadonlyMap<number, number> | undefined {
  const counts = new Map<number, number>();
  for (const bucket of buckets) {
    if (bucket.sets.length > 0) return undefined;
    for (const [value, count] of bucket.values) {
      if (value < 0) return undefined;
      counts.set(value, (counts.get(value) ?? 0) + count);
    }
  }
  return counts;
}

const totalOf = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** The smallest value that at least `percent` percent of the samples do not exceed. */
function percentileOf(counts: ReadonlyMap<number, number>, percent: number): number | undefined {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = totalOf(counts);
  const wanted = (percent / 100) * total;
  let below = 0;
  for (const [value, count] of sorted) {
    below += count;
    // A product such as 0.999 * 1000 may lie a hair above the whole number it means.
    if (below >= wanted - total * 1e-12) return value;
  }
  return sorted.at(-1)?.[0];
}

/** How many samples lie in a range, or how many percent of them; a range that holds none has 0. */
function inRange(counts: ReadonlyMap<number, number>, { answer, above, upTo }: Extract<Statistic, { kind: 'in-range' }>): number {
  let inside = 0;
  for (const [value, count] of counts) if (value > above && value <= upTo) inside += count;
  return answer === 'count' ? inside : (100 * inside) / totalOf(counts);
}

/** One statistic of the buckets of one period, oldest first. `undefined` where there is none. */
export function statisticOf(buckets: readonly Bucket[], statistic: Statistic): number | undefined {
  if (statistic.kind !== 'simple') {
    const counts = distributionOf(buckets);
    if (!counts || counts.size === 0) return undefined;
    return statistic.kind === 'percentile' ? percentileOf(counts, statistic.percent) : inRange(counts, statistic);
  }
  const summary = summarise(buckets);
  if (!summary) return undefined;
  switch (statistic.name) {
    case 'Sum':
      return summary.sum;
    case 'Average':
      // Rounding must not carry the mean of equal values past them, and so past a threshold.
      return Math.min(summary.maximum, Math.max(summary.minimum, summary.sum / summary.sampleCount));
    case 'Minimum':
      return summary.minimum;
    case 'Maximum':
      return summary.maximum;
    case 'SampleCount':
      return summary.sampleCount;
  }
}
