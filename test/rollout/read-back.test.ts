import { describe, expect, test } from 'vitest';
import type { EndpointStatus } from '../../src/ports/endpoints.ts';
import { type Move, prove } from '../../src/rollout/move.ts';
import type { Placement } from '../../src/rollout/rollout.ts';
import { verify } from '../../src/rollout/verify.ts';
import { digestOf, imageOf, liveEndpoint, liveVariant, noonMs, rollout } from './fixture.ts';
import { served, story } from './world.ts';

/* InService is not success: what is read back is held against what was asked, variant by variant. */

const id = rollout().id;
const hourAgoMs = noonMs - 3_600_000;

/** An endpoint of three: stable, a variant of somebody else's, and a leftover without traffic whose place the canary does not take. */
const placement: Placement = {
  endpointName: 'churn',
  fence: 1,
  stable: 'churn-a',
  canary: 'churn-b',
  stableWeight: 100,
  configName: 'churn-2',
  canaryInstances: 2,
  before: {
    configName: 'churn-1',
    variants: [
      { VariantName: 'churn-a', weight: 100, instanceCount: 2, images: [imageOf('a')] },
      { VariantName: 'side', weight: 7, instanceCount: 3, images: [imageOf('c')] },
      { VariantName: 'idle', weight: 0, instanceCount: 1, images: [imageOf('d')] },
    ],
  },
};

type Variant = ReturnType<typeof served>;
const asAsked: Record<string, Variant> = {
  'churn-a': served('churn-a', 100, { count: 2 }),
  'churn-b': served('churn-b', 0, { count: 2, digest: digestOf('b') }),
  side: served('side', 7, { count: 3, digest: digestOf('c') }),
  idle: served('idle', 0, { digest: digestOf('d') }),
};
/** The variants as asked for, but for those given; undefined: it is not there. */
const variantsWith = (changed: Record<string, Variant | undefined>) =>
  Object.values({ ...asAsked, ...changed }).filter((variant) => variant !== undefined);

/** A canary that was asked for an hour ago and reads back as these variants. */
async function readingBack(variants: readonly Variant[], where: Placement = placement, images = [imageOf('b')]) {
  const s = await story();
  await s.begin({
    placement: where,
    candidate: { images },
    move: { kind: 'update', configName: 'churn-2', previousConfigName: 'churn-1', requestedAtMs: hourAgoMs },
  });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-2', ProductionVariants: variants };
  const { answer } = await verify(id, 'canary', s.ports);
  return { s, answer };
}

