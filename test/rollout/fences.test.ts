import { describe, expect, test } from 'vitest';
import { LockLost } from '../../src/rollout/errors.ts';
import { evaluate } from '../../src/rollout/evaluate.ts';
import type { Move } from '../../src/rollout/move.ts';
import { nextStep } from '../../src/rollout/next-step.ts';
import { prepare } from '../../src/rollout/prepare.ts';
import { rollBack } from '../../src/rollout/roll-back.ts';
import type { Rollout, StepRecord } from '../../src/rollout/rollout.ts';
import { rest, shift } from '../../src/rollout/shift.ts';
import { type MoveName, verify } from '../../src/rollout/verify.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, imageOf, noonMs, placed, rollout } from './fixture.ts';
import { type Story, served, story } from './world.ts';

/* One writer an endpoint: SageMaker checks no fence, so whoever lost the lock must find out before it does or decides anything. */

const id = rollout().id;
const placement = placed({
  before: { configName: 'churn-1', variants: [{ VariantName: 'churn-a', weight: 100, instanceCount: 1, images: [] }] },
});
const { configName: _configName, verifiedAtMs: _verifiedAtMs, ...untouched } = placement;
const { stable: _stable, before: _before, ...untouchedFirst } = untouched;
const asked: StepRecord = { index: 0, canaryPercent: 10, bakeSeconds: 300, requestedAtMs: noonMs - 900_000, verdicts: [] };
const baked: StepRecord = { ...asked, verifiedAtMs: noonMs - 600_000 };
const weights = (canaryWeight: number): Move => ({
  kind: 'weights',
  configName: 'churn-2',
  weights: [
    { VariantName: 'churn-a', DesiredWeight: 100 - canaryWeight },
    { VariantName: 'churn-b', DesiredWeight: canaryWeight },
  ],
  requestedAtMs: noonMs - 600_000,
});
const canaryAt = (canaryWeight: number, count = 1) => ({
  EndpointStatus: 'InService',
  EndpointConfigName: 'churn-2',
  ProductionVariants: [served('churn-a', 100 - canaryWeight, { count }), served('churn-b', canaryWeight, { digest: digestOf('b') })],
});
const before = { EndpointStatus: 'InService', EndpointConfigName: 'churn-1', ProductionVariants: [served('churn-a', 100)] };
const back = { outcome: 'RolledBack', reason: 'alarm-firing', text: 'alarm', page: false } as const;
const promoted = { ...back, outcome: 'Succeeded', reason: 'promoted' } as const;

interface Case {
  readonly at: Partial<Rollout>;
  readonly endpoint: Story['endpoint'];
  readonly run: (s: Story) => Promise<{ readonly answer: string }>;
  /** What it does with the lock in hand. */
  readonly does: { readonly answer: string; readonly changes: readonly string[] };
}
const verifying = (what: MoveName, at: Partial<Rollout>, endpoint: Story['endpoint']): Case => ({
  at: { placement, ...at },
  endpoint,
  run: (s) => verify(id, what, s.ports),
  does: { answer: 'done', changes: [] },
});

