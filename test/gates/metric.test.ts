import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { GateContext } from '../../src/gates/gate.ts';
import { metric } from '../../src/gates/metric.ts';
import { gateOf, sharesOf } from '../../src/gates/registry.ts';
import type { Datapoint } from '../../src/ports/metrics.ts';
import type { GateVerdict } from '../../src/rollout/verdict.ts';
import { weighTogether } from '../../src/rollout/weigh.ts';
import { context, minute, series, world } from './fixture.ts';

type Written = Partial<z.input<typeof metric.spec>>;
const value = { namespace: 'Shop', name: 'Value' };
const bounded: Written = { metric: value, minimumPeriods: 2, max: 10 };
const against: Written = { metric: value, against: 'stable', better: 'higher', range: [0, 1], margin: 0.1 };
const specOf = (written: Written) => z.parse(metric.spec, { type: 'metric', ...written });

async function ask(metrics: Record<string, readonly Datapoint[]>, written: Written, overrides: Partial<GateContext> = {}) {
  const spec = specOf(written);
  const { ports, asked, computed } = world(metrics);
  const about = context(overrides);
  return { verdict: metric.judge(await metric.measure(spec, ports, about), spec, about), asked, computed };
}
const both = (canary: readonly Datapoint[], stable: readonly Datapoint[] = []) => ({
  'churn-b Value Average': canary,
  'churn-a Value Average': stable,
});
const steadily = (each: number, minutes: number) => series(...Array.from({ length: minutes }, () => each));
/** Asked when so many whole minutes since 12:00 are old enough. */
const through = (minutes: number): Partial<GateContext> => ({ nowMs: minute(minutes + 2), window: { startMs: minute(0), endMs: minute(minutes) } });

describe('metric with fixed bounds', () => {
  test('is successful at a bound and fails beyond it', async () => {
    expect((await ask(both(series(10, 10)), bounded)).verdict).toMatchObject({
      result: 'successful',
      reason: 'within-bounds',
      evidence: { canary: 10, max: 10 },
    });
    expect((await ask(both(series(10, 10.5)), bounded)).verdict).toMatchObject({ result: 'failed', reason: 'out-of-bounds' });
    expect((await ask(both(series(4, 5)), { metric: value, min: 5 })).verdict).toMatchObject({ result: 'failed', evidence: { canary: 4.5, min: 5 } });
  });

  test.each([
    ['Average', 6],
    ['Maximum', 9],
    ['Minimum', 3],
    ['p90', 6],
  ])('makes one figure of many periods: %s', async (statistic, expected) => {
    const { verdict } = await ask({ [`churn-b Value ${statistic}`]: series(3, 9) }, { ...bounded, statistic });
    expect(verdict).toMatchObject({ result: 'successful', evidence: { canary: expected, periods: 2 } });
  });

  test('has no evidence from no period, or too few, and tells how many are missing', async () => {
    expect((await ask({}, bounded)).verdict).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
    expect((await ask(both(series(99)), bounded)).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'too-few-periods',
      evidence: { periods: 1, periodsNeeded: 1 },
    });
  });

  test('blames nobody where stable breaks the same bound', async () => {
    expect((await ask(both(series(20, 20), series(30, 30)), bounded)).verdict).toMatchObject({ result: 'inconclusive', reason: 'shared-outage' });
    expect((await ask(both(series(20, 20), series(3, 3)), bounded)).verdict.result).toBe('failed');
    expect((await ask(both(series(20, 20), series(30)), bounded)).verdict.result).toBe('failed');
  });

  test('computes metric math with each variant’s names filled in', async () => {
    const one = (name: string) => ({
      metric: { namespace: 'Shop', name },
      dimensions: { Model: '{endpoint}/{variant}/{config}', VariantName: '{variant}' },
      statistic: 'Sum',
    });
    const written: Written = { expression: 'sold / seen', metrics: { sold: one('Sold'), seen: one('Seen') }, min: 0.02 };
    const { verdict, asked, computed } = await ask({ 'churn-b sold / seen': series(0.01, 0.01), 'churn-a sold / seen': series(0.05, 0.05) }, written);
    expect(verdict).toMatchObject({ result: 'failed', evidence: { metric: 'sold / seen', canary: 0.01, stable: 0.05 } });
    expect(asked).toEqual([]);
    expect(computed.map(({ query }) => query.metrics['sold'])).toEqual(
      ['churn-b', 'churn-a'].map((variant) => ({
        namespace: 'Shop',
        metricName: 'Sold',
        dimensions: { Model: `churn/${variant}/churn-2`, VariantName: variant },
        statistic: 'Sum',
        periodSeconds: 60,
      })),
    );
  });

  test('reads whole periods of the step that are old enough, by SageMaker’s three dimensions unless told otherwise', async () => {
    const { asked } = await ask(
      both(series(1, 1)),
      { ...bounded, period: '5m', delay: '10m' },
      { nowMs: minute(24), shifts: [{ canaryPercent: 10, verifiedAtMs: minute(1) }] },
    );
    expect(asked[0]).toEqual({
      query: {
        namespace: 'Shop',
        metricName: 'Value',
        dimensions: { EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' },
        statistic: 'Average',
        periodSeconds: 300,
      },
      window: { startMs: minute(5), endMs: minute(10) },
    });
    expect((await ask(both(series(1, 1)), bounded, { nowMs: minute(1) })).asked).toEqual([]);
  });
});

