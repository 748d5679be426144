import type { MetricDatum } from '@aws-sdk/client-cloudwatch';

/** The metric an alarm watches: the share of right answers, 0-1, by endpoint and variant. */
export const accuracyMetricName = 'Accuracy';

const minuteMs = 60_000;

/** Fewer answers than this in a minute say nothing about a model: of two, one wrong is an accuracy of a half. */
const fewestAnswers = 5;

interface Tally {
  right: number;
  wrong: number;
}

/** Counts right and wrong answers by variant and minute of emulator time, until the minute is over. */
export class AccuracyCount {
  readonly #minutes = new Map<number, Map<string, Tally>>();

  /** @param atMs when the answer came, epoch milliseconds of emulator time */
  add(variantName: string, isRight: boolean, atMs: number): void {
    const startMs = Math.floor(atMs / minuteMs) * minuteMs;
    const tallies = this.#minutes.get(startMs) ?? new Map<string, Tally>();
    this.#minutes.set(startMs, tallies);
    const tally = tallies.get(variantName) ?? { right: 0, wrong: 0 };
    tallies.set(variantName, tally);
    if (isRight) tally.right++;
    else tally.wrong++;
  }

  /**
   * The datapoints of the minutes that are over, each handed out once: its Average is the accuracy, its SampleCount the
   * answers behind it. Stamped with the minute the answers came in: when they are published is another. A variant that
   * answered nothing, or hardly anything, has none: silence is no accuracy of 0.
   */
  takeEnded(endpointName: string, nowMs: number): readonly MetricDatum[] {
    const ended = [...this.#minutes].filter(([startMs]) => startMs + minuteMs <= nowMs);
    return ended.flatMap(([startMs, tallies]) => {
      this.#minutes.delete(startMs);
      const telling = [...tallies].filter(([, { right, wrong }]) => right + wrong >= fewestAnswers);
      return telling.map(([variantName, { right, wrong }]) => {
        const counted = [[1, right] as const, [0, wrong] as const].filter(([, count]) => count > 0);
        return {
          MetricName: accuracyMetricName,
          Dimensions: [
            { Name: 'EndpointName', Value: endpointName },
            { Name: 'VariantName', Value: variantName },
          ],
          Timestamp: new Date(startMs),
          Values: counted.map(([value]) => value),
          Counts: counted.map(([, count]) => count),
        };
      });
    });
  }
}
