import { describe, expect, it } from 'vitest';
import type { AlarmDefinition } from '../../src/ports/alarms.ts';
import { stateOf } from '../../src/rehearsal/alarms.ts';

const alarm: AlarmDefinition = {
  alarmName: 'churn-b-5xx',
  description: '',
  namespace: 'AWS/SageMaker',
  metricName: 'Invocation5XXErrors',
  dimensions: {},
  statistic: 'Average',
  periodSeconds: 60,
  datapoints: 2,
  periods: 3,
  comparison: 'GreaterThanThreshold',
  threshold: 0.1,
  missingData: 'missing',
};
const _ = undefined;

describe('stateOf()', () => {
  it.each([
    // CloudWatch's documentation, "How alarm state is evaluated when data is missing", for two of three.
    [[0, 0.2, 0.2], 'missing', 'ALARM'],
    [[0, 0, 0.2], 'missing', 'OK'],
    [[0.1, 0.1, 0.1], 'missing', 'OK'],
    [[_, _, _], 'missing', 'INSUFFICIENT_DATA'],
    [[_, _, _], 'ignore', 'ALARM'],
    [[_, _, _], 'notBreaching', 'OK'],
    [[_, _, _], 'breaching', 'ALARM'],
    [[0, _, 0.2], 'breaching', 'ALARM'],
    [[0, _, 0.2], 'notBreaching', 'OK'],
  ] as const)('of %j with missing data %s is %s', (values, missingData, state) => {
    expect(stateOf(values, { ...alarm, missingData }, 'ALARM')).toBe(state);
  });

  it('looks below a threshold as well', () => {
    expect(stateOf([0, 0, 1], { ...alarm, comparison: 'LessThanThreshold' }, 'OK')).toBe('ALARM');
  });
});