describe('metric against stable', () => {
  test('is undecided at first, tells what is missing, and proves a canary as good as stable', async () => {
    const { verdict } = await ask(both(steadily(0.5, 60), steadily(0.5, 60)), against, through(20));
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'undecided', evidence: { periods: 20, canary: 0.5, stable: 0.5, worseBy: 0 } });
    const { periodsNeeded } = verdict.evidence;
    expect(periodsNeeded).toBeGreaterThan(0);
    // By hand: with a margin of 0.1 and no difference the boldest bet, nine tenths of 1 / (1 - 0.1), grows by ln(1.1) a period,
    // so ln(4 * 20) / ln(1.1) = 46 periods do in any case.
    expect((await ask(both(steadily(0.5, 60), steadily(0.5, 60)), against, through(46))).verdict).toMatchObject({
      result: 'successful',
      reason: 'not-worse',
    });
  });

  test('suspects a canary that is worse, and all gates’ evidence together fails it', async () => {
    const about = through(60);
    const { verdict } = await ask(both(steadily(0.3, 60), steadily(0.5, 60)), against, about);
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'suspicious', evidence: { worseBy: expect.closeTo(0.2, 9) as number } });
    expect(verdict.sequential?.lnHarm).toBeGreaterThan(Math.log(125));
    const asGate: GateVerdict = { ...verdict, gate: 'metric', path: 'gates[0]' };
    expect(weighTogether([asGate], [1])).toMatchObject([{ result: 'failed', reason: 'worse-than-stable' }]);
    // Better by as much is no harm.
    const { verdict: better } = await ask(both(steadily(0.5, 60), steadily(0.3, 60)), against, about);
    expect(better).toMatchObject({ result: 'successful', reason: 'not-worse' });
    const { verdict: lower } = await ask(both(steadily(0.3, 60), steadily(0.5, 60)), { ...against, better: 'lower' }, about);
    expect(lower).toMatchObject({ result: 'successful', reason: 'not-worse' });
  });

  test('is not fooled by what moves both alike', async () => {
    const outage = Array.from({ length: 60 }, (_, index) => (index >= 10 && index < 40 ? 0.05 : 0.6));
    expect((await ask(both(series(...outage), series(...outage)), against, through(60))).verdict).toMatchObject({
      result: 'successful',
      reason: 'not-worse',
    });
  });

  test('counts on from look to look as in a single one; what arrives after its period was seen changes nothing', async () => {
    const canary = series(0.5, 0.4, undefined, 0.6, 0.5, 0.2, 0.9, 0.5);
    const stable = series(0.5, 0.5, 0.5, undefined, 0.4, 0.5, 0.6, 0.5);
    const single = (await ask(both(canary, stable), against, through(8))).verdict;
    expect(single.evidence).toMatchObject({ periods: 6, missing: 2 });
    let memory: unknown;
    let verdict: typeof single | undefined;
    for (const end of [0, 1, 3, 3, 6, 8]) {
      // The third minute's value arrives when that minute was seen already.
      const arrived = end < 4 ? canary : [...canary, { atMs: minute(2), value: 0 }];
      const looked = await ask(both(arrived, stable), against, { ...through(end), ...(memory !== undefined && { memory }) });
      memory = JSON.parse(JSON.stringify(looked.verdict.memory));
      ({ verdict } = looked);
    }
    expect(verdict?.evidence).toEqual(single.evidence);
    expect(JSON.stringify(memory).length).toBeLessThan(1500);
  });

  test('goes on over steps, and passes over its warm-up', async () => {
    const shifts = [
      { canaryPercent: 10, verifiedAtMs: minute(0) },
      { canaryPercent: 50, verifiedAtMs: minute(10) },
    ];
    const { verdict } = await ask(both(steadily(0.5, 20), steadily(0.5, 20)), { ...against, warmUp: 3 }, { ...through(20), shifts });
    expect(verdict.evidence).toMatchObject({ periods: 17 });
  });

  test('tells strategies what it knows: shares of the range, requests, and that it costs the harm budget nothing unless told', async () => {
    const requests = { 'churn-b Invocations Sum': steadily(60, 20), 'churn-a Invocations Sum': steadily(540, 20) };
    const written: Written = { ...against, range: [0, 2], margin: 0.1 };
    const { verdict } = await ask({ ...both(steadily(0.4, 20), steadily(0.5, 20)), ...requests }, written, through(20));
    expect(verdict.sequential).toMatchObject({
      alpha: 0.01,
      beta: 0.05,
      cost: 0,
      margin: 0.05,
      excess: expect.closeTo(0.05, 9) as number,
      requests: 1200,
      requestsPerSecond: 10,
      silent: false,
    });
    expect(verdict.sequential?.excessBound).toBeGreaterThan(0.05);
    expect(verdict.sequential?.excessBound).toBeLessThanOrEqual(1);
    // Without requests it is told by its periods.
    expect((await ask(both(steadily(0.5, 20), steadily(0.5, 20)), against, through(20))).verdict.sequential?.requests).toBe(20);
  });

  test('weighs whether the canary is better as well, where somebody looks for a winner', async () => {
    const about = { ...through(60), seeksWinner: true };
    const winner = (await ask(both(steadily(0.5, 60), steadily(0.3, 60)), against, about)).verdict;
    // What would be the evidence of harm if the two changed places.
    const { verdict: swapped } = await ask(both(steadily(0.3, 60), steadily(0.5, 60)), against, about);
    expect(winner.sequential?.lnBetter).toBe(swapped.sequential?.lnHarm);
    expect(winner.sequential?.lnBetter).toBeGreaterThan(Math.log(100));
    expect((await ask(both(steadily(0.5, 60), steadily(0.3, 60)), against, through(60))).verdict.sequential?.lnBetter).toBeUndefined();
  });

  test('takes a spread instead of a range, for values without bounds', async () => {
    const written: Written = { metric: value, against: 'stable', better: 'lower', sigma: 20, margin: 20 };
    const { verdict } = await ask(both(steadily(1040, 10), steadily(1000, 10)), written, through(10));
    expect(verdict).toMatchObject({ reason: 'suspicious', evidence: { worseBy: 40 } });
    expect((await ask(both(steadily(1000, 20), steadily(1000, 20)), written, through(20))).verdict).toMatchObject({ reason: 'not-worse' });
  });

  test('tells of values beyond the range', async () => {
    expect((await ask(both(series(0.5, 7), series(0.5, 0.5)), against)).verdict.evidence).toMatchObject({ beyondRange: 1 });
  });

  test('has nothing to compare with in a first deployment', async () => {
    const { stable: _, ...first } = context();
    const spec = specOf(against);
    const verdict = metric.judge(await metric.measure(spec, world({}).ports, first), spec, first);
    expect(verdict).toMatchObject({ result: 'successful', reason: 'no-baseline' });
  });

  test('has no evidence without data', async () => {
    expect((await ask({}, against)).verdict).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
    expect((await ask(both(series(0.5, 0.5)), against)).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'no-data',
      evidence: { missing: 2 },
    });
  });

  test('shares the evidence of all gates only where it weighs any', () => {
    expect(sharesOf([specOf(against), specOf(bounded)])).toEqual([1, 1]);
    expect(sharesOf([specOf(against), specOf(against)])).toEqual([0.5, 0.5]);
    expect(gateOf(specOf(against)).evidenceShare).toBe(0.4);
  });
});

