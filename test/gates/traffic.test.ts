import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { GateContext } from '../../src/gates/gate.ts';
import { traffic } from '../../src/gates/traffic.ts';
import type { Datapoint } from '../../src/ports/metrics.ts';
import { context, minute, series, world } from './fixture.ts';

const spec = (minimumRequests = 40) => z.parse(traffic.spec, { type: 'traffic', minimumRequests });

async function ask(canary: readonly Datapoint[], stable: readonly Datapoint[], overrides: Partial<GateContext> = {}, minimumRequests = 40) {
  const { ports, asked } = world({ 'churn-b Invocations Sum': canary, 'churn-a Invocations Sum': stable });
  const about = context(overrides);
  const verdict = traffic.judge(await traffic.measure(spec(minimumRequests), ports, about), spec(minimumRequests), about);
  return { verdict, asked };
}
const through = (endMinute: number): Partial<GateContext> => ({
  window: { startMs: minute(0), endMs: minute(endMinute) },
  nowMs: minute(endMinute + 2),
});
const steadily = (value: number, minutes: number) => series(...Array.from({ length: minutes }, () => value));
const none = Array.from({ length: 20 }, () => undefined);

describe('traffic', () => {
  test('is successful once the canary has served enough since the shift, in its share', async () => {
    expect((await ask(series(10, 12, 18), series(90, 88, 182))).verdict).toMatchObject({
      result: 'successful',
      reason: 'traffic-as-intended',
      evidence: { requests: 40, minimum: 40, intendedPercent: 10, actualPercent: 10 },
    });
  });

  test('holds until then, and tells how many are missing', async () => {
    expect((await ask(series(10, 29), series(90, 270))).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'too-few-requests',
      evidence: { requests: 39, minimum: 40, requestsNeeded: 1 },
    });
    expect((await ask([], [])).verdict).toMatchObject({ result: 'inconclusive', reason: 'too-few-requests' });
  });

  test('holds a split that is off, and blames no model for it', async () => {
    // By mpmath the e-value's logarithm is 40.7 for 360 of 2,000 at an intended 10 %; ln(1e6) is 13.8.
    expect((await ask(series(120, 120, 120), series(540, 540, 560))).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'split-off',
      evidence: { actualPercent: 18, intendedPercent: 10 },
    });
    // Half a percent more of 3,000 is chance.
    expect((await ask(series(105, 105, 105), series(895, 895, 895))).verdict.result).toBe('successful');
  });

  test('leaves periods in which one side’s datapoint is missing out of the split', async () => {
    const stable = series(900, undefined, undefined);
    expect((await ask(series(100, 900, 900), stable)).verdict).toMatchObject({
      result: 'successful',
      evidence: { requests: 1900, actualPercent: 10 },
    });
  });

  test('holds when the canary has no requests twice in a row that it should have had, and fails at six', async () => {
    // No datapoint of stable's is missing, so one in a hundred is assumed: ln(1e4) / ln(100) = 2.
    expect((await ask(series(...none), steadily(90, 20), through(1))).verdict.reason).toBe('too-few-requests');
    expect((await ask(series(...none), steadily(90, 20), through(2))).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'canary-starved',
      evidence: { silent: 2, silentAtMost: 6 },
    });
    expect((await ask(series(...none), steadily(90, 20), through(5))).verdict.reason).toBe('canary-starved');
    expect((await ask(series(...none), steadily(90, 20), through(6))).verdict).toMatchObject({ result: 'failed', reason: 'canary-silent' });
  });

  test('is patient where datapoints get lost: every fifth of stable’s missing makes it 6 and 18', async () => {
    const gappy = series(...Array.from({ length: 20 }, (_, index) => (index % 5 === 4 ? undefined : 90)));
    // ln(1e4) / ln(5) = 5.7. Of the first eight minutes stable has seven: 1 of 8 lost is ln(1e4) / ln(8) = 4.4.
    expect((await ask(series(...none), gappy, through(8))).verdict).toMatchObject({
      reason: 'canary-starved',
      evidence: { silent: 7, silentAtMost: 15 },
    });
    expect((await ask(series(...none), gappy, through(20))).verdict).toMatchObject({
      reason: 'canary-starved',
      evidence: { silent: 16, silentAtMost: 18 },
    });
  });

  test('takes quiet periods together until two requests are missing', async () => {
    // 9 of stable's at 10 % stand for 1 of the canary's: twelve silent minutes are six times two.
    expect((await ask(series(...none), steadily(9, 20), through(3))).verdict).toMatchObject({ reason: 'too-few-requests', evidence: { silent: 1 } });
    expect((await ask(series(...none), steadily(9, 20), through(11))).verdict.reason).toBe('canary-starved');
    expect((await ask(series(...none), steadily(9, 20), through(12))).verdict.reason).toBe('canary-silent');
  });

  test('lets no long bake fail by chance: the more periods there were, the more requests must be missed', async () => {
    // 18 of stable's at 10 % stand for 2 of the canary's, which has none in every seventh minute by chance alone: e^-2.
    const week = 10_080;
    const at = (silent: number) =>
      ask(steadily(2, week), steadily(18, week + silent), { ...through(week + silent) }).then(({ verdict }) => verdict.reason);
    // ln(1e4 * 10,080) is 18.4: nine silent minutes are 18, ten are 20.
    expect(await at(6)).toBe('canary-starved');
    expect(await at(9)).toBe('canary-starved');
    expect(await at(10)).toBe('canary-silent');
  });

  test('forgives a canary that is heard again', async () => {
    const canary = series(undefined, undefined, undefined, 60);
    expect((await ask(canary, steadily(540, 4), through(4))).verdict).toMatchObject({ result: 'successful', evidence: { requests: 60 } });
  });

  test('does not call a canary silent while stable hears nothing either, or has no traffic by intention', async () => {
    expect((await ask([], [], through(20))).verdict.reason).toBe('too-few-requests');
    const everything = { ...through(20), shifts: [{ canaryPercent: 100, verifiedAtMs: minute(0) }] };
    expect((await ask([], steadily(5, 20), everything)).verdict.reason).toBe('too-few-requests');
    expect((await ask(steadily(5, 20), [], everything)).verdict).toMatchObject({ result: 'successful', evidence: { requests: 100 } });
  });

  test('counts on from look to look: what was seen is not read again, and the answer is the one of a single look', async () => {
    const canary = series(100, 110, undefined, undefined, 95, 105, 100, 90);
    const stable = series(900, 890, 905, 910, undefined, 900, 905, 870);
    let memory: unknown;
    let verdict: Awaited<ReturnType<typeof ask>>['verdict'] | undefined;
    for (const end of [1, 3, 4, 4, 6, 8]) {
      const looked = await ask(
        canary.filter(({ atMs }) => atMs < minute(end)),
        stable,
        { ...through(end), ...(memory !== undefined && { memory }) },
      );
      const startsMs = looked.asked.map(({ window }) => window.startMs);
      if (memory !== undefined) expect(startsMs.every((atMs) => atMs > minute(0))).toBe(true);
      // As it is after the rollout was saved and loaded.
      memory = JSON.parse(JSON.stringify(looked.verdict.memory));
      ({ verdict } = looked);
    }
    const single = (await ask(canary, stable, through(8))).verdict;
    expect(verdict?.evidence).toEqual(single.evidence);
    expect(verdict?.memory).toEqual(single.memory);
    expect(JSON.stringify(memory).length).toBeLessThan(300);
  });

  test('begins its counts anew at another weight, and goes on being worried about silence', async () => {
    const { verdict: before } = await ask(series(...none), steadily(90, 20), through(2));
    const next: Partial<GateContext> = {
      window: { startMs: minute(4), endMs: minute(8) },
      nowMs: minute(10),
      shifts: [
        { canaryPercent: 10, verifiedAtMs: minute(0) },
        { canaryPercent: 50, verifiedAtMs: minute(4) },
      ],
      memory: before.memory,
    };
    expect((await ask(series(...none), steadily(90, 20), next)).verdict).toMatchObject({ reason: 'canary-silent', evidence: { silent: 6 } });
    const heard = series(...none.slice(0, 4), 90, 90, 90, 90);
    expect((await ask(heard, steadily(90, 20), next)).verdict).toMatchObject({
      result: 'successful',
      evidence: { requests: 360, actualPercent: 50 },
    });
  });

  test('counts requests alone in a first deployment', async () => {
    const { stable: _, ...first } = context();
    const { ports } = world({ 'churn-b Invocations Sum': series(10, 10, 10) });
    const verdictOf = async (minimum: number) => traffic.judge(await traffic.measure(spec(minimum), ports, first), spec(minimum), first);
    expect(await verdictOf(30)).toMatchObject({ result: 'successful', evidence: { requests: 30 } });
    expect(await verdictOf(31)).toMatchObject({ result: 'inconclusive' });
  });

  test('asks nothing while no period is complete', async () => {
    const { verdict, asked } = await ask(series(100), series(900), { window: { startMs: minute(1), endMs: minute(1) } });
    expect(verdict).toMatchObject({ result: 'inconclusive', evidence: { requests: 0 } });
    expect(asked).toEqual([]);
  });

  test('reads both variants on this configuration alone, in the period they publish', async () => {
    const { asked } = await ask(series(1), series(9), { periodSeconds: 10 });
    expect(asked.map(({ query }) => [query.dimensions, query.periodSeconds])).toEqual([
      [{ EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' }, 10],
      [{ EndpointName: 'churn', VariantName: 'churn-a', EndpointConfigName: 'churn-2' }, 10],
    ]);
  });

  test.each<[string, object, string]>([
    ['no requests at all', { minimumRequests: 0 }, 'minimumRequests'],
    ['half a request', { minimumRequests: 1.5 }, 'minimumRequests'],
    ['the field of another name', { requests: 100 }, ''],
  ])('refuses a spec with %s', (_what, overrides, at) => {
    const parsed = z.safeParse(traffic.spec, { type: 'traffic', ...overrides });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([at]);
  });
});
