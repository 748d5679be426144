import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { errorRate } from '../../src/gates/error-rate.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import type { Verdict } from '../../src/rollout/verdict.ts';
import { context, minute, series, world } from './fixture.ts';

const spec = (fields: Readonly<Record<string, unknown>> = {}) => z.parse(errorRate.spec, { type: 'error-rate', ...fields });

type Minute = readonly [
  canaryRequests: number | undefined,
  canaryBad: number | undefined,
  stableRequests: number | undefined,
  stableBad: number | undefined,
];

/** What CloudWatch holds minute by minute from 12:00 on, asked when the last of them can be read. */
async function ask(minutes: readonly Minute[], fields: Readonly<Record<string, unknown>> = {}, about: Partial<GateContext> = {}): Promise<Verdict> {
  const column = (index: 0 | 1 | 2 | 3) => series(...minutes.map((each) => each[index]));
  const { ports } = world({
    'churn-b Invocations Sum': column(0),
    'churn-b InvocationModelErrors Sum': column(1),
    'churn-a Invocations Sum': column(2),
    'churn-a InvocationModelErrors Sum': column(3),
  });
  const now = context({ nowMs: minute(minutes.length + 2), ...about });
  return errorRate.judge(await errorRate.measure(spec(fields), ports, now), spec(fields), now);
}
const times = (count: number, each: Minute): Minute[] => Array.from({ length: count }, () => each);

