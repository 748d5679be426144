import type { Random } from '../../src/emulator/random.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import { pick, whole } from './draw.ts';

/** What an image does, as `docs/emulator/sagemaker.md` says it in labels. */
export type Behaviour = Readonly<Record<string, unknown>>;

export type CandidateKind = 'good' | 'throws' | 'slow' | 'flaky' | 'unhealthy' | 'training-fails';

export interface ForeignVariant {
  readonly name: string;
  readonly weight: number;
  readonly instances: number;
}

/** An endpoint somebody else made, and the variant a delivery replaces there. */
export interface ForeignEndpoint {
  /** The delivery that is named after it: others may share it. */
  readonly of: string;
  readonly variants: readonly ForeignVariant[];
  readonly stable: string;
}

/** A delivery, and the endpoint it delivers to. */
export interface DeliveryPlan {
  readonly source: DeliverySource;
  readonly name: string;
  readonly endpointName: string;
  readonly repository: string;
  /** What stands there before anything is delivered; unset where the first rollout makes the endpoint. */
  readonly foreign?: ForeignEndpoint;
  readonly requestsPerSecond: number;
  /** Every step of the ramp, with the last one at 100 percent. */
  readonly steps: readonly { readonly canaryPercent: number; readonly bakeSeconds: number; readonly asksPerson: boolean }[];
  /** Whether there is an alarm of each of the two variants, and a gate that asks for it. */
  readonly alarmed: boolean;
  /** Whether the pipeline that pushes makes an alarm for each push as well, and leaves it to whoever removes it. */
  readonly leavesAlarms: boolean;
}

type Draw = (what: string) => string;

function drawForeign(random: Random, name: string, draw: Draw): ForeignEndpoint | undefined {
  if (!random.chance(draw('foreign'), 0.6)) return undefined;
  const weight = pick(random, draw('main-weight'), [
    [1, 3],
    [3, 2],
    [0.5, 1],
    [100, 1],
  ]);
  const main = { name: 'main', weight, instances: whole(random, draw('main-count'), 1, 2) };
  if (!random.chance(draw('side'), 0.4)) return { of: name, variants: [main], stable: 'main' };
  const sideWeight = pick(random, draw('side-weight'), [
    [1, 3],
    [2, 1],
    [0, 1],
  ]);
  return { of: name, variants: [main, { name: 'side', weight: sideWeight, instances: 1 }], stable: 'main' };
}

/** Two deliveries to one endpoint: they contend for its lock, and for a variant where it has only one with traffic. */
function share(other: DeliveryPlan | undefined): ForeignEndpoint | undefined {
  const there = other?.foreign;
  return there && { ...there, stable: there.variants.find((variant) => variant.name !== there.stable && variant.weight > 0)?.name ?? there.stable };
}

function drawApproval(random: Random, draw: Draw) {
  const minutes = pick(random, draw('expires'), [
    [10, 1],
    [30, 2],
    [60, 1],
  ]);
  const onExpiry = pick<'reject' | 'approve'>(random, draw('on-expiry'), [
    ['reject', 3],
    ['approve', 1],
  ]);
  return { expires: `${minutes}m`, onExpiry };
}

function drawStrategy(random: Random, draw: Draw): Pick<DeliveryPlan, 'steps'> & Pick<DeliverySource, 'strategy'> {
  const ramp = pick<readonly number[]>(random, draw('ramp'), [
    [[10, 50], 3],
    [[25], 3],
    [[5], 1],
    [[20, 100], 1],
    [[50], 2],
    [[], 2],
  ]);
  const minutes = whole(random, draw('bake'), 4, 7);
  const bake = `${minutes}m`;
  const asked = (chance: number) => (random.chance(draw('asks-step'), chance) ? { approval: drawApproval(random, draw) } : {});
  const stepsOf = (written: readonly { canaryPercent: number; approval?: unknown }[]) =>
    (written.at(-1)?.canaryPercent === 100 ? written : [...written, { canaryPercent: 100 }]).map((step) => ({
      canaryPercent: step.canaryPercent,
      bakeSeconds: minutes * 60,
      asksPerson: 'approval' in step,
    }));
  if (ramp.length === 0) {
    const only = asked(0.3);
    return { strategy: { type: 'all-at-once', bake, ...only }, steps: stepsOf([{ canaryPercent: 100, ...only }]) };
  }
  const steps = ramp.map((canaryPercent) => ({ canaryPercent, bake, ...asked(0.2) }));
  return { strategy: { type: 'canary', steps }, steps: stepsOf(steps) };
}