describe('verify() of a canary', () => {
  test.each<[string, Record<string, Variant | undefined>]>([
    ['everything is as asked', {}],
    ['the variant that rested is gone: the canary took its place', { idle: undefined }],
  ])('is done when %s', async (_what, changed) => {
    const { s, answer } = await readingBack(variantsWith(changed));
    expect(answer).toBe('done');
    const proved = await s.now();
    expect(proved).toMatchObject({ phase: 'Progressing', placement: { verifiedAtMs: noonMs } });
    expect(proved.ending).toBeUndefined();
    expect(proved.move).toBeUndefined();
  });

  // AWS's own, whose registry did not say which digest its tag has: the endpoint does.
  test.each([
    ['its tag', imageOf('b').replace(/@.*/, ':1.2-1'), 'done'],
    ['the tag of another repository', '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1', 'not-proved'],
  ])('of an image that is known by %s', async (_, image, answer) =>
    expect((await readingBack(variantsWith({}), placement, [image])).answer).toBe(answer),
  );

  test.each([
    [{ MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 } }, 10],
    [{}, 60],
  ])('remembers how often the configuration in force publishes metrics: %j', async (config, seconds) => {
    const s = await story();
    await s.begin({ placement, move: { kind: 'update', configName: 'churn-2', previousConfigName: 'churn-1', requestedAtMs: hourAgoMs } });
    s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-2', ProductionVariants: variantsWith({}) };
    s.configs.set('churn-2', { ProductionVariants: [], ...config });
    expect((await verify(id, 'canary', s.ports)).answer).toBe('done');
    expect((await s.now()).placement?.metricPeriodSeconds).toBe(seconds);
  });

  const digest = (letter: string) => ({ digest: digestOf(letter) });
  test.each<[string, Record<string, Variant | undefined>, string]>([
    [
      'the canary runs another image',
      { 'churn-b': served('churn-b', 0, { count: 2, ...digest('e') }) },
      `runs ${imageOf('e')}, expected ${digestOf('b')}`,
    ],
    [
      'nobody knows what the canary runs',
      { 'churn-b': { ...served('churn-b', 0, { count: 2 }), DeployedImages: [] } },
      `runs no known image, expected ${digestOf('b')}`,
    ],
    ['the canary has traffic already', { 'churn-b': served('churn-b', 1, { count: 2, ...digest('b') }) }, 'churn-b has weight 1, expected 0'],
    ['the canary has fewer instances', { 'churn-b': served('churn-b', 0, { count: 1, ...digest('b') }) }, 'churn-b has 1 instances, asked for 2'],
    ['the canary is missing', { 'churn-b': undefined }, 'churn-b is missing'],
    ['stable lost traffic', { 'churn-a': served('churn-a', 90, { count: 2 }) }, 'churn-a has weight 90, had 100'],
    ['stable is missing', { 'churn-a': undefined }, 'churn-a is missing'],
    ['another variant’s weight changed', { side: served('side', 8, { count: 3, ...digest('c') }) }, 'side has weight 8, had 7'],
    ['another variant lost an instance', { side: served('side', 7, { count: 2, ...digest('c') }) }, 'side has 2 instances, had 3'],
    ['another variant’s image changed', { side: served('side', 7, { count: 3, ...digest('e') }) }, 'side changed its image'],
    ['another variant is missing', { side: undefined }, 'side is missing'],
    ['a variant without traffic stays, with traffic', { idle: served('idle', 1, digest('d')) }, 'idle has weight 1, had 0'],
    ['a variant without traffic stays, on another image', { idle: served('idle', 0, digest('e')) }, 'idle changed its image'],
  ])('is not proved when %s', async (_what, changed, difference) => {
    const { s, answer } = await readingBack(variantsWith(changed));
    expect(answer).toBe('not-proved');
    const refuted = await s.now();
    expect(refuted.ending).toMatchObject({ outcome: 'RolledBack', reason: 'canary-not-proved', page: false });
    // This difference and no other.
    expect(refuted.ending?.text).toMatch(/^the endpoint is not what was asked for: variant [^;]*$/);
    expect(refuted.ending?.text).toContain(difference);
    expect(refuted.placement?.verifiedAtMs).toBeUndefined();
    expect((await s.kinds()).at(-1)).toBe('canary-verified');
  });

  test('names every difference there is', async () => {
    const { s } = await readingBack(variantsWith({ 'churn-b': served('churn-b', 1, { digest: digestOf('b') }), side: undefined }));
    expect((await s.now()).ending?.text).toContain(
      'churn-b has weight 1, expected 0; variant churn-b has 1 instances, asked for 2; variant side is missing',
    );
  });

  test('asks for one instance where no count was written down', async () => {
    const { canaryInstances: _, ...unwritten } = placement;
    const none = { ...served('churn-b', 0, { digest: digestOf('b') }), CurrentInstanceCount: 0, DesiredInstanceCount: 0 };
    expect((await readingBack(variantsWith({ 'churn-b': none }), unwritten)).answer).toBe('not-proved');
    expect((await readingBack(variantsWith({ 'churn-b': { ...none, CurrentInstanceCount: 1, DesiredInstanceCount: 1 } }), unwritten)).answer).toBe(
      'done',
    );
  });

  describe('in a first deployment', () => {
    const { stable: _stable, before: _before, canaryInstances: _instances, ...first } = placement;
    test('expects all the traffic on it', async () => {
      const { s, answer } = await readingBack([served('churn-b', 100, { digest: digestOf('b') })], first);
      expect(answer).toBe('done');
      expect((await s.now()).phase).toBe('Promoting');
    });
    test.each([
      ['its weight differs', served('churn-b', 1, { digest: digestOf('b') }), 'has weight 1, expected 100'],
      ['its image differs', served('churn-b', 100, { digest: digestOf('e') }), `expected ${digestOf('b')}`],
    ])('is dead and paged where %s: there is nothing to go back to', async (_what, variant, difference) => {
      const { s, answer } = await readingBack([variant], first);
      expect(answer).toBe('dead');
      expect((await s.now()).ending).toMatchObject({ outcome: 'Failed', reason: 'canary-not-proved', page: true });
      expect((await s.now()).ending?.text).toContain(difference);
    });
  });
});

describe('prove()', () => {
  const moves: readonly Move[] = [
    { kind: 'create', configName: 'churn-1', requestedAtMs: noonMs },
    { kind: 'update', configName: 'churn-1', previousConfigName: 'churn-0', requestedAtMs: noonMs },
    { kind: 'weights', configName: 'churn-1', weights: [{ VariantName: 'AllTraffic', DesiredWeight: 4 }], requestedAtMs: noonMs },
    { kind: 'capacity', configName: 'churn-1', variantName: 'AllTraffic', instanceCount: 2, requestedAtMs: noonMs },
  ];
  const asDesired = liveVariant({ weight: 4, count: 2 });

  test.each(moves)('$kind: is done when every variant is as desired', (move) => {
    expect(prove(move, liveEndpoint({ ProductionVariants: [asDesired] }), noonMs + 1000)).toEqual({ answer: 'done' });
  });

  // The desired state is as asked, the current one is not: by a name other than the one asked about as well.
  const behind = [
    { ...asDesired, CurrentWeight: 3 },
    { ...asDesired, CurrentWeight: 0 },
    { ...asDesired, CurrentInstanceCount: 1 },
    { ...asDesired, CurrentInstanceCount: 3 },
  ];
  test.each(
    moves.flatMap((move) => behind.map((variant) => [move.kind, variant.CurrentWeight, variant.CurrentInstanceCount, move, variant] as const)),
  )('%s: weight %i of 4 and %i of 2 instances are waited for, and no proof if they stay so', (_kind, _weight, _count, move, variant) => {
    for (const ProductionVariants of [[variant], [asDesired, { ...variant, VariantName: 'other' }]]) {
      const endpoint = liveEndpoint({ ProductionVariants });
      expect(prove(move, endpoint, noonMs + 1000).answer).toBe('pending');
      expect(prove(move, endpoint, noonMs + 3_600_000).answer).toBe('mismatch');
    }
  });

  test.each(moves)('$kind: a status AWS has added since is waited out, however long it lasts', (move) => {
    const EndpointStatus = 'Rebalancing' as EndpointStatus; // What a newer AWS may answer.
    const endpoint = liveEndpoint({ EndpointStatus, ProductionVariants: [asDesired] });
    expect(prove(move, endpoint, noonMs + 86_400_000)).toEqual({ answer: 'pending', text: 'EndpointStatus is "Rebalancing"' });
  });
});
