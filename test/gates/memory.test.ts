import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { errorRate } from '../../src/gates/error-rate.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import { latency } from '../../src/gates/latency.ts';
import { metric } from '../../src/gates/metric.ts';
import { traffic } from '../../src/gates/traffic.ts';
import type { Period } from '../../src/gates/periods.ts';
import type { Verdict } from '../../src/rollout/verdict.ts';
import { context, minute } from './fixture.ts';

interface Counts {
  readonly canary?: number;
  readonly canaryBad: number;
  readonly stable?: number;
  readonly stableBad: number;
}

const history = { requests: 10_000, bad: [50, 50, 50, 50, 50], clusterSizes: [1, 1, 1, 1, 1] };
const bads = (bad: number) => [bad, bad, bad, bad, bad];
const periodOf = ({ canary, canaryBad, stable, stableBad }: Counts, atMs: number): Period => ({
  atMs,
  ...(canary !== undefined && { canary: { requests: canary, bad: bads(canaryBad) } }),
  ...(stable !== undefined && { stable: { requests: stable, bad: bads(stableBad) } }),
});

const errorSpec = z.parse(errorRate.spec, { type: 'error-rate', ceiling: 0.5 });
const latencySpec = z.parse(latency.spec, { type: 'latency', thresholdsMs: [100, 200, 300, 400, 500] });
const metricSpec = z.parse(metric.spec, { type: 'metric', metric: { name: 'X' }, against: 'stable', better: 'lower', range: [0, 1], margin: 0.1 });
const trafficSpec = z.parse(traffic.spec, { type: 'traffic' });

/** What each gate with a memory makes of the same counts, one period of ten seconds each. */
const gates: Readonly<Record<string, (counts: Counts, atMs: number, about: GateContext) => Verdict>> = {
  'error-rate': (counts, atMs, about) => errorRate.judge({ periods: [periodOf(counts, atMs)], throughMs: atMs + 10_000, history }, errorSpec, about),
  latency: (counts, atMs, about) =>
    latency.judge(
      { periods: [periodOf(counts, atMs)], throughMs: atMs + 10_000, history, counting: { statistic: 'trimmed-count', emptyIsMissing: true } },
      latencySpec,
      about,
    ),
  metric: ({ canary, canaryBad, stable, stableBad }, atMs, about) =>
    metric.judge(
      {
        atMs: [atMs],
        canary: [canary ? canaryBad / canary : null],
        stable: [stable ? stableBad / stable : null],
        throughMs: atMs + 10_000,
        requests: { canary: canary ?? 0, stable: stable ?? 0 },
      },
      metricSpec,
      about,
    ),
  traffic: ({ canary, stable }, atMs, about) =>
    traffic.judge(
      { periods: [{ ...(canary !== undefined && { canary }), ...(stable !== undefined && { stable }) }], throughMs: atMs + 10_000 },
      trafficSpec,
      about,
    ),
};

/** The verdict after each period, with the memory as it is after it was saved and loaded. */
function* looks(type: string, all: Iterable<Counts>, overrides: Partial<GateContext> = {}): Generator<Verdict> {
  let memory: unknown;
  let atMs = minute(0);
  for (const counts of all) {
    const about = context({ nowMs: atMs + 30_000, periodSeconds: 10, settlingSeconds: 20, ...overrides, ...(memory !== undefined && { memory }) });
    const verdict = gates[type]?.(counts, atMs, about);
    if (!verdict) throw new Error(`No gate ${type}`);
    memory = JSON.parse(JSON.stringify(verdict.memory)) as unknown;
    atMs += 10_000;
    yield verdict;
  }
}

/** Every number in it is one: JSON turns NaN and infinities into null. */
function expectNumbers(value: unknown): void {
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) expectNumbers(member);
}

const requests = fc.oneof(fc.constant(undefined), fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1_000_000_000 }));
const bad = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const counts = fc.tuple(requests, bad, requests, bad).map(
  ([canary, canaryShare, stable, stableShare]): Counts => ({
    ...(canary !== undefined && { canary }),
    canaryBad: Math.floor((canary ?? 0) * canaryShare),
    ...(stable !== undefined && { stable }),
    stableBad: Math.floor((stable ?? 0) * stableShare),
  }),
);

describe.each(Object.keys(gates))('gate %s', (type) => {
  test('remembers as much after a day of ten seconds as after an hour: a row holds twenty gates', () => {
    const sizes = new Map<number, number>();
    const day = Array.from(
      { length: 8640 },
      (_, index): Counts => ({ canary: 90 + (index % 21), canaryBad: index % 3, stable: 901, stableBad: index % 7 }),
    );
    let index = 0;
    for (const { memory, result } of looks(type, day, { seeksWinner: true })) {
      index += 1;
      if (index === 360 || index === 8640) sizes.set(index, JSON.stringify(memory).length);
      // Errors of the canary are within what stable does.
      if (result === 'failed') expect.fail(`failed at ${index}`);
    }
    expect(sizes.get(8640)).toBeLessThan(1.2 * (sizes.get(360) ?? 0));
    expect(sizes.get(8640)).toBeLessThan(10_000);
  });

  test('says and remembers nothing but numbers, from no request to a milliard, whichever datapoints are missing', () => {
    fc.assert(
      fc.property(
        fc.array(counts, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(0.5, 10, 50, 95, 100),
        fc.boolean(),
        (all, canaryPercent, seeksWinner) => {
          for (const verdict of looks(type, all, { seeksWinner, shifts: [{ canaryPercent, verifiedAtMs: minute(0) }] })) expectNumbers(verdict);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('has no false alarm in the soak: at 100 % stable has nothing, and the canary nothing at night', () => {
    const full = Array.from(
      { length: 360 },
      (_, index): Counts => (index % 3 === 0 ? { canaryBad: 0, stableBad: 0 } : { canary: 100, canaryBad: 0, stableBad: 0 }),
    );
    const before = Array.from({ length: 60 }, (): Counts => ({ canary: 950, canaryBad: 1, stable: 50, stableBad: 0 }));
    const shifts = [
      { canaryPercent: 95, verifiedAtMs: minute(0) },
      { canaryPercent: 100, verifiedAtMs: minute(10) },
    ];
    for (const { result, reason } of looks(type, [...before, ...full], { shifts })) expect(result, reason).not.toBe('failed');
  });
});
