import * as z from 'zod/mini';
import type { AlarmDefinition } from '../ports/alarms.ts';
import { fillIn, type Slot } from './gate.ts';
import { Dimensions, Metric, MetricPeriod, Statistic, slotDimensions } from './series.ts';

/** What begins the name of every alarm we make: roles may make and delete no other. */
export const ownAlarmPrefix = 'sluice-';

const daySeconds = 86_400;

/** An alarm a delivery wants for its canary, whichever variant that is. */
export const MadeAlarm = z
  .strictObject({
    name: z.string().check(z.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'Expected letters, digits and inner hyphens'), z.maxLength(100)),
    metric: Metric,
    dimensions: z._default(Dimensions, slotDimensions),
    statistic: z._default(Statistic, 'Average'),
    max: z.optional(z.number()),
    min: z.optional(z.number()),
    period: z.prefault(MetricPeriod, '1m'),
    periods: z._default(z.int().check(z.minimum(1), z.maximum(1440)), 1),
    datapoints: z.optional(z.int().check(z.minimum(1))),
    missingData: z._default(z.enum(['notBreaching', 'breaching', 'ignore', 'missing']), 'notBreaching'),
  })
  .check(z.refine(({ max, min }) => (max === undefined) !== (min === undefined), { error: 'Expected either max or min', path: ['max'] }))
  .check(
    z.refine(({ datapoints, periods }) => datapoints === undefined || datapoints <= periods, {
      error: 'Expected at most as many datapoints as periods',
      path: ['datapoints'],
    }),
  )
  .check(
    z.refine(({ period, periods }) => period * periods <= daySeconds, {
      error: 'Expected periods of a day at most, all together',
      path: ['periods'],
    }),
  );
export type MadeAlarm = z.output<typeof MadeAlarm>;

/** Its name belongs to this rollout alone: no two rollouts' configurations have the same. */
export const madeAlarmName = (alarm: Pick<MadeAlarm, 'name'>, { endpointConfigName }: Pick<Slot, 'endpointConfigName'>): string =>
  `${ownAlarmPrefix}${endpointConfigName}-${alarm.name}`;

/** The alarm as CloudWatch is asked for it, on the canary's slot. */
export function definitionOf(alarm: MadeAlarm, canary: Slot): AlarmDefinition {
  const { metric, statistic, max, min, period, periods, datapoints = periods, missingData } = alarm;
  return {
    alarmName: madeAlarmName(alarm, canary),
    description: `Made by Sluice for variant ${canary.variantName} of endpoint ${canary.endpointName} while it is a canary`,
    namespace: metric.namespace,
    metricName: metric.name,
    dimensions: Object.fromEntries(Object.entries(alarm.dimensions).map(([name, value]) => [name, fillIn(value, canary)])),
    statistic,
    periodSeconds: period,
    periods,
    datapoints,
    comparison: max === undefined ? 'LessThanThreshold' : 'GreaterThanThreshold',
    threshold: max ?? min ?? 0,
    missingData,
  };
}