describe('a metric gate’s spec', () => {
  const math: Written = { expression: 'a / b', metrics: { a: { metric: value }, b: { metric: value } }, max: 1 };
  test.each<[string, object, string]>([
    ['neither metric nor expression', { max: 1 }, 'metric'],
    ['both metric and expression', { ...math, metric: value }, 'metric'],
    ['an expression without metrics', { expression: 'a', max: 1 }, 'metrics'],
    ['metrics without an expression', { ...bounded, metrics: math.metrics }, 'metrics'],
    ['a metric the expression does not use', { ...math, expression: 'a / 2' }, 'metrics.b'],
    ['an id CloudWatch refuses', { ...math, metrics: { A: { metric: value } }, expression: 'A' }, 'metrics.A'],
    ['a statistic outside the metrics', { ...math, statistic: 'Sum' }, 'statistic'],
    ['dimensions of no variant', { ...bounded, dimensions: { Shop: 'main' } }, 'dimensions'],
    ['no question', { metric: value }, 'max'],
    ['a minimum above the maximum', { metric: value, max: 1, min: 2 }, 'min'],
    ['a bound beside stable', { ...against, max: 1 }, 'max'],
    ['a range without stable', { ...bounded, range: [0, 1] }, 'range'],
    ['no word on which is better', { ...against, better: undefined }, 'better'],
    ['no margin', { ...against, margin: undefined }, 'margin'],
    ['nothing known of the values', { ...against, range: undefined }, 'range'],
    ['a range and a spread', { ...against, sigma: 1 }, 'range'],
    ['a range the wrong way round', { ...against, range: [1, 0] }, 'range'],
    ['a margin as wide as the range', { ...against, margin: 1 }, 'margin'],
    ['a period CloudWatch has none of', { ...bounded, period: '45s' }, 'period'],
  ])('is refused with %s', (_what, written, at) => {
    const parsed = z.safeParse(metric.spec, { type: 'metric', ...written });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([at]);
  });
});
