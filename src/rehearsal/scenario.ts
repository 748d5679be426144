import * as z from 'zod/mini';
import { Duration } from '../rollout/duration.ts';

const Rate = z.number().check(z.minimum(0), z.maximum(1));
const Positive = z.number().check(z.gt(0));
const Name = z.string().check(z.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'Expected letters, digits and inner hyphens'));

/** What is wrong with a canary, and when; every condition that is named must hold. */
const Fault = z
  .strictObject({
    /** Age of the canary, counted from its first traffic. */
    from: z.prefault(Duration, '0s'),
    until: z.optional(Duration),
    /** Only while it has more of the traffic than this, percent. */
    abovePercent: z.optional(z.number().check(z.minimum(0), z.lt(100))),
    /** Its rate of failed requests; unset: stable's, or what an earlier fault says. */
    errorRate: z.optional(Rate),
    /** Multiplies stable's rate instead. */
    errorFactor: z.optional(z.number().check(z.minimum(0), z.maximum(10_000))),
    /** Multiplies its latency. */
    latencyFactor: z.optional(Positive.check(z.maximum(1000))),
  })
  .check(
    z.refine((fault) => fault.errorRate !== undefined || fault.errorFactor !== undefined || fault.latencyFactor !== undefined, {
      error: 'Expected errorRate, errorFactor or latencyFactor',
      path: ['errorRate'],
    }),
  )
  .check(
    z.refine((fault) => fault.errorRate === undefined || fault.errorFactor === undefined, {
      error: 'Expected either errorRate or errorFactor',
      path: ['errorFactor'],
    }),
  )
  .check(z.refine((fault) => fault.until === undefined || fault.until > fault.from, { error: 'Expected until to be after from', path: ['until'] }));

const Value = z.strictObject({ mean: z.number(), deviation: z._default(z.number().check(z.minimum(0)), 0) });

const Alarm = z.strictObject({
  /** As the delivery names it; `{variant}` and `{endpoint}` are filled in. */
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  /** Whose metric it watches; unset: the canary's where its name has `{variant}`, else the endpoint's. */
  of: z.optional(z.enum(['canary', 'stable', 'endpoint'])),
  metric: z._default(z.string().check(z.minLength(1), z.maxLength(255)), 'Invocation5XXErrors'),
  statistic: z._default(z.string().check(z.minLength(1)), 'Average'),
  comparison: z._default(z.enum(['above', 'below']), 'above'),
  threshold: z.number(),
  period: z.prefault(Duration.check(z.refine((seconds) => seconds % 60 === 0 && seconds > 0, 'Expected whole minutes')), '1m'),
  /** How many periods in a row must breach. */
  evaluationPeriods: z._default(z.int().check(z.minimum(1), z.maximum(100)), 1),
});

/** A modelled world: traffic, how stable does, and what is wrong with the canary. Rates are 0-1. */
export const Scenario = z.strictObject({
  name: Name,
  /** One line for people. */
  says: z._default(z.string().check(z.maxLength(200)), ''),
  /** Whether the canary is good: what the rollout ought to end in. */
  good: z._default(z.boolean(), false),
  traffic: z.strictObject({
    requestsPerSecond: Positive.check(z.maximum(1_000_000)),
    /** A sine over the mean: `part` of it up and down within `period`. */
    swing: z.optional(
      z.strictObject({
        part: z.number().check(z.gt(0), z.maximum(1)),
        period: z.prefault(Duration.check(z.refine((seconds) => seconds >= 60, 'Expected at least 1m')), '24h'),
      }),
    ),
  }),
  errors: z._default(
    z.strictObject({
      /** Stable's usual rate of failed requests. */
      rate: z._default(Rate, 0.001),
      /** Each ten seconds' rate of both variants times one Gamma draw of this shape and mean 1: 4 is noisy, 100 hardly. */
      noiseShape: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
    }),
    { rate: 0.001 },
  ),
  /** Both variants fail at this rate, counted from the rollout's start. */
  outages: z._default(z.array(z.strictObject({ from: Duration, for: Duration, errorRate: Rate })).check(z.maxLength(20)), []),
  latency: z._default(
    z.strictObject({
      medianMs: z._default(Positive.check(z.maximum(3_600_000)), 100),
      /** Deviation of the latency's natural logarithm. */
      sigma: z._default(Positive.check(z.maximum(3)), 0.5),
    }),
    { medianMs: 100, sigma: 0.5 },
  ),
  canary: z._default(z.strictObject({ faults: z._default(z.array(Fault).check(z.maxLength(20)), []) }), { faults: [] }),
  /** Share of each variant's datapoints that never arrive. */
  lostDatapoints: z._default(z.number().check(z.minimum(0), z.lt(1)), 0),
  /** Metrics of the delivery's own, one value a request, normally distributed. */
  metrics: z._default(
    z
      .array(z.strictObject({ namespace: z.string().check(z.minLength(1)), name: z.string().check(z.minLength(1)), stable: Value, canary: Value }))
      .check(z.maxLength(20)),
    [],
  ),
  alarms: z._default(z.array(Alarm).check(z.maxLength(100)), []),
  /** From asking for weights to their being in force. */
  actuation: z.prefault(Duration, '30s'),
});
export type Scenario = z.output<typeof Scenario>;
export type ScenarioSource = z.input<typeof Scenario>;