describe('error-rate', () => {
  test('says nothing before there is a whole period of both variants', async () => {
    expect(await ask([])).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
    expect(await ask([[undefined, undefined, 90, 0]])).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
  });

  test('proves that a good canary is not worse: by the rule of three after some 3 / 0.0025 requests', async () => {
    expect(await ask(times(3, [100, 0, 900, 1]))).toMatchObject({ result: 'inconclusive', reason: 'undecided' });
    expect(await ask(times(30, [100, 0, 900, 1]))).toMatchObject({ result: 'successful', reason: 'not-worse' });
  });

  test('has evidence of ln(100) after two minutes in which every request fails', async () => {
    const { sequential } = await ask(times(2, [10, 10, 990, 1]));
    expect(sequential?.lnHarm).toBeGreaterThan(Math.log(100));
  });

  test('has no evidence where both suffer alike, whatever the weight', async () => {
    const { sequential, result } = await ask([...times(3, [10, 2, 990, 198]), ...times(3, [500, 100, 500, 100])]);
    expect(sequential?.lnHarm).toBeLessThan(0.7);
    expect(result).not.toBe('failed');
  });

  test('says how many requests the proof still takes, less and less of them', async () => {
    const needed = async (minutes: number) => (await ask(times(minutes, [100, 0, 900, 1]))).evidence['requestsNeeded'] as number;
    expect(await needed(4)).toBeGreaterThan(await needed(8));
    expect(await needed(8)).toBeGreaterThan(0);
  });

  test('finds a late fault by stable’s history, though stable has hardly any traffic left', async () => {
    const late = await ask([...times(20, [950, 1, 50, 0]), ...times(2, [950, 30, 50, 0])]);
    expect(late).toMatchObject({ result: 'failed', reason: 'worse-than-history' });
    // Where stable fails as well it is nobody's fault.
    const shared = await ask([...times(20, [950, 1, 50, 0]), ...times(2, [950, 30, 50, 10])]);
    expect(shared.result).not.toBe('failed');
  });

  test('fails over its ceiling, not where stable is over it too', async () => {
    expect(await ask(times(4, [100, 40, 100, 0]), { ceiling: 0.1 })).toMatchObject({ result: 'failed', reason: 'over-ceiling' });
    expect(await ask(times(4, [100, 40, 100, 40]), { ceiling: 0.1 })).toMatchObject({ result: 'inconclusive', reason: 'shared-outage' });
  });

  test('judges a first deployment by its ceiling alone', async () => {
    const { stable: _, ...alone } = context({ nowMs: minute(12) });
    const first = async (minutes: readonly Minute[], fields = {}) => {
      const { ports } = world({
        'churn-b Invocations Sum': series(...minutes.map(([n]) => n)),
        'churn-b InvocationModelErrors Sum': series(...minutes.map(([, x]) => x)),
      });
      return errorRate.judge(await errorRate.measure(spec(fields), ports, alone), spec(fields), alone);
    };
    const good = times(10, [100, 0, undefined, undefined]);
    expect(await first(good)).toMatchObject({ result: 'successful', reason: 'no-baseline' });
    expect(await first(good, { ceiling: 0.1 })).toMatchObject({ result: 'successful', reason: 'under-ceiling' });
    expect(await first(times(10, [1, 0, undefined, undefined]), { ceiling: 0.1 })).toMatchObject({ result: 'inconclusive', reason: 'undecided' });
    expect(await first(times(10, [100, 60, undefined, undefined]), { ceiling: 0.1 })).toMatchObject({ result: 'failed', reason: 'over-ceiling' });
  });

  test('holds a canary that got everything at once to its ceiling', async () => {
    const everything = { shifts: [{ canaryPercent: 100, verifiedAtMs: minute(0) }] };
    expect(await ask(times(10, [1000, 0, undefined, undefined]), { ceiling: 0.1 }, everything)).toMatchObject({ reason: 'under-ceiling' });
    expect(await ask(times(10, [1000, 600, undefined, undefined]), { ceiling: 0.1 }, everything)).toMatchObject({ reason: 'over-ceiling' });
    expect(await ask(times(10, [1000, 0, undefined, undefined]), {}, everything)).toMatchObject({ reason: 'no-data' });
  });

  test('does not ask for what CloudWatch no longer has in periods of ten seconds, after hours without an answer', async () => {
    const { ports, asked } = world({});
    const nowMs = minute(600);
    const late = context({ nowMs, periodSeconds: 10, settlingSeconds: 20 });
    const { throughMs } = await errorRate.measure(spec(), ports, late);
    const fine = asked.filter(({ query }) => query.periodSeconds === 10);
    expect(fine.length).toBeGreaterThan(0);
    for (const { window } of fine) expect(nowMs - window.startMs).toBeLessThan(3 * 3_600_000);
    expect(throughMs).toBe(nowMs - 20_000);
    // Minutes are kept for days.
    const slow = world({});
    await errorRate.measure(spec(), slow.ports, context({ nowMs }));
    expect(Math.min(...slow.asked.map(({ window }) => window.startMs))).toBeLessThanOrEqual(minute(0));
  });

  test('waits for a canary that has no requests, and fails it when lost datapoints no longer explain that', async () => {
    // Of stable's datapoints none is missing: one in a hundred is assumed, ln(10,000) / ln(100) = 2 in a row are suspicious, 6 too many.
    expect(await ask([...times(3, [100, 0, 900, 1]), ...times(2, [undefined, undefined, 1000, 1])])).toMatchObject({ reason: 'canary-starved' });
    expect(await ask([...times(3, [100, 0, 900, 1]), ...times(6, [undefined, undefined, 1000, 1])])).toMatchObject({
      result: 'failed',
      reason: 'canary-silent',
    });
    // Nobody expects one where stable itself has hardly any.
    expect(await ask([...times(3, [1, 0, 9, 0]), ...times(6, [undefined, undefined, 9, 0])])).toMatchObject({ result: 'inconclusive' });
  });

  test('goes on from what it remembers: two looks say what one does', async () => {
    const minutes: Minute[] = [...times(4, [50, 0, 450, 1]), [60, 2, 440, 0], ...times(4, [50, 1, 450, 2])];
    const whole = await ask(minutes);
    const half = await ask(minutes.slice(0, 5));
    const column = (index: 0 | 1 | 2 | 3) => series(...minutes.map((each) => each[index]));
    const { ports, asked } = world({
      'churn-b Invocations Sum': column(0).slice(5),
      'churn-b InvocationModelErrors Sum': column(1).slice(5),
      'churn-a Invocations Sum': column(2).slice(5),
      'churn-a InvocationModelErrors Sum': column(3).slice(5),
    });
    const now = context({ nowMs: minute(minutes.length + 2), memory: JSON.parse(JSON.stringify(half.memory)) as unknown });
    const rest = errorRate.judge(await errorRate.measure(spec(), ports, now), spec(), now);
    expect(rest.sequential).toEqual(whole.sequential);
    expect(new Set(asked.map(({ window }) => window.startMs))).toEqual(new Set([minute(5)]));
    expect(JSON.stringify(rest.memory).length).toBeLessThan(4000);
  });

  test('takes datapoints in any order: a period is known by its time', async () => {
    const minutes: Minute[] = [...times(4, [50, 0, 450, 1]), [60, 2, 440, 0], ...times(4, [50, 1, 450, 2])];
    const column = (index: 0 | 1 | 2 | 3) => series(...minutes.map((each) => each[index])).toReversed();
    const { ports } = world({
      'churn-b Invocations Sum': column(0),
      'churn-b InvocationModelErrors Sum': column(1),
      'churn-a Invocations Sum': column(2),
      'churn-a InvocationModelErrors Sum': column(3),
    });
    const now = context({ nowMs: minute(minutes.length + 2) });
    const shuffled = errorRate.judge(await errorRate.measure(spec(), ports, now), spec(), now);
    expect(shuffled.sequential).toEqual((await ask(minutes)).sequential);
  });

  test('takes no datapoint twice, nor one that came after its period was used', async () => {
    const first = await ask(times(4, [50, 0, 450, 1]));
    // The same minutes again, with errors that were published late: their time is over.
    const again = await ask(times(4, [50, 50, 450, 1]), {}, { memory: first.memory });
    expect(again.sequential).toEqual(first.sequential);
  });

  test('carries errors that came a period before their requests into the next one', async () => {
    const early = await ask([...times(2, [100, 0, 900, 0]), [2, 4, 900, 0], [198, 0, 900, 0]]);
    const even = await ask([...times(2, [100, 0, 900, 0]), [2, 2, 900, 0], [198, 2, 900, 0]]);
    expect(early.sequential?.lnHarm).toBeCloseTo(even.sequential?.lnHarm ?? 0, 10);
  });

  test('asks for a winner only where somebody wants one', async () => {
    const minutes = times(20, [500, 1, 500, 20]);
    expect((await ask(minutes)).sequential?.lnBetter).toBeUndefined();
    expect((await ask(minutes, {}, { seeksWinner: true })).sequential?.lnBetter).toBeGreaterThan(Math.log(100));
    expect((await ask(times(20, [500, 10, 500, 10]), {}, { seeksWinner: true })).sequential?.lnBetter).toBeLessThan(1);
  });

  test.each([
    ['alpha', 0],
    ['alpha', 0.6],
    ['margin', { ratio: 0.9 }],
    ['ceiling', 1],
    ['clusterSize', 0.5],
    ['errors', '500'],
  ])('refuses %s %j', (field, value) => {
    expect(z.safeParse(errorRate.spec, { type: 'error-rate', [field]: value }).error?.issues[0]?.path[0]).toBe(field);
  });
});
