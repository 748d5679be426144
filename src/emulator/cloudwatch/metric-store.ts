import { Bucket, type Statistic, statisticOf, summarise } from './statistics.ts';

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** What makes a metric itself: the same name with other dimensions is another metric. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** Which datapoints are asked for: `startMs` inclusive and the anchor of the periods, `endMs` exclusive. */
export interface Range {
  readonly startMs: number;
  readonly endMs: number;
  readonly periodSeconds: number;
  readonly nowMs: number;
}

export interface Point {
  /** Start of the period. */
  readonly atMs: number;
  readonly value: number;
  readonly sampleCount: number;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const finestMs = 3 * hourMs;

/** Whether AWS still answers a datapoint of this age at this period: fine data is merged into coarser data as it ages. */
export function isKept(ageMs: number, periodSeconds: number): boolean {
  if (ageMs > 455 * dayMs) return false;
  if (ageMs > 63 * dayMs) return periodSeconds % 3_600 === 0;
  if (ageMs > 15 * dayMs) return periodSeconds % 300 === 0;
  if (ageMs > finestMs) return periodSeconds % 60 === 0;
  return true;
}

/** The datapoints of one metric in one unit, by time. */
class Series {
  readonly #times: number[] = [];
  readonly #buckets = new Map<number, Bucket>();
  /** What lies before is kept a minute: nobody can ask for anything finer any more. */
  #minutesUntilMs = Number.NEGATIVE_INFINITY;

  /** The bucket of a moment of storage, made if it isn't there. */
  at(wantedMs: number): Bucket {
    const atMs = wantedMs < this.#minutesUntilMs ? Math.floor(wantedMs / minuteMs) * minuteMs : wantedMs;
    let bucket = this.#buckets.get(atMs);
    if (!bucket) {
      bucket = new Bucket();
      this.#buckets.set(atMs, bucket);
      this.#times.splice(this.#firstFrom(atMs), 0, atMs);
    }
    return bucket;
  }

  /** Merges what has become too old for periods below a minute, so that hours of fine datapoints don't pile up. */
  fade(nowMs: number): void {
    const untilMs = Math.floor((nowMs - finestMs) / minuteMs) * minuteMs;
    if (untilMs <= this.#minutesUntilMs) return;
    const from = this.#firstFrom(this.#minutesUntilMs);
    const fine = this.#times.splice(from, this.#firstFrom(untilMs) - from);
    this.#minutesUntilMs = untilMs;
    for (const atMs of fine) {
      const bucket = this.#buckets.get(atMs)!; // Each time has its bucket: both are written in at().
      this.#buckets.delete(atMs);
      this.at(atMs).merge(bucket);
    }
  }

  #firstFrom(atMs: number): number {
    let low = 0;
    let high = this.#times.length;
    // Datapoints mostly arrive in order: look at the end first.
    if (high === 0 || this.#times[high - 1]! < atMs) return high; // The length is checked first.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! < atMs) low = middle + 1;
      else high = middle; // low <= middle < high <= length.
    }
    return low;
  }

  /** The buckets of each period of the range that has any, oldest first. */
  periods(range: Range): { atMs: number; buckets: Bucket[] }[] {
    const periodMs = range.periodSeconds * 1_000;
    const periods: { atMs: number; buckets: Bucket[] }[] = [];
    for (let i = this.#firstFrom(range.startMs); i < this.#times.length; i++) {
      const atMs = this.#times[i]!; // i is below the length.
      if (atMs >= range.endMs) break;
      if (!isKept(range.nowMs - atMs, range.periodSeconds)) continue;
      const periodAtMs = range.startMs + Math.floor((atMs - range.startMs) / periodMs) * periodMs;
      const bucket = this.#buckets.get(atMs)!; // Each time has its bucket: both are written in at().
      const last = periods.at(-1);
      if (last?.atMs === periodAtMs) last.buckets.push(bucket);
      else periods.push({ atMs: periodAtMs, buckets: [bucket] });
    }
    return periods;
  }

  /** One statistic of each period of the range that has it, oldest first. */
  points(range: Range, statistic: Statistic): Point[] {
    return this.periods(range).flatMap(({ atMs, buckets }) => {
      const value = statisticOf(buckets, statistic);
      return value === undefined ? [] : [{ atMs, value, sampleCount: summarise(buckets)?.sampleCount ?? 0 }];
    });
  }
}

export interface StoredMetric extends MetricIdentity {
  readonly units: Map<string, Series>;
  /** When a datapoint was last received. */
  receivedAtMs: number;
}

const keyOf = ({ namespace, name, dimensions }: MetricIdentity): string =>
  JSON.stringify([namespace, name, dimensions.map(({ Name, Value }) => [Name, Value]).sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))]);

/** All metrics of the account. */
export class MetricStore {
  readonly #metrics = new Map<string, StoredMetric>();

  /**
   * The bucket a datapoint belongs to.
   *
   * @param atMs the datapoint's own time; stored to the minute, or to the second at high resolution
   */
  bucket(identity: MetricIdentity, unit: string, atMs: number, resolutionSeconds: 1 | 60, receivedAtMs: number): Bucket {
    const key = keyOf(identity);
    let metric = this.#metrics.get(key);
    if (!metric) {
      metric = { ...identity, units: new Map(), receivedAtMs };
      this.#metrics.set(key, metric);
    }
    metric.receivedAtMs = receivedAtMs;
    let series = metric.units.get(unit);
    if (!series) {
      series = new Series();
      metric.units.set(unit, series);
    }
    const stepMs = resolutionSeconds * 1_000;
    if (resolutionSeconds === 1) series.fade(receivedAtMs);
    return series.at(Math.floor(atMs / stepMs) * stepMs);
  }

  get(identity: MetricIdentity): StoredMetric | undefined {
    return this.#metrics.get(keyOf(identity));
  }

  /** Every metric, in the order of first publication. */
  list(): StoredMetric[] {
    return [...this.#metrics.values()];
  }
}
