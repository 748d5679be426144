import * as z from 'zod/mini';
import { errorRate } from '../../src/gates/error-rate.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import { latency } from '../../src/gates/latency.ts';
import type { History, Period } from '../../src/gates/periods.ts';
import { combine, type GateVerdict } from '../../src/rollout/verdict.ts';
import { lnHarmTogether, weighTogether } from '../../src/rollout/weigh.ts';
import { clusterSizeOf } from '../../src/statistics/dispersion.ts';
import { adaptive } from '../../src/strategies/adaptive.ts';
import type { SoFar } from '../../src/strategies/strategy.ts';
import { overMs } from './latency.ts';
import type { Policy, Underway } from './policy.ts';
import { actuationTicks, type Counted, firstWeightTick, type Halves, type Tick, tickSeconds } from './world.ts';

const thresholdsMs = [200, 300, 500] as const;
const errorSpec = z.parse(errorRate.spec, { type: 'error-rate' });
const latencySpec = z.parse(latency.spec, { type: 'latency', thresholdsMs: [...thresholdsMs] });
const shares = [0.6, 0.4] as const;
const slot = { endpointName: 'bench', endpointConfigName: 'bench', variantName: 'bench' };

const ofErrors = ({ bad }: Counted): number[] => [bad];
const ofLatency = (counted: Counted): number[] => thresholdsMs.map((ms) => overMs(ms, counted));

/** Stable alone before the start, and clusters between the two halves of its instances. */
function historyOf(before: readonly Halves[], badOf: (counted: Counted) => number[]): History {
  const halves = before.map(({ first, second }) => [first, second].map((half) => ({ requests: half.requests, bad: badOf(half) })));
  const each = halves.flat();
  const kinds = (each[0]?.bad ?? []).map((_, kind) => kind);
  const only = (half: (typeof each)[number] | undefined, kind: number) => ({ requests: half?.requests ?? 0, bad: half?.bad[kind] ?? 0 });
  return {
    requests: each.reduce((sum, { requests }) => sum + requests, 0),
    bad: kinds.map((kind) => each.reduce((sum, { bad }) => sum + (bad[kind] ?? 0), 0)),
    clusterSizes: kinds.map((kind) => clusterSizeOf(halves.map(([first, second]) => ({ first: only(first, kind), second: only(second, kind) })))),
  };
}

const atMs = (tick: number): number => tick * tickSeconds * 1000;

/** Ticks put together into one period of the metrics: what arrived of it; a variant has none where nothing did. */
function together(ticks: readonly Tick[], side: 'canary' | 'stable'): Counted | undefined {
  const found = ticks.flatMap((tick) => tick[side] ?? []);
  const [first, ...rest] = found;
  if (!first) return undefined;
  return rest.reduce(
    (sum, counted) => ({
      requests: sum.requests + counted.requests,
      bad: sum.bad + counted.bad,
      buckets: sum.buckets.map((hits, index) => hits + (counted.buckets[index] ?? 0)),
    }),
    first,
  );
}

interface Settings {
  /** Ticks a metric period has, and how many more it takes until one can be used. */
  readonly ticksPerPeriod: number;
  readonly settlingTicks: number;
  /** Fields of the strategy that are not its defaults. */
  readonly strategy: Readonly<Record<string, unknown>>;
}

