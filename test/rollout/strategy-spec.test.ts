import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type DeliverySource, DeliverySpec } from '../../src/rollout/spec.ts';
import { deliverySource } from './fixture.ts';

/** What is wrong with a delivery, `field: message` each. */
const flawsOf = (overrides: Partial<DeliverySource>): readonly string[] => {
  const parsed = z.safeParse(DeliverySpec, deliverySource(overrides));
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

const strategies = [{ type: 'adaptive' }, { type: 'ab', for: '1d' }] as const satisfies readonly DeliverySource['strategy'][];

describe.each(strategies)('a delivery with strategy $type', (strategy) => {
  test.each<[string, NonNullable<DeliverySource['gates']>]>([
    ['no gate', []],
    ['only a gate that is observed', [{ type: 'error-rate', observe: true }]],
    ['only gates that hold to fixed bounds', [{ type: 'metric', metric: { name: 'ModelLatency' }, max: 300_000 }, { type: 'traffic' }]],
  ])('needs evidence to go by: refuses %s', (_, gates) => {
    expect(flawsOf({ strategy, gates })).toEqual([expect.stringContaining('strategy.type: Expected a gate that weighs evidence')]);
  });

  test('takes a metric that is compared with stable', () =>
    expect(
      flawsOf({ strategy, gates: [{ type: 'metric', metric: { name: 'X' }, against: 'stable', better: 'lower', range: [0, 1], margin: 0.1 }] }),
    ).toEqual([]));

  test('refuses a deadline of one gate, which would not be heeded, and leaves gates before traffic alone', () => {
    const gates = [
      { type: 'error-rate', evidenceDeadline: '2h' },
      { type: 'smoke', requests: [{ contentType: 'text/csv', body: '1' }], evidenceDeadline: '2h' },
    ] satisfies DeliverySource['gates'];
    expect(flawsOf({ strategy, gates })).toEqual([expect.stringMatching(/^gates\.0\.evidenceDeadline: Expected none under/)]);
  });
});

test('ab decides by otherwise and refuses a gate that says what follows without evidence', () => {
  const gates = [{ type: 'error-rate', onInconclusive: 'promote' }] satisfies DeliverySource['gates'];
  expect(flawsOf({ strategy: { type: 'ab', for: '1d' }, gates })).toEqual([
    'gates.0.onInconclusive: Expected none under ab: strategy.for and strategy.otherwise decide',
  ]);
  expect(flawsOf({ strategy: { type: 'adaptive' }, gates })).toEqual([]);
});

describe('a delivery whose first step is 100 %', () => {
  test.each<DeliverySource['strategy']>([
    { type: 'all-at-once', bake: '5m' },
    { type: 'linear', stepPercent: 100, bake: '5m' },
    { type: 'canary', steps: [{ canaryPercent: 100, bake: '5m' }] },
  ])('has nothing to compare with: $type', (strategy) => {
    expect(flawsOf({ strategy, gates: [{ type: 'traffic' }, { type: 'error-rate' }, { type: 'latency', thresholdsMs: [300] }] })).toEqual([
      expect.stringMatching(/^gates.1.type: .* or a ceiling: error-rate compares with stable/),
      expect.stringMatching(/^gates.2.type: .*: latency compares with stable/),
    ]);
    const bounded = [
      { type: 'error-rate', ceiling: 0.1 },
      { type: 'latency', percentile: 'p99', maxMs: 300 },
      { type: 'traffic' },
    ] satisfies DeliverySource['gates'];
    expect(flawsOf({ strategy, gates: bounded })).toEqual([]);
  });
});

test.each<[DeliverySource['strategy'], string]>([
  [{ type: 'ab', for: '3m' }, 'strategy.for: Expected at least 4m'],
  [{ type: 'adaptive', noHarmAfter: '1m', deadline: '3m' }, 'strategy.deadline: Expected at least 4m'],
  [{ type: 'adaptive', noHarmAfter: '1h', deadline: '1h' }, 'strategy.deadline: Expected deadline to be later than noHarmAfter'],
])('%j ends before anything can be seen, and is refused', (strategy, flaw) =>
  expect(flawsOf({ strategy, gates: [{ type: 'error-rate' }] })).toEqual([expect.stringContaining(flaw)]),
);
