import { fillIn } from '../gates/gate.ts';
import type { AlarmDefinition, AlarmState, Alarms } from '../ports/alarms.ts';
import type { Metrics } from '../ports/metrics.ts';
import { NotModelled } from './figure.ts';
import type { Scenario } from './scenario.ts';
import type { Names } from './world.ts';

export interface ModelledAlarms extends Alarms {
  /** Whether there is any to look at. */
  readonly any: boolean;
  /** Looks at everything up to a moment; whether an alarm rang in that time, which is what interrupts a bake. */
  rangBy(nowMs: number): Promise<boolean>;
}

interface Alarm {
  readonly definition: AlarmDefinition;
  /** Oldest first. */
  readonly changes: Pick<AlarmState, 'state' | 'changedAtMs'>[];
  /** What its metric lacks a model for; unset while it can be told. */
  unknown?: string;
}

const minuteMs = 60_000;
/** How long after its end a period is seen by an alarm. */
const delayMs = minuteMs;

/** The alarms of a scenario as CloudWatch would be asked for them. */
export const definitionsOf = (alarms: Scenario['alarms'], names: Names): AlarmDefinition[] =>
  alarms.map(({ name, of, metric, statistic, comparison, threshold, period, evaluationPeriods }) => {
    const [namespace = '', metricName] = metric.split(' ');
    const whose = of ?? (name.includes('{variant}') ? 'canary' : 'endpoint');
    return {
      alarmName: fillIn(name, { endpointName: names.endpointName, variantName: names.canary }),
      description: '',
      namespace: metricName === undefined ? 'AWS/SageMaker' : namespace,
      metricName: metricName ?? metric,
      dimensions: { EndpointName: names.endpointName, ...(whose !== 'endpoint' && { VariantName: names[whose] }) },
      statistic,
      periodSeconds: period,
      datapoints: evaluationPeriods,
      periods: evaluationPeriods,
      comparison: comparison === 'above' ? 'GreaterThanThreshold' : 'LessThanThreshold',
      threshold,
      missingData: 'missing',
    };
  });

/** What CloudWatch makes of the last periods' values, oldest first; undefined is a missing datapoint. */
export function stateOf(
  values: readonly (number | undefined)[],
  { comparison, threshold, datapoints, missingData }: AlarmDefinition,
  before: AlarmState['state'],
): AlarmState['state'] {
  if (values.every((value) => value === undefined)) {
    if (missingData === 'ignore') return before;
    if (missingData === 'missing') return 'INSUFFICIENT_DATA';
  }
  const breaches = (value: number) => (comparison === 'GreaterThanThreshold' ? value > threshold : value < threshold);
  const breaching = values.filter((value) => (value === undefined ? missingData === 'breaching' : breaches(value)));
  return breaching.length >= datapoints ? 'ALARM' : 'OK';
}

/** CloudWatch alarms over a modelled world, looked at once a minute. One that is not defined, or whose metric has no model, throws `NotModelled`. */
export function alarmsOf(definitions: readonly AlarmDefinition[], metrics: Metrics, startMs: number): ModelledAlarms {
  const alarms = definitions.map((definition): Alarm => ({ definition, changes: [{ state: 'INSUFFICIENT_DATA', changedAtMs: startMs - minuteMs }] }));
  const now = ({ changes }: Alarm) => changes.at(-1) ?? { state: 'INSUFFICIENT_DATA' as const, changedAtMs: startMs };
  let seenMs = startMs;

  async function stateAt(alarm: Alarm, nowMs: number): Promise<AlarmState['state']> {
    const { namespace, metricName, dimensions, statistic, periodSeconds, periods } = alarm.definition;
    const periodMs = periodSeconds * 1000;
    const endMs = Math.floor((nowMs - delayMs) / periodMs) * periodMs;
    const window = { startMs: endMs - periods * periodMs, endMs };
    const [points = []] = await metrics.read([{ namespace, metricName, dimensions, statistic, periodSeconds }], window);
    const byTime = new Map(points.map(({ atMs, value }) => [atMs, value]));
    const values = Array.from({ length: periods }, (_, index) => byTime.get(window.startMs + index * periodMs));
    return stateOf(values, alarm.definition, now(alarm).state);
  }

  async function look(alarm: Alarm, nowMs: number): Promise<boolean> {
    if (alarm.unknown !== undefined) return false;
    try {
      const state = await stateAt(alarm, nowMs);
      if (state === now(alarm).state) return false;
      alarm.changes.push({ state, changedAtMs: nowMs });
      return state === 'ALARM';
    } catch (error) {
      if (!(error instanceof NotModelled)) throw error;
      alarm.unknown = error.message;
      return false;
    }
  }

  const named = (name: string): Alarm => {
    const found = alarms.find(({ definition }) => definition.alarmName === name);
    if (!found) throw new NotModelled(`alarm ${name}`);
    if (found.unknown !== undefined) throw new NotModelled(`alarm ${name}: ${found.unknown}`);
    return found;
  };

  return {
    any: alarms.length > 0,
    async rangBy(nowMs) {
      let rang = false;
      for (; seenMs + minuteMs <= nowMs; seenMs += minuteMs) {
        for (const alarm of alarms) rang = (await look(alarm, seenMs + minuteMs)) || rang;
      }
      return rang;
    },
    statesOf: async (alarmNames) =>
      alarmNames
        .map(named)
        .map((alarm) => ({ alarmName: alarm.definition.alarmName, ...now(alarm), reason: 'modelled', dimensions: alarm.definition.dimensions })),
    enteredSince: async (alarmName, sinceMs) =>
      named(alarmName).changes.flatMap(({ state, changedAtMs }) => (state === 'ALARM' && changedAtMs >= sinceMs ? [changedAtMs] : [])),
    // A rollout's own are there from the start.
    put: async () => {},
    delete: async () => {},
  };
}
