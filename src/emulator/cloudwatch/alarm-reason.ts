import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { MetricAlarmRecord } from './alarm.ts';
import { comparisons, type Verdict } from './alarm-verdict.ts';
import { double, doubleText, jsonText, reasonDate, timestampText } from './aws-text.ts';

const many = (count: number, one: string, several: string) => (count === 1 ? one : several);
const datapoints = (count: number) => `${count} ${many(count, 'datapoint', 'datapoints')}`;

/** AWS lists no more datapoints than these in a reason. */
const mostListed = 5;

/** The judged datapoints that speak for a state, newest first. */
function speaking({ watch }: MetricAlarmRecord, verdict: Verdict, state: StateValue): Verdict['judged'] {
  const { holds } = comparisons[watch.comparison];
  return verdict.judged.filter(({ value }) => holds(value, watch.threshold) === (state === 'ALARM')).toReversed();
}

/** How many datapoints decide: M for ALARM, and as many for OK as leave fewer than M. */
const deciding = ({ watch }: MetricAlarmRecord, state: StateValue) =>
  state === 'ALARM' ? watch.datapointsToAlarm : watch.evaluationPeriods - watch.datapointsToAlarm + 1;

/** Why a metric alarm is in a state, in AWS's words. */
export function reasonFor(alarm: MetricAlarmRecord, verdict: Verdict, state: StateValue): string {
  const { watch } = alarm;
  const { judged, filled } = verdict;
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${datapoints(filled)} ${many(filled, 'was', 'were')} unknown.`;

  const treated = watch.treatMissingData === 'breaching' ? 'Breaching' : watch.treatMissingData === 'notBreaching' ? 'NonBreaching' : undefined;
  const gaps = `${filled} missing ${many(filled, 'datapoint was', 'datapoints were')} treated as [${treated}]`;
  const points = speaking(alarm, verdict, state);
  if (points.length === 0) {
    const received = judged.length === 0 ? 'no datapoints were' : `${datapoints(judged.length)} ${many(judged.length, 'was', 'were')}`;
    const periods = judged.length === 0 ? filled : watch.evaluationPeriods;
    return `Threshold Crossed: ${received} received for ${periods} ${many(periods, 'period', 'periods')} and ${gaps}.`;
  }
  // Only an alarm that names M says how many datapoints a transition takes.
  const ofN = alarm.input.DatapointsToAlarm === undefined ? undefined : watch.evaluationPeriods;
  const counted = ofN === undefined ? datapoints(points.length) : `${points.length} out of the last ${ofN} datapoints`;
  const listed = points.slice(0, mostListed).map(({ value, atMs }) => `${doubleText(value)} (${reasonDate(atMs)})`);
  const compared = `${many(points.length, 'was', 'were')} ${state === 'ALARM' ? '' : 'not '}${comparisons[watch.comparison].words} the threshold (${doubleText(watch.threshold)})`;
  const needed = deciding(alarm, state);
  const transition = ofN === undefined ? '' : ` (minimum ${datapoints(needed)} for ${state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK'} transition)`;
  const withGaps = filled > 0 && treated !== undefined ? ` and ${gaps}` : '';
  return points.length > mostListed
    ? `Threshold Crossed: ${counted} ${compared}${withGaps}. The most recent datapoints which crossed the threshold: [${listed.join(', ')}]${transition}.`
    : `Threshold Crossed: ${counted} [${listed.join(', ')}] ${compared}${withGaps}${transition}.`;
}

/**
 * The same as JSON text.
 *
 * @param queriedAtMs when the metric was read
 * @param endMs end of the newest period read
 */
export function reasonDataFor(alarm: MetricAlarmRecord, verdict: Verdict, state: StateValue, queriedAtMs: number, endMs: number): string {
  const { watch } = alarm;
  const { judged } = verdict;
  const { watched } = watch;
  const plain = alarm.input.Metrics === undefined && watched.kind === 'metric' ? watched : undefined;
  const decided = speaking(alarm, verdict, state).slice(0, deciding(alarm, state));
  const evaluated =
    judged.length === 0
      ? Array.from({ length: watch.evaluationPeriods }, (_, index) => ({
          timestamp: timestampText(endMs - (index + 1) * watch.periodSeconds * 1_000),
        }))
      : (decided.length > 0 ? decided : judged.toReversed()).map(({ atMs, sampleCount, value }) => ({
          timestamp: timestampText(atMs),
          sampleCount: double(sampleCount),
          value: double(value),
        }));
  return jsonText({
    version: '1.0',
    queryDate: timestampText(queriedAtMs),
    startDate: judged[0] && timestampText(judged[0].atMs),
    unit: plain?.unit,
    statistic: plain?.statisticText,
    period: watch.periodSeconds,
    recentDatapoints: judged.map(({ value }) => double(value)),
    threshold: double(watch.threshold),
    evaluatedDatapoints: plain && evaluated,
  });
}
