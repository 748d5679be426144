import type { Datapoint, GetMetricStatisticsCommandInput, GetMetricStatisticsOutput, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { defineOperation } from '../operation.ts';
import { invalidCombination, invalidValue, missingParameter } from './errors.ts';
import { identityOf } from './metric-query.ts';
import type { CloudWatchState } from './state.ts';
import { parseStatistic, statisticNames, statisticOf } from './statistics.ts';
import { checkOrder, checkPeriod, roundedStartMs } from './time-range.ts';
import { units } from './units.ts';

const mostDatapoints = 1_440;

export const getMetricStatistics = defineOperation<CloudWatchState, GetMetricStatisticsCommandInput, GetMetricStatisticsOutput>({
  name: 'GetMetricStatistics',
  access: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
  limits: {
    Namespace: { min: 1, max: 255, pattern: /^[^:].*/ },
    MetricName: { min: 1, max: 255 },
    Dimensions: { max: 30 },
    Period: { min: 1 },
    Statistics: { min: 1, max: 5 },
    'Statistics[]': { oneOf: statisticNames },
    ExtendedStatistics: { min: 1, max: 10 },
    Unit: { oneOf: units },
  },
  run(input, { kernel, metrics }) {
    const nowMs = kernel.clock.now();
    // The required members are checked at the wire.
    const [start, end, periodSeconds] = [input.StartTime!, input.EndTime!, input.Period!];
    checkOrder(start, end);
    checkPeriod(periodSeconds, 'Period');
    if (input.Statistics && input.ExtendedStatistics) {
      throw invalidCombination('The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.');
    }
    if (!input.Statistics && !input.ExtendedStatistics) throw missingParameter('Must specify either Statistics or ExtendedStatistics.');
    const asked = Math.ceil((end.getTime() - start.getTime()) / (periodSeconds * 1_000));
    if (asked > mostDatapoints) {
      throw invalidCombination(
        `You have requested up to ${asked} datapoints, which exceeds the limit of ${mostDatapoints}. ` +
          'You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
      );
    }
    for (const name of input.ExtendedStatistics ?? []) {
      if (parseStatistic(name, 'ExtendedStatistics').kind === 'simple') {
        throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
      }
    }
    const range = { startMs: roundedStartMs(start.getTime(), periodSeconds, nowMs), endMs: end.getTime(), periodSeconds, nowMs };
    const datapoints: Datapoint[] = [];
    for (const [unit, series] of metrics.get(identityOf(input))?.units ?? []) {
      if (input.Unit !== undefined && unit !== input.Unit) continue;
      for (const { atMs, buckets } of series.periods(range)) {
        const extended: Record<string, number> = {};
        for (const name of input.ExtendedStatistics ?? []) {
          const value = statisticOf(buckets, parseStatistic(name, 'ExtendedStatistics'));
          if (value !== undefined) extended[name] = value;
        }
        if (input.ExtendedStatistics && Object.keys(extended).length === 0) continue;
        datapoints.push({
          Timestamp: new Date(atMs),
          ...Object.fromEntries((input.Statistics ?? []).map((name) => [name, statisticOf(buckets, { kind: 'simple', name })])),
          ...(input.ExtendedStatistics ? { ExtendedStatistics: extended } : {}),
          Unit: unit as StandardUnit, // Stored only from a checked Unit or as None.
        });
      }
    }
    return { Label: input.MetricName, Datapoints: datapoints };
  },
});
