/** How many of the canary's requests `error-rate` needs to find a regression, next to what any exact test needs. */
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { errorRate } from '../src/gates/error-rate.ts';
import type { GateContext } from '../src/gates/gate.ts';
import { chanceOf } from '../src/rehearsal/chance.ts';
import { togetherShare } from '../src/rollout/weigh.ts';
import { divergence } from './gates/wald.ts';

export const says = 'requests until a regression is found, next to Wald’s limit';

const usage = `npm run bench -- limit [options]
  --runs N           rollouts a cell, default 1000
  --seed S           default 11
  --output json      a JSON object a cell instead of a table; the last line is the same`;

const weights = [0.01, 0.05, 0.1, 0.25, 0.5];
const bases = [0.001, 0.01];
const factors = [2, 5, 10];
/** Periods that the limit's requests are spread over: fine enough that the test is looked at all along. */
const periodsToLimit = 40;
const spec = z.parse(errorRate.spec, { type: 'error-rate', clusterSize: 1 });
const slot = { endpointName: 'bench', endpointConfigName: 'bench', variantName: 'bench' };
const ofRate = (rate: number): readonly number[] => [rate, 1 - rate];

/** The fewest requests of the canary that a test with an error of alpha needs on average, where it has to learn stable's rate meanwhile. */
export function leastRequests(base: number, rate: number, weight: number): number {
  const pooled = ofRate(weight * rate + (1 - weight) * base);
  return -Math.log(spec.alpha) / (divergence(ofRate(rate), pooled) + ((1 - weight) / weight) * divergence(ofRate(base), pooled));
}

/** Requests of the canary until the gate's evidence reached its level; a period's worth is drawn at a time. */
export function requestsUsed(base: number, rate: number, weight: number, seed: number, run: number): number {
  const draw = chanceOf(seed, run);
  const perPeriod = leastRequests(base, rate, weight) / periodsToLimit;
  let memory: unknown;
  let used = 0;
  // The first three periods are the gate's warm-up: as small as they come, so that they do not count for much.
  for (let period = 0; ; period += 1) {
    const canaryRequests = period < 3 ? 1 : draw.poisson(perPeriod);
    const stableRequests = period < 3 ? 1 : draw.poisson((perPeriod * (1 - weight)) / weight);
    used += canaryRequests;
    const context: GateContext = {
      rolloutId: 'bench',
      delivery: 'bench',
      stage: 'baking',
      canary: slot,
      stable: slot,
      nowMs: period * 10_000,
      periodSeconds: 10,
      settlingSeconds: 20,
      shifts: [{ canaryPercent: 100 * weight, verifiedAtMs: 0 }],
      window: { startMs: 0, endMs: 0 },
      alarmsSinceMs: 0,
      alarmsEntered: [],
      seeksWinner: false,
      share: 1,
      ...(memory !== undefined && { memory }),
    };
    const counted = (requests: number, p: number) => ({ requests, bad: [draw.binomial(requests, p)] });
    const periods = [
      {
        atMs: period * 10_000,
        ...(canaryRequests > 0 && { canary: counted(canaryRequests, rate) }),
        ...(stableRequests > 0 && { stable: counted(stableRequests, base) }),
      },
    ];
    const history = { requests: 200, bad: [200 * base], clusterSizes: [1] };
    const verdict = errorRate.judge({ periods, throughMs: (period + 1) * 10_000, history }, spec, context);
    memory = verdict.memory;
    if (verdict.sequential && verdict.sequential.lnHarm >= -Math.log(togetherShare * spec.alpha)) return used;
  }
}

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '11' },
      output: { type: 'string', default: 'text' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) throw new RangeError(`--runs and --seed are whole numbers\n\n${usage}`);
  const ratios: Record<string, Record<string, number>> = {};
  for (const base of bases) {
    for (const factor of factors) {
      const name = `${100 * base} % -> x${factor}`;
      const row: Record<string, number> = {};
      for (const weight of weights) {
        const limit = leastRequests(base, factor * base, weight);
        let used = 0;
        for (let run = 0; run < runs; run += 1) used += requestsUsed(base, factor * base, weight, seed, run);
        row[`${100 * weight} %`] = Number((used / runs / limit).toPrecision(3));
        if (values.output === 'json') console.log(JSON.stringify({ base, factor, weight, requests: used / runs, limit, ratio: used / runs / limit }));
      }
      ratios[name] = row;
    }
  }
  if (values.output !== 'json') console.table(ratios);
  const all = Object.values(ratios).flatMap((row) => Object.values(row));
  console.log(JSON.stringify({ runs, seed, worst: Math.max(...all), best: Math.min(...all), ratios }));
}
