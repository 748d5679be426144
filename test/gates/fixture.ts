import type { BakingPorts, GateContext } from '../../src/gates/gate.ts';
import type { AlarmState } from '../../src/ports/alarms.ts';
import type { Datapoint, MathQuery, MetricQuery, Window } from '../../src/ports/metrics.ts';

export const minute = (count: number) => Date.parse('2026-11-22T12:00:00Z') + count * 60_000;

/** A step whose shift was verified at 12:00, asked at 12:05. */
export const context = (overrides: Partial<GateContext> = {}): GateContext => ({
  rolloutId: 'churn-bbbbbbbbbbbb-1',
  delivery: 'churn',
  stage: 'baking',
  stepIndex: 0,
  canary: { endpointName: 'churn', endpointConfigName: 'churn-2', variantName: 'churn-b' },
  stable: { endpointName: 'churn', endpointConfigName: 'churn-2', variantName: 'churn-a' },
  window: { startMs: minute(0), endMs: minute(3) },
  alarmsSinceMs: minute(0),
  alarmsEntered: [],
  nowMs: minute(5),
  periodSeconds: 60,
  settlingSeconds: 120,
  shifts: [{ canaryPercent: 10, verifiedAtMs: minute(0) }],
  seeksWinner: false,
  share: 1,
  ...overrides,
});

export const alarmState = (overrides: Partial<AlarmState> = {}): AlarmState => ({
  alarmName: 'churn-b-5xx',
  state: 'OK',
  reason: 'Threshold Crossed: 1 datapoint [0.0] was not greater than the threshold (0.02).',
  changedAtMs: minute(-60),
  dimensions: { EndpointName: 'churn', VariantName: 'churn-b' },
  ...overrides,
});

/** Values a minute from 12:00 on; `undefined` is a minute without a datapoint. */
export const series = (...values: readonly (number | undefined)[]): Datapoint[] =>
  values.flatMap((value, index) => (value === undefined ? [] : [{ atMs: minute(index), value }]));

/**
 * What CloudWatch holds: `<variant> <metric> <statistic>` or `<variant> <expression>` -> datapoints. Notes what it was asked.
 *
 * @param history when alarms went into ALARM, epoch milliseconds, by their names
 */
export function world(
  metrics: Readonly<Record<string, readonly Datapoint[]>>,
  alarms: readonly AlarmState[] = [],
  history: Readonly<Record<string, readonly number[]>> = {},
) {
  const asked: { query: MetricQuery; window: Window }[] = [];
  const computed: { query: MathQuery; window: Window }[] = [];
  const ports: BakingPorts = {
    clock: { now: () => minute(5) },
    functions: { ask: async () => ({ kind: 'timed-out' }) },
    webhooks: { ask: async () => ({ kind: 'timed-out' }) },
    alarms: {
      statesOf: async (names) => names.flatMap((name) => alarms.find(({ alarmName }) => alarmName === name) ?? []),
      enteredSince: async (name, sinceMs) => (history[name] ?? []).filter((atMs) => atMs >= sinceMs),
    },
    metrics: {
      read: async (queries, window) =>
        queries.map((query) => {
          asked.push({ query, window });
          const points = metrics[`${query.dimensions['VariantName']} ${query.metricName} ${query.statistic}`] ?? [];
          return points.filter(({ atMs }) => atMs >= window.startMs && atMs < window.endMs);
        }),
      compute: async (query, window) => {
        computed.push({ query, window });
        const variant = Object.values(query.metrics)[0]?.dimensions['VariantName'];
        return metrics[`${variant} ${query.expression}`] ?? [];
      },
    },
  };
  return { ports, asked, computed };
}

/** Before the canary has any traffic, asked at 12:00. */
export function before(overrides: Partial<GateContext> = {}): GateContext {
  const { stepIndex: _, ...about } = context({
    stage: 'before-traffic',
    nowMs: minute(0),
    window: { startMs: minute(0), endMs: minute(0) },
    shifts: [],
  });
  return { ...about, ...overrides };
}
