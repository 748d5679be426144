import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/emulator/aws-error.ts';
import { evaluate } from '../../src/rollout/evaluate.ts';
import { nextStep } from '../../src/rollout/next-step.ts';
import type { Rollout } from '../../src/rollout/rollout.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import { noonMs, placed, rollout } from './fixture.ts';
import { served, story } from './world.ts';

const { id } = rollout();
const placement = placed({
  smokeTestedAtMs: noonMs,
  metricPeriodSeconds: 10,
});
const { stable: _, ...first } = placement;
const gates: DeliverySource['gates'] = [{ type: 'error-rate' }, { type: 'latency', thresholdsMs: [300] }];

/** A rollout at half a percent since noon. */
async function ramping(strategy: DeliverySource['strategy'], overrides: Partial<Rollout> = {}) {
  const s = await story({ strategy, gates });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-2', ProductionVariants: [served('churn-a', 99.5), served('churn-b', 0.5)] };
  await s.begin({
    placement,
    phase: 'Progressing',
    steps: [{ index: 0, canaryPercent: 0.5, bakeSeconds: 0, requestedAtMs: noonMs - 30_000, verifiedAtMs: noonMs, verdicts: [] }],
    ...overrides,
  });
  return s;
}
const afterMinutes = async (s: Awaited<ReturnType<typeof ramping>>, minutes: number) => {
  s.clock.ms = noonMs + minutes * 60_000;
  return evaluate(id, 'execution', s.ports);
};
/** Both variants, 100 requests a second, without an error, in every period. */
const wellServed = (s: Awaited<ReturnType<typeof ramping>>) => () => {
  const ends = Math.floor((s.clock.ms - 20_000) / 10_000);
  const Timestamps = Array.from({ length: 60 }, (_each, index) => new Date((ends - 60 + index) * 10_000));
  const input = s.w.aws.seen.findLast(({ operation }) => operation === 'GetMetricData')?.input;
  const { MetricDataQueries = [] } = input as {
    MetricDataQueries?: { Id: string; MetricStat: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] }; Stat: string } }[];
  }; // As the service model has it.
  return {
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric, Stat } }) => {
      const canary = Metric.Dimensions.some(({ Value }) => Value === 'churn-b');
      const requests = canary ? 5 : 995;
      const value = Metric.MetricName === 'Invocations' || Stat === 'SampleCount' || Stat.startsWith('TC(:') ? requests : 0;
      return { Id, StatusCode: 'Complete', Timestamps, Values: Timestamps.map(() => value) };
    }),
  };
};

