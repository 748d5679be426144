import * as z from 'zod/mini';
import { Duration } from '../rollout/duration.ts';
import { common } from './gate.ts';
import { flawsOfSeries, MetricPeriod, seriesFields } from './series.ts';

const Level = z.number().check(z.gt(0), z.maximum(0.5));

/** A series of the canary's, and what it is held to: fixed bounds, or stable's. */
export const MetricSpec = z
  .strictObject({
    type: z.literal('metric'),
    ...common,
    ...seriesFields,
    period: z.prefault(MetricPeriod, '1m'),
    delay: z.optional(Duration),
    max: z.optional(z.number()),
    min: z.optional(z.number()),
    minimumPeriods: z.optional(z.int().check(z.minimum(1))),
    against: z.optional(z.literal('stable')),
    better: z.optional(z.enum(['lower', 'higher'])),
    range: z.optional(z.tuple([z.number(), z.number()])),
    sigma: z.optional(z.number().check(z.gt(0))),
    margin: z.optional(z.number().check(z.gt(0))),
    alpha: z.optional(Level),
    beta: z.optional(Level),
    warmUp: z.optional(z.int().check(z.minimum(0), z.maximum(1000))),
    cost: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  })
  .check(({ issues, value }) => {
    for (const { path, message } of [...flawsOfSeries(value), ...flawsOfQuestion(value)])
      issues.push({ code: 'custom', path, message, input: value });
  });
export type MetricSpec = z.output<typeof MetricSpec>;

const onlyFixed = ['max', 'min', 'minimumPeriods'] as const;
const onlyAgainst = ['better', 'range', 'sigma', 'margin', 'alpha', 'beta', 'warmUp', 'cost'] as const;

/** A fixed bound, or stable to compare with; what belongs to the other one is a slip of the pen. */
function flawsOfQuestion(spec: Pick<MetricSpec, (typeof onlyFixed)[number] | (typeof onlyAgainst)[number] | 'against'>) {
  const { against, max, min, better, range, sigma, margin } = spec;
  const flaw = (field: string, message: string) => ({ path: [field], message });
  const strange = (against === undefined ? onlyAgainst : onlyFixed).filter((field) => spec[field] !== undefined);
  const flaws = strange.map((field) =>
    flaw(field, against === undefined ? 'Expected against: stable with it' : 'Expected none with against: stable'),
  );
  if (against === undefined) {
    if (max === undefined && min === undefined) flaws.push(flaw('max', 'Expected max, min or against: stable'));
    if (max !== undefined && min !== undefined && min > max)
      flaws.push(flaw('min', 'Expected min to be at most max: no value is within these bounds'));
    return flaws;
  }
  if (better === undefined) flaws.push(flaw('better', 'Expected lower or higher: which of two values is the better one'));
  if (margin === undefined) flaws.push(flaw('margin', 'Expected how much worse than stable is still not worse, in the metric’s unit'));
  if ((range === undefined) === (sigma === undefined)) flaws.push(flaw('range', 'Expected either range or sigma: what is known of the values'));
  if (range && range[0] >= range[1]) flaws.push(flaw('range', 'Expected [low, high], the lower value first'));
  else if (range && margin !== undefined && margin >= range[1] - range[0])
    flaws.push(flaw('margin', 'Expected less than the range is wide: anything would be within it'));
  return flaws;
}
