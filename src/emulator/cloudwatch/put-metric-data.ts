import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { invalidCombination, invalidValue, missingParameter } from './errors.ts';
import { identityOf } from './metric-query.ts';
import type { CloudWatchState } from './state.ts';
import { units } from './units.ts';

const largestValue = 2 ** 360;
const twoWeeksMs = 14 * 86_400_000;
const twoHoursMs = 2 * 3_600_000;

function checkNumber(value: number, parameter: string): void {
  if (!Number.isFinite(value) || Math.abs(value) > largestValue) throw invalidValue(`The value ${value} for parameter ${parameter} is invalid.`);
}

function checkShape(datum: MetricDatum, member: string, nowMs: number): void {
  if (!datum.MetricName) throw missingParameter(`The parameter ${member}.MetricName is required.`);
  const both = (a: string, b: string) =>
    invalidCombination(`The parameters ${member}.${a} and ${member}.${b} are mutually exclusive and you have specified both.`);
  if (datum.Value !== undefined && datum.Values !== undefined) throw both('Value', 'Values');
  if (datum.Value !== undefined && datum.StatisticValues !== undefined) throw both('Value', 'StatisticValues');
  if (datum.Values !== undefined && datum.StatisticValues !== undefined) throw both('Values', 'StatisticValues');
  if (datum.Value === undefined && datum.Values === undefined && datum.StatisticValues === undefined) {
    throw missingParameter('At least one of the parameters must be specified.');
  }
  if ((datum.Dimensions ?? []).length > 30) throw invalidValue(`The collection ${member}.Dimensions must not have a size greater than 30.`);
  if ((datum.Values ?? []).length > 150) throw invalidValue(`The collection ${member}.Values must not have a size greater than 150.`);
  if (datum.Counts !== undefined && datum.Counts.length !== (datum.Values ?? []).length) {
    throw invalidValue(`The parameters ${member}.Values and ${member}.Counts must be of the same size.`);
  }
  if (datum.StorageResolution !== undefined && datum.StorageResolution !== 1 && datum.StorageResolution !== 60) {
    throw invalidValue(`The value ${datum.StorageResolution} for parameter ${member}.StorageResolution is not supported.`);
  }
  const ageMs = nowMs - (datum.Timestamp?.getTime() ?? nowMs);
  if (Number.isNaN(ageMs)) throw invalidValue(`The value for parameter ${member}.Timestamp is invalid.`);
  if (ageMs > twoWeeksMs) throw invalidValue(`The parameter ${member}.Timestamp must specify a time no more than two weeks in the past.`);
  if (ageMs < -twoHoursMs) throw invalidValue(`The parameter ${member}.Timestamp must specify a time no more than two hours in the future.`);
}

function checkValues(datum: MetricDatum, member: string): void {
  if (datum.Value !== undefined) checkNumber(datum.Value, `${member}.Value`);
  datum.Values?.forEach((value, index) => checkNumber(value, `${member}.Values.member.${index + 1}`));
  datum.Counts?.forEach((count, index) => {
    if (!(count >= 0 && Number.isFinite(count)))
      throw invalidValue(`The value ${count} for parameter ${member}.Counts.member.${index + 1} is invalid.`);
  });
  const set = datum.StatisticValues;
  if (!set) return;
  for (const name of ['SampleCount', 'Sum', 'Minimum', 'Maximum'] as const) checkNumber(set[name] ?? Number.NaN, `${member}.StatisticValues.${name}`);
  if ((set.SampleCount ?? 0) <= 0) throw invalidValue(`The value ${set.SampleCount} for parameter ${member}.StatisticValues.SampleCount is invalid.`);
  if ((set.Minimum ?? 0) > (set.Maximum ?? 0)) {
    throw invalidValue(`The parameter ${member}.StatisticValues.Minimum must be less than or equal to ${member}.StatisticValues.Maximum.`);
  }
}

export const putMetricData = defineOperation<CloudWatchState, PutMetricDataCommandInput, Record<string, never>>({
  name: 'PutMetricData',
  access: ({ Namespace }) => [{ action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': Namespace ?? '' } }],
  limits: {
    Namespace: { min: 1, max: 255, pattern: /^[^:].*/ },
    'MetricData[].MetricName': { min: 1, max: 255 },
    'MetricData[].Dimensions[].Name': { min: 1, max: 255 },
    'MetricData[].Dimensions[].Value': { min: 1, max: 1024 },
    'MetricData[].Unit': { oneOf: units },
  },
  run(input, { kernel, metrics }, { caller }) {
    const namespace = input.Namespace ?? '';
    // The namespaces of AWS's own services are theirs alone.
    if (namespace.startsWith('AWS/') && caller.kind !== 'service') throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
    if (input.EntityMetricData !== undefined) throw notEmulated('PutMetricData with EntityMetricData');
    const data = input.MetricData ?? [];
    if (data.length === 0) throw missingParameter('The parameter MetricData is required.');
    if (data.length > 1_000) throw invalidValue('The collection MetricData must not have a size greater than 1000.');
    const nowMs = kernel.clock.now();
    // All is checked before anything is stored: a refused call leaves nothing behind.
    data.forEach((datum, index) => {
      const member = `MetricData.member.${index + 1}`;
      checkShape(datum, member, nowMs);
      checkValues(datum, member);
    });
    for (const datum of data) {
      const identity = identityOf({ Namespace: namespace, MetricName: datum.MetricName, Dimensions: datum.Dimensions });
      const counted = (datum.Values ?? []).map((value, index) => ({ value, count: datum.Counts?.[index] ?? 1 })).filter(({ count }) => count > 0);
      if (datum.Values !== undefined && counted.length === 0) continue;
      const atMs = datum.Timestamp?.getTime() ?? nowMs;
      const bucket = metrics.bucket(identity, datum.Unit ?? 'None', atMs, datum.StorageResolution === 1 ? 1 : 60, nowMs);
      if (datum.Value !== undefined) bucket.add(datum.Value, 1);
      for (const { value, count } of counted) bucket.add(value, count);
      const set = datum.StatisticValues;
      if (set) {
        const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = set; // Checked above: each is a number.
        bucket.addSet({ sampleCount: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum });
      }
    }
    return {};
  },
});
