import { errorRate } from '../../src/gates/error-rate.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import { latency } from '../../src/gates/latency.ts';
import type { Counted as GateCounted, History, Period } from '../../src/gates/periods.ts';
import { combine, type GateVerdict } from '../../src/rollout/verdict.ts';
import { lnHarmTogether, weighTogether } from '../../src/rollout/weigh.ts';
import { clusterSizeOf } from '../../src/statistics/dispersion.ts';
import { adaptive } from '../../src/strategies/adaptive.ts';
import type { SoFar } from '../../src/strategies/strategy.ts';
import { actuationTicks, bucketEdgesMs, type Counted, settlingTicks, type Tick, tickSeconds, type World } from './world.ts';

const thresholdsMs = [200, 300, 500];
const gateSpecs = { errors: { type: 'error-rate' }, latency: { type: 'latency', thresholdsMs } } as const;
const shares = [0.6, 0.4];

const slower = (counted: Counted, ms: number): number =>
  counted.buckets.reduce((sum, hits, index) => sum + (index > bucketEdgesMs.indexOf(ms as (typeof bucketEdgesMs)[number]) ? hits : 0), 0);
const counts = {
  errors: (counted: Counted): number[] => [counted.bad],
  latency: (counted: Counted): number[] => thresholdsMs.map((ms) => slower(counted, ms)),
};

function historyOf(world: World, badOf: (counted: Counted) => number[]): History {
  const halves = world.before.map(({ first, second }) => ({
    first: { requests: first.requests, bad: badOf(first) },
    second: { requests: second.requests, bad: badOf(second) },
  }));
  const kinds = badOf({ requests: 0, bad: 0, buckets: [] }).map((_, kind) => kind);
  return {
    requests: halves.reduce((sum, { first, second }) => sum + first.requests + second.requests, 0),
    bad: kinds.map((kind) => halves.reduce((sum, { first, second }) => sum + (first.bad[kind] ?? 0) + (second.bad[kind] ?? 0), 0)),
    clusterSizes: kinds.map((kind) =>
      clusterSizeOf(
        halves.map(({ first, second }) => ({
          first: { requests: first.requests, bad: first.bad[kind] ?? 0 },
          second: { requests: second.requests, bad: second.bad[kind] ?? 0 },
        })),
      ),
    ),
  };
}

const atMs = (tick: number): number => tick * tickSeconds * 1000;

/** The controller as it runs in the Lambdas, without the wire: the same gates, the same strategy, one evaluation a tick. */
export function sluice(world: World, overrides: Readonly<Record<string, unknown>> = {}) {
  const errorsSpec = errorRate.spec.parse(gateSpecs.errors);
  const latencySpec = latency.spec.parse(gateSpecs.latency);
  const strategy = adaptive.spec.parse({ type: 'adaptive', ...overrides });
  const history = { errors: historyOf(world, counts.errors), latency: historyOf(world, counts.latency) };
  let memories: { errors?: unknown; latency?: unknown } = {};
  let steps: SoFar['steps'][number][] = [];
  let passed = 0;
  const soFar = (tick: number): SoFar => ({
    passed,
    steps,
    skipRest: false,
    nowMs: atMs(tick + 1),
    periodSeconds: tickSeconds,
    settlingSeconds: settlingTicks * tickSeconds,
  });

  const shift = (tick: number, inForce: number): number | undefined => {
    const decision = adaptive.next(strategy, soFar(tick));
    if (decision.decision === 'promote') return undefined;
    steps = [...steps, { ...decision.step, requestedAtMs: atMs(tick + 1), verifiedAtMs: atMs(inForce), verdicts: [] }];
    return decision.step.canaryPercent / 100;
  };

  return {
    start: (firstTick: number) => shift(-1, firstTick),
    /** The weight to ask for at the end of `tick`, 0 to roll back; undefined to leave it. */
    see(tick: number, seen: Tick | undefined): { weight: number; reason: string } | undefined {
      const step = steps.at(-1);
      // While the endpoint is Updating nobody is asked.
      if (!step || !seen) return undefined;
      const underWay = (step.verifiedAtMs ?? 0) > atMs(tick + 1);
      const period = (badOf: (counted: Counted) => number[]): Period => {
        const of = (counted: Counted | undefined): GateCounted | undefined =>
          counted && counted.requests > 0 ? { requests: counted.requests, bad: badOf(counted) } : undefined;
        const canary = of(seen.canary);
        const stable = of(seen.stable);
        return { atMs: atMs(seen.tick), ...(canary && { canary }), ...(stable && { stable }) };
      };
      if (seen.weight === 0) return undefined;
      const slot = { endpointName: 'e', endpointConfigName: 'c', variantName: 'v' };
      const context = (share: number, memory: unknown): GateContext => ({
        canary: slot,
        stable: slot,
        nowMs: atMs(tick + 1),
        periodSeconds: tickSeconds,
        settlingSeconds: settlingTicks * tickSeconds,
        shifts: steps.flatMap(({ canaryPercent, verifiedAtMs }) => (verifiedAtMs === undefined ? [] : [{ canaryPercent, verifiedAtMs }])),
        window: { startMs: 0, endMs: 0 },
        alarmsSinceMs: 0,
        alarmsEntered: [],
        seeksWinner: false,
        share,
        ...(memory !== undefined && { memory }),
      });
      const throughMs = atMs(seen.tick + 1);
      const ofErrors = errorRate.judge(
        { periods: [period(counts.errors)], throughMs, history: history.errors },
        errorsSpec,
        context(0.6, memories.errors),
      );
      const ofLatency = latency.judge(
        { periods: [period(counts.latency)], throughMs, history: history.latency },
        latencySpec,
        context(0.4, memories.latency),
      );
      memories = { errors: ofErrors.memory, latency: ofLatency.memory };
      const raw: GateVerdict[] = [
        { ...ofErrors, gate: 'error-rate', path: 'gates[0]' },
        { ...ofLatency, gate: 'latency', path: 'gates[1]' },
      ];
      const verdicts = weighTogether(raw, shares);
      if (combine(verdicts) === 'failed') return { weight: 0, reason: verdicts.find(({ result }) => result === 'failed')?.reason ?? '' };
      if (underWay || step.canaryPercent === 100) return undefined;
      const decision = adaptive.judge?.(strategy, soFar(tick), { verdicts, lnHarm: lnHarmTogether(raw, shares) });
      if (decision?.answer === 'failed') return { weight: 0, reason: decision.reason };
      if (decision?.answer !== 'passed') return undefined;
      steps = [...steps.slice(0, -1), { ...step, passedAtMs: atMs(tick + 1), verdicts: decision.verdicts ?? verdicts }];
      passed += 1;
      const weight = shift(tick, tick + actuationTicks);
      return weight === undefined ? undefined : { weight, reason: decision.text };
    },
  };
}