const cases: Record<string, Case> = {
  'prepare() of a canary': {
    at: { placement: untouched, candidate: { images: [imageOf('b')], modelName: 'm' } },
    endpoint: before,
    run: (s) => prepare(id, s.ports),
    does: { answer: 'asked', changes: ['CreateEndpointConfig', 'UpdateEndpoint'] },
  },
  'prepare() of a first deployment': {
    at: { placement: untouchedFirst, candidate: { images: [imageOf('b')], modelName: 'm' } },
    endpoint: undefined,
    run: (s) => prepare(id, s.ports),
    does: { answer: 'asked', changes: ['CreateEndpointConfig', 'CreateEndpoint'] },
  },
  'shift()': {
    at: { placement, steps: [asked] },
    endpoint: canaryAt(0),
    run: (s) => shift(id, s.ports),
    does: { answer: 'asked', changes: ['UpdateEndpointWeightsAndCapacities'] },
  },
  'rest()': {
    at: { placement, steps: [baked], ending: promoted },
    endpoint: canaryAt(100, 3),
    run: (s) => rest(id, s.ports),
    does: { answer: 'asked', changes: ['UpdateEndpointWeightsAndCapacities'] },
  },
  'rollBack()': {
    at: { placement, steps: [baked], ending: back },
    endpoint: canaryAt(10),
    run: (s) => rollBack(id, undefined, s.ports),
    does: { answer: 'asked', changes: ['UpdateEndpointWeightsAndCapacities'] },
  },
  'evaluate()': {
    at: { placement, steps: [baked] },
    endpoint: canaryAt(10),
    run: (s) => evaluate(id, 'execution', s.ports),
    does: { answer: 'passed', changes: [] },
  },
  'nextStep()': {
    at: { placement },
    endpoint: canaryAt(0),
    run: (s) => nextStep(id, 'execution', s.ports),
    does: { answer: 'shift', changes: [] },
  },
  'verify() of the canary': verifying(
    'canary',
    { move: { kind: 'update', configName: 'churn-2', previousConfigName: 'churn-1', requestedAtMs: noonMs - 600_000 } },
    {
      ...canaryAt(0),
      // As before the rollout: images were not known then.
      ProductionVariants: [{ ...served('churn-a', 100), DeployedImages: [] }, served('churn-b', 0, { digest: digestOf('b') })],
    },
  ),
  'verify() of a shift': verifying('shift', { steps: [asked], move: weights(10) }, canaryAt(10)),
  'verify() of an undo': verifying('undo', { steps: [baked], ending: back, move: weights(0) }, canaryAt(0)),
  'verify() of a rest': verifying(
    'rest',
    {
      ending: promoted,
      move: { kind: 'capacity', configName: 'churn-2', variantName: 'churn-a', instanceCount: 1, requestedAtMs: noonMs - 600_000 },
    },
    canaryAt(100),
  ),
};

async function begun({ at, endpoint }: Case): Promise<Story> {
  const s = await story();
  await s.begin(at);
  s.endpoint = endpoint;
  s.configs.set('churn-1', {
    ProductionVariants: [{ VariantName: 'churn-a', ModelName: 'old', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  });
  return s;
}

describe.each(Object.entries(cases))('%s', (_name, theCase) => {
  test('does its work under the lock', async () => {
    const s = await begun(theCase);
    expect((await theCase.run(s)).answer).toBe(theCase.does.answer);
    expect(s.changes().map(([operation]) => operation)).toEqual(theCase.does.changes);
  });

  test.each<[string, (s: Story) => Promise<unknown>]>([
    ['is held by another rollout', (s) => s.w.locks.acquire('churn', 'another', noonMs)],
    ['is held by a later holder of the same name', (s) => s.w.locks.acquire('churn', id, noonMs)],
    ['was given back', () => Promise.resolve()],
  ])('changes and decides nothing where the lock %s', async (_whose, takeIt) => {
    const s = await begun(theCase);
    await s.w.locks.release('churn', id, 1);
    await takeIt(s);
    const found = [await s.now(), await s.kinds()];
    expect(await rejection(theCase.run(s))).toBeInstanceOf(LockLost);
    expect(s.changes()).toEqual([]);
    expect([await s.now(), await s.kinds()]).toEqual(found);
  });
});

describe('shift()', () => {
  const theCase = cases['shift()'] as Case; // Named above.

  test.each([
    ['one nobody here asked for', 'by-hand'],
    ['the one before the rollout', 'churn-1'],
  ])('moves no traffic on another configuration: %s', async (_which, EndpointConfigName) => {
    const s = await begun(theCase);
    s.endpoint = { ...canaryAt(0), EndpointConfigName };
    expect((await rejection(theCase.run(s))).message).toContain(`"${EndpointConfigName}"`);
    expect(s.changes()).toEqual([]);
  });
});