/** One rollout by the gates and the strategy that run in the Lambdas, without the wire: one evaluation a metric period. */
function underway(before: readonly Halves[], { ticksPerPeriod, settlingTicks, strategy: fields }: Settings): Underway {
  const strategy = z.parse(adaptive.spec, { type: 'adaptive', ...fields });
  const history = { errors: historyOf(before, ofErrors), latency: historyOf(before, ofLatency) };
  const periodSeconds = ticksPerPeriod * tickSeconds;
  const settlingSeconds = settlingTicks * tickSeconds;
  let memories: { readonly errors?: unknown; readonly latency?: unknown } = {};
  let steps: SoFar['steps'] = [];
  let passed = 0;
  let ended = false;
  let unread: Tick[] = [];
  let fresh: { readonly periods: readonly Tick[][] } = { periods: [] };

  const soFar = (nowMs: number): SoFar => ({ passed, steps, skipRest: false, nowMs, periodSeconds, settlingSeconds });
  /** Asks the strategy for the next weight, 0-1; undefined when it promotes. */
  function shift(nowMs: number, inForceMs: number): number | undefined {
    const decision = adaptive.next(strategy, soFar(nowMs));
    if (decision.decision === 'promote') return undefined;
    steps = [...steps, { ...decision.step, requestedAtMs: nowMs, verifiedAtMs: inForceMs, verdicts: [] }];
    return decision.step.canaryPercent / 100;
  }
  const periodOf = (ticks: readonly Tick[], badOf: (counted: Counted) => number[]): Period => {
    const counted = (side: 'canary' | 'stable') => {
      const found = together(ticks, side);
      return found && found.requests > 0 ? { requests: found.requests, bad: badOf(found) } : undefined;
    };
    const canary = counted('canary');
    const stable = counted('stable');
    return { atMs: atMs(ticks[0]?.tick ?? 0), ...(canary && { canary }), ...(stable && { stable }) };
  };

  function ask(periods: readonly Tick[][], nowMs: number): GateVerdict[] {
    const context = (share: number, memory: unknown): GateContext => ({
      rolloutId: 'bench',
      delivery: 'bench',
      stage: 'baking',
      canary: slot,
      stable: slot,
      nowMs,
      periodSeconds,
      settlingSeconds,
      shifts: steps.flatMap(({ canaryPercent, verifiedAtMs }) => (verifiedAtMs === undefined ? [] : [{ canaryPercent, verifiedAtMs }])),
      window: { startMs: 0, endMs: 0 },
      alarmsSinceMs: 0,
      alarmsEntered: [],
      seeksWinner: false,
      share,
      ...(memory !== undefined && { memory }),
    });
    const throughMs = atMs((periods.at(-1)?.at(-1)?.tick ?? 0) + 1);
    const measured = (badOf: (counted: Counted) => number[]) => ({ periods: periods.map((ticks) => periodOf(ticks, badOf)), throughMs });
    const errors = errorRate.judge({ ...measured(ofErrors), history: history.errors }, errorSpec, context(shares[0], memories.errors));
    const slow = latency.judge(
      { ...measured(ofLatency), history: history.latency, counting: { statistic: 'trimmed-count', emptyIsMissing: false } },
      latencySpec,
      context(shares[1], memories.latency),
    );
    memories = { errors: errors.memory, latency: slow.memory };
    return [
      { ...errors, gate: 'error-rate', path: 'gates[0]' },
      { ...slow, gate: 'latency', path: 'gates[1]' },
    ];
  }

  const firstWeight = shift(0, atMs(firstWeightTick)) ?? 0;
  return {
    firstWeight,
    get ended() {
      return ended;
    },
    see(tick) {
      // The endpoint is asked about from the canary's first weight on, in whole periods.
      if (tick.weight === 0 || (unread.length === 0 && tick.tick % ticksPerPeriod !== 0)) return;
      unread = [...unread, tick];
      if (unread.length < ticksPerPeriod) return;
      fresh = { periods: [...fresh.periods, unread] };
      unread = [];
    },
    decide(now) {
      const step = steps.at(-1);
      const ready = fresh.periods.filter((ticks) => (ticks.at(-1)?.tick ?? 0) + settlingTicks <= now);
      if (!step || ended || ready.length === 0) return undefined;
      fresh = { periods: fresh.periods.slice(ready.length) };
      const nowMs = atMs(now + 1);
      const raw = ask(ready, nowMs);
      const verdicts = weighTogether(raw, shares);
      if (combine(verdicts) === 'failed') {
        ended = true;
        return 0;
      }
      // While the endpoint is Updating nothing can be asked of it but to undo; at 100 percent stable has nothing to be compared with.
      if ((step.verifiedAtMs ?? 0) > nowMs || step.canaryPercent === 100) return undefined;
      const decision = adaptive.judge?.(strategy, soFar(nowMs), { verdicts, lnHarm: lnHarmTogether(raw, shares) });
      if (decision?.answer === 'failed') {
        ended = true;
        return 0;
      }
      if (decision?.answer !== 'passed') return undefined;
      steps = [...steps.slice(0, -1), { ...step, passedAtMs: nowMs, verdicts: decision.verdicts ?? verdicts }];
      passed += 1;
      const weight = shift(nowMs, atMs(now + actuationTicks));
      ended = weight === undefined || weight === 1;
      return weight;
    },
  };
}

const policy = (name: string, says: string, settings: Partial<Settings>): Policy => ({
  name,
  says,
  start: (before) => underway(before, { ticksPerPeriod: 1, settlingTicks: 2, strategy: {}, ...settings }),
});

/** As it comes; then what an operator may turn: the budget, the hold, the metric period. */
export const sluiceAdaptive = policy('sluice-adaptive', 'Sluice adaptive, defaults', {});
export const sluiceVariants: readonly Policy[] = [
  policy('sluice-adaptive-double', 'Sluice adaptive, harmBudget 100', { strategy: { harmBudget: 100 } }),
  policy('sluice-adaptive-patient', 'Sluice adaptive, minimumHold 10m', { strategy: { minimumHold: '10m' } }),
  policy('sluice-adaptive-60s', 'Sluice adaptive, metrics of 60 s', { ticksPerPeriod: 6, settlingTicks: 6 }),
];