describe('evaluate() of a rollout that goes by evidence', () => {
  test.each([
    ['throttled', () => new AwsError('ThrottlingException', 'Rate exceeded', { status: 400 })],
    ['denied', () => new AwsError('AccessDeniedException', 'not authorized to perform: cloudwatch:GetMetricData', { status: 403 })],
  ])('neither promotes nor forgets while its metrics are %s', async (_name, error) => {
    const s = await ramping({ type: 'adaptive' });
    // Too soon after the weight to leave it, late enough to have seen a period.
    s.metrics = wellServed(s);
    expect(await afterMinutes(s, 0.6)).toMatchObject({ answer: 'wait' });
    const remembered = (await s.now()).memories;
    expect(Object.keys(remembered ?? {})).toEqual(['gates[0]', 'gates[1]']);
    s.metrics = () => {
      throw error();
    };
    const entries = async () => (await s.kinds()).length;
    expect(await afterMinutes(s, 5)).toMatchObject({ answer: 'wait' });
    const written = await entries();
    for (const minutes of [6, 30, 59]) expect(await afterMinutes(s, minutes)).toMatchObject({ answer: 'wait' });
    const now = await s.now();
    expect(now.memories).toEqual(remembered);
    expect(now.steps.at(-1)?.verdicts.map(({ reason, result }) => [result, reason])).toEqual([
      ['inconclusive', 'unreadable'],
      ['inconclusive', 'unreadable'],
    ]);
    // The record says so once, and not at every look.
    expect(await entries()).toBe(written);
    expect(await afterMinutes(s, 61)).toMatchObject({ answer: 'failed' });
    expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence' });
  });

  test('holds through a pause of any length, and has its time after it', async () => {
    const s = await ramping({ type: 'adaptive' }, { paused: { by: 'me', atMs: noonMs + 60_000 }, phase: 'Paused' });
    expect(await afterMinutes(s, 300)).toMatchObject({ answer: 'wait' });
    await s.ports.rollouts.post(id, { id: 'r', key: 'acts', atMs: s.clock.ms, text: 'resume', act: { kind: 'resume', by: 'me' } });
    expect(await afterMinutes(s, 301)).toMatchObject({ answer: 'wait' });
    expect(await afterMinutes(s, 358)).toMatchObject({ answer: 'wait' });
    expect(await afterMinutes(s, 360)).toMatchObject({ answer: 'failed' });
  });

  test('goes on from a step that had passed, though its time ran out while the endpoint was busy or a person was asked', async () => {
    const steps = [
      { index: 0, canaryPercent: 0.5, bakeSeconds: 0, requestedAtMs: noonMs, verifiedAtMs: noonMs, passedAtMs: noonMs + 60_000, verdicts: [] },
    ];
    const approval = { for: 1, askedAtMs: noonMs, expiresAtMs: noonMs + 86_400_000, onExpiry: 'reject' as const };
    expect(await afterMinutes(await ramping({ type: 'adaptive' }, { steps }), 61)).toMatchObject({ answer: 'passed' });
    expect(await afterMinutes(await ramping({ type: 'adaptive' }, { steps, approval }), 61)).toMatchObject({ answer: 'wait' });
    expect(await afterMinutes(await ramping({ type: 'ab', for: '1h' }, { steps }), 61)).toMatchObject({ answer: 'passed' });
    const fixed: DeliverySource['strategy'] = { type: 'canary', steps: [{ canaryPercent: 0.5, bake: '5m' }] };
    expect(await afterMinutes(await ramping(fixed, { steps }), 61)).toMatchObject({ answer: 'passed' });
  });

  test('holds for a person where the delivery says so, and pages once', async () => {
    const s = await story({ strategy: { type: 'adaptive' }, gates, onInconclusive: 'hold' });
    await s.begin({
      placement,
      phase: 'Progressing',
      steps: [{ index: 0, canaryPercent: 0.5, bakeSeconds: 0, requestedAtMs: noonMs - 30_000, verifiedAtMs: noonMs, verdicts: [] }],
    });
    for (const minutes of [61, 62]) expect(await afterMinutes(s, minutes)).toMatchObject({ answer: 'wait' });
    expect(await s.now()).toMatchObject({ phase: 'Paused', paged: true });
    expect(s.w.aws.seen.filter(({ operation }) => operation === 'Publish')).toHaveLength(1);
  });
});

describe('nextStep() of a first deployment', () => {
  test.each<[string, DeliverySource['strategy'], number]>([
    // As long as a control slice would be kept: half an hour.
    ['adaptive', { type: 'adaptive' }, 1800],
    // Two periods of ten seconds and the twenty their datapoints take: nothing is compared, so nobody waits a week.
    ['ab', { type: 'ab', for: '7d' }, 40],
    ['canary', { type: 'canary', steps: [{ canaryPercent: 10, bake: '5m' }] }, 300],
  ])('watches it for a while that fits the strategy: %s', async (_name, strategy, bakeSeconds) => {
    const s = await story({ strategy, gates });
    await s.begin({ placement: first, phase: 'Progressing' });
    expect((await nextStep(id, 'execution', s.ports)).answer).toBe('bake');
    expect((await s.now()).steps).toMatchObject([{ canaryPercent: 100, bakeSeconds }]);
  });
});