/**
 * Draws one delivery and what stands at its endpoint.
 *
 * @param other one that was drawn before, whose endpoint it may share
 */
export function drawDelivery(random: Random, name: string, other?: DeliveryPlan): DeliveryPlan {
  const draw: Draw = (what) => `world/${name}/${what}`;
  const shared = random.chance(draw('shared'), 0.35) ? share(other) : undefined;
  const foreign = shared ?? drawForeign(random, name, draw);
  const endpointName = `${shared?.of ?? name}-endpoint`;
  const { strategy, steps } = drawStrategy(random, draw);
  const alarmed = random.chance(draw('alarmed'), 0.5);
  const trained = random.chance(draw('trained'), 0.25);
  const minimum = pick<number | undefined>(random, draw('minimum-requests'), [
    [undefined, 3],
    [50, 2],
    [500, 1],
  ]);
  const deadline = pick(random, draw('deadline'), [
    [5, 2],
    [10, 2],
    [20, 1],
  ]);
  const source: DeliverySource = {
    name,
    triggers: [{ type: 'image-pushed', repository: `models/${name}`, ...(random.chance(draw('globbed'), 0.3) && { tags: 'v*' }) }],
    ...(trained && { train: { instanceType: 'ml.m5.large', channels: { train: { uri: 's3://{bucket}/data/' } } } }),
    serve: {
      endpoint: endpointName,
      instanceType: 'ml.m5.large',
      ...(foreign && { stableVariant: foreign.stable }),
    },
    concurrency: pick(random, draw('concurrency'), [
      ['reject', 3],
      ['queue', 2],
      ['supersede', 1],
    ]),
    ...(random.chance(draw('asks'), 0.15) && { approval: drawApproval(random, draw) }),
    strategy,
    gates: [
      ...(random.chance(draw('smoked'), 0.4) ? [{ type: 'smoke' as const, requests: [{ contentType: 'text/csv', body: '1,2,3' }] }] : []),
      { type: 'metric-threshold', metric: { name: 'Invocation5XXErrors' }, max: 0.02 },
      ...(random.chance(draw('latency'), 0.4)
        ? [{ type: 'metric-threshold' as const, metric: { name: 'ModelLatency' }, statistic: 'p90' as const, max: 300_000 }]
        : []),
      ...(minimum === undefined ? [] : [{ type: 'traffic' as const, minimumRequests: minimum }]),
      ...(alarmed ? [{ type: 'alarm' as const, alarmNames: ['{variant}-errors'] }] : []),
    ],
    evidenceDeadline: `${deadline}m`,
    onInconclusive: pick(random, draw('on-inconclusive'), [
      ['rollback', 6],
      ['promote', 2],
      ['hold', 1],
    ]),
    soak: `${whole(random, draw('soak'), 1, 5)}m`,
    retire: {
      after: pick(random, draw('retire-after'), [
        ['10m', 2],
        ['45m', 2],
        ['3h', 1],
      ]),
    },
  };
  const requestsPerSecond = pick(random, draw('traffic'), [
    [20, 4],
    [200, 1],
    [3, 2],
    [0.2, 1],
    [0, 1],
  ]);
  return {
    source,
    name,
    endpointName,
    repository: `models/${name}`,
    ...(foreign && { foreign }),
    requestsPerSecond: shared && other ? other.requestsPerSecond : requestsPerSecond,
    steps,
    alarmed,
    leavesAlarms: alarmed,
  };
}
