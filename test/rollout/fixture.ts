import * as z from 'zod/mini';
import { emptyChain } from '../../src/ledger/chain.ts';
import type { EndpointConfig, EndpointDescription, LiveVariant } from '../../src/ports/endpoints.ts';
import type { Placement, Rollout } from '../../src/rollout/rollout.ts';
import { type DeliverySource, DeliverySpec } from '../../src/rollout/spec.ts';
import type { GateVerdict } from '../../src/rollout/verdict.ts';
import type { RolloutRequest } from '../../src/triggers/trigger.ts';

/** A moment all fixtures hang on, on a whole minute. */
export const noonMs = Date.parse('2026-11-22T12:00:00Z');

export const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
export const imageOf = (letter: string) => `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/churn@${digestOf(letter)}`;

/** A delivery "churn" onto endpoint "churn" in one step; overrides replace whole sections. */
export const deliverySource = (overrides: Partial<DeliverySource> = {}): DeliverySource => ({
  name: 'churn',
  triggers: [{ type: 'image-pushed', repository: 'models/churn' }],
  serve: { endpoint: 'churn', instanceType: 'ml.m5.large' },
  strategy: { type: 'canary', steps: [{ canaryPercent: 10, bake: '5m' }] },
  ...overrides,
});
export const delivery = (overrides: Partial<DeliverySource> = {}): DeliverySpec => z.parse(DeliverySpec, deliverySource(overrides));

/** A variant at rest: current as desired. */
export const liveVariant = (overrides: Partial<LiveVariant> & { weight?: number; count?: number } = {}): LiveVariant => {
  const { weight = 1, count = 1, ...rest } = overrides;
  return {
    VariantName: 'AllTraffic',
    CurrentWeight: weight,
    DesiredWeight: weight,
    CurrentInstanceCount: count,
    DesiredInstanceCount: count,
    ResolvedImages: [imageOf('a')],
    ...rest,
  };
};

/** Endpoint "churn", InService on configuration "churn-1" with one variant. */
export const liveEndpoint = (overrides: Partial<EndpointDescription> = {}): EndpointDescription => ({
  EndpointName: 'churn',
  EndpointArn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn',
  EndpointStatus: 'InService',
  EndpointConfigName: 'churn-1',
  ProductionVariants: [liveVariant()],
  ShadowVariantNames: [],
  LastModifiedTimeMs: noonMs - 3_600_000,
  ...overrides,
});

export const endpointConfig = (overrides: Partial<EndpointConfig> = {}): EndpointConfig => ({
  ProductionVariants: [
    { VariantName: 'AllTraffic', ModelName: 'churn-model', InstanceType: 'ml.m5.large', InitialInstanceCount: 1, InitialVariantWeight: 1 },
  ],
  ...overrides,
});

type ImageRequest = Extract<RolloutRequest, { kind: 'image' }>;
export const request = ({ imageDigest = digestOf('b'), ...overrides }: Partial<ImageRequest> = {}): ImageRequest => ({
  kind: 'image',
  trigger: 'image-pushed',
  repository: 'models/churn',
  imageDigest,
  occurredAtMs: noonMs,
  dedupeKey: imageDigest,
  ...overrides,
});

/** A rollout that was admitted and has done nothing yet. */
export const rollout = (overrides: Partial<Rollout> = {}): Rollout => ({
  contract: 1,
  id: 'churn-bbbbbbbbbbbb-1',
  version: 0,
  generation: 1,
  delivery: 'churn',
  revision: 1,
  attempt: 1,
  request: request(),
  phase: 'Queued',
  startedAtMs: noonMs,
  ledger: emptyChain,
  candidate: { images: [imageOf('b')] },
  steps: [],
  made: { configs: [], models: [] },
  replaced: { configs: [], models: [] },
  approved: [],
  heardActs: [],
  watching: [],
  ...overrides,
});

/** On churn, canary proved at noon: nothing yet asked of it. */
export const placed = (overrides: Partial<Placement> = {}): Placement => ({
  endpointName: 'churn',
  fence: 1,
  stable: 'churn-a',
  canary: 'churn-b',
  stableWeight: 100,
  configName: 'churn-2',
  verifiedAtMs: noonMs,
  ...overrides,
});

export const verdict = (result: GateVerdict['result'], overrides: Partial<GateVerdict> = {}): GateVerdict => ({
  result,
  reason: `reason-${result}`,
  evidence: {},
  gate: 'metric-threshold',
  path: 'gates[0]',
  ...overrides,
});
