import { type GateSpec, gateOf } from '../gates/registry.ts';
import type { EndpointDescription } from '../ports/endpoints.ts';
import type { Ports } from '../ports/ports.ts';
import { strategyOf } from '../strategies/registry.ts';
import { toDuration } from './duration.ts';
import { loadHearing } from './hearing.ts';
import { keys } from './keys.ts';
import { lintAlarms, lintEndpoint, type Refusal, stableOf } from './lint.ts';
import { specOf } from './load.ts';
import { defaultPeriodSeconds, metricPeriodOf } from './metric-period.ts';
import { currentStep, type Placement, type Rollout } from './rollout.ts';
import type { DeliverySpec } from './spec.ts';
import { canaryNameOf, firstWeight } from './variants.ts';

/** `acquired`: go on. `wait`: another rollout holds the endpoint, or an alarm is red and the delivery says to wait till it is calm. `refused`: it may not start. `resume-*`: a continued walk. */
export type AcquireAnswer =
  | 'acquired'
  | 'wait'
  | 'refused'
  | 'resume-smoke'
  | 'resume-step'
  | 'resume-bake'
  | 'resume-undo'
  | 'resume-rest'
  | 'resume-finish';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'locks' | 'endpoints' | 'models' | 'images' | 'alarms' | 'clock'>;

/** No function of ours runs longer, milliseconds; a test holds the template to it. */
export const longestFunctionMs = 300_000;

/** How long a rollout waits for an endpoint another one holds, milliseconds. */
const waitAtMostMs = 3_600_000;

/** How long it waits under a red alarm, however late the delivery's deadline is, milliseconds: an execution's history is finite. */
const longestRedMs = 86_400_000;

/**
 * Takes the endpoint's lock, refuses what must be refused before anything changes, and remembers how the endpoint
 * stood. A walk that continues in a new execution comes in here as well and is told where it was.
 */
export async function acquire(
  rolloutId: string,
  generation: number,
  ports: Needs,
): Promise<{ readonly answer: AcquireAnswer; readonly waitSeconds: number }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  // Its lock may be another's by now; only what follows an end is left to do.
  if (rollout.outcome !== undefined) return { answer: 'resume-finish', waitSeconds: 0 };
  if (rollout.placement) return resume(rollout, generation, ports);
  // Asked again after an answer that got lost: what was refused stays refused.
  if (rollout.ending) return { answer: 'refused', waitSeconds: 0 };
  const spec = await specOf(rollout, ports);
  const endpointName = spec.serve.endpoint;
  const nowMs = ports.clock.now();
  const lock = await takeLock(endpointName, rolloutId, nowMs, ports);
  if ('holder' in lock) {
    if (rollout.waitingSinceMs === undefined)
      await ports.rollouts.save(
        { ...rollout, waitingSinceMs: nowMs },
        [{ kind: 'endpoint-busy', text: `waits for endpoint ${endpointName}, held by ${lock.holder}` }],
        nowMs,
      );
    if (nowMs - (rollout.waitingSinceMs ?? nowMs) < waitAtMostMs) return { answer: 'wait', waitSeconds: 60 };
    return refuse(
      rollout,
      [
        {
          code: 'endpoint-held',
          text: `endpoint "${endpointName}" is held by ${lock.holder} for over ${toDuration(waitAtMostMs / 1000)}: start again when it has ended`,
        },
      ],
      ports,
    );
  }

  const endpoint = await ports.endpoints.describe(endpointName);
  const found = await look(spec, endpoint, ports);
  const canary = canaryNameOf(spec.name, 'stable' in found ? found.stable : undefined);
  const slot = { endpointName, variantName: canary };
  // An alarm that is only observed decides nothing, the start included.
  const watched = spec.gates.filter(({ observe }) => !observe);
  const namesOf = (gates: readonly GateSpec[]) => [...new Set(gates.flatMap((gate) => gateOf(gate).alarmNames?.(gate, slot) ?? []))];
  const alarmNames = namesOf(watched);
  const waiting = watched.filter((gate) => gateOf(gate).waitsForCalm?.(gate));
  const patient = new Set(namesOf(waiting));
  const ofAlarms = lintAlarms(alarmNames, await ports.alarms.statesOf(alarmNames));
  const refusals = [...found.refusals, ...ofAlarms];
  if (refusals.length > 0) {
    await ports.locks.release(endpointName, rolloutId, lock.fence);
    const waits = refusals.every(({ code, alarmName }) => code === 'alarm-firing' && alarmName !== undefined && patient.has(alarmName));
    const deadlineSeconds = Math.min(...waiting.map(({ evidenceDeadline = spec.evidenceDeadline }) => evidenceDeadline));
    return waits ? waitForCalm(rollout, refusals, deadlineSeconds, ports) : refuse(rollout, refusals, ports);
  }

  const placement: Placement = {
    endpointName,
    fence: lock.fence,
    canary,
    stableWeight: firstWeight,
    ...('stable' in found &&
      endpoint && {
        stable: found.stable,
        stableWeight: endpoint.ProductionVariants.find((variant) => variant.VariantName === found.stable)?.DesiredWeight ?? firstWeight,
        before: {
          configName: endpoint.EndpointConfigName,
          variants: endpoint.ProductionVariants.map((variant) => ({
            VariantName: variant.VariantName,
            weight: variant.DesiredWeight,
            instanceCount: variant.DesiredInstanceCount,
            images: variant.ResolvedImages,
          })),
        },
      }),
  };
  const watching = [...new Set([...rollout.watching, keys.endpoint(endpointName), ...alarmNames.map(keys.alarm)])];
  const plan = strategyOf(spec.strategy).plan(spec.strategy);
  await ports.rollouts.save(
    { ...rollout, phase: 'Preparing', placement, watching },
    [
      {
        kind: 'endpoint-acquired',
        text: `holds endpoint ${endpointName} under fence ${lock.fence}`,
        evidence: { fence: lock.fence, before: placement.before },
      },
      {
        kind: 'plan',
        text: `${
          placement.stable === undefined
            ? `first deployment: ${canary} with all the traffic`
            : `${canary} takes over from ${placement.stable}: ${plan.map((step) => `${step.canaryPercent} %`).join(' -> ')}`
        }${metricsPlan(spec, found.metricPeriodSeconds)}`,
        evidence: {
          steps: plan,
          canary,
          stable: placement.stable,
          gates: spec.gates,
          metricPeriodSeconds: spec.serve.metricPeriod ?? found.metricPeriodSeconds,
        },
      },
    ],
    nowMs,
  );
  // Written down before it is done: whoever ends a rollout whose walk died in between knows what to take back.
  await ports.rollouts.watch(rolloutId, watching);
  return { answer: 'acquired', waitSeconds: 0 };
}

/** What becomes of the endpoint's metrics, in words: a canary may change how often every variant of the endpoint publishes. */
function metricsPlan({ serve: { metricPeriod } }: DeliverySpec, found: number): string {
  if (metricPeriod === undefined || metricPeriod === found) return '';
  return `; metrics of every variant of the endpoint each ${metricPeriod} s and not each ${found} s, until a variant that lost its traffic has left`;
}

/** Waits under a red alarm that was there before the canary, until the deadline for evidence; then it is a refusal as any. */
async function waitForCalm(
  rollout: Rollout,
  refusals: readonly Refusal[],
  deadlineSeconds: number,
  ports: Needs,
): Promise<{ readonly answer: AcquireAnswer; readonly waitSeconds: number }> {
  const nowMs = ports.clock.now();
  const { redSinceMs = nowMs } = rollout;
  if (nowMs - redSinceMs >= Math.min(deadlineSeconds * 1000, longestRedMs)) return refuse(rollout, refusals, ports);
  if (rollout.redSinceMs === undefined) {
    const text = `waits until it is calm: ${refusals.map((refusal) => refusal.text).join('; ')}`;
    await ports.rollouts.save({ ...rollout, redSinceMs }, [{ kind: 'alarm-red', text, evidence: { refusals } }], nowMs);
  }
  return { answer: 'wait', waitSeconds: 60 };
}

/**
 * The lock, also from a rollout that ended without giving it back: once its lease and the longest function that could
 * still act under it are over. A lease that merely ended belongs to a rollout that must be undone first.
 */
async function takeLock(endpointName: string, rolloutId: string, nowMs: number, ports: Needs) {
  const lock = await ports.locks.acquire(endpointName, rolloutId, nowMs);
  if (!('holder' in lock) || nowMs <= lock.leaseUntilMs + longestFunctionMs) return lock;
  const holder = await ports.rollouts.find(lock.holder);
  if (holder?.outcome === undefined) return lock;
  return (await ports.locks.takeOver(endpointName, rolloutId, lock, nowMs)) ?? lock;
}

/** Reads what admission needs to know. A missing endpoint is a first deployment: nothing to refuse, no stable. */
async function look(
  spec: DeliverySpec,
  endpoint: EndpointDescription | undefined,
  ports: Needs,
): Promise<{ refusals: readonly Refusal[]; stable?: string; metricPeriodSeconds: number }> {
  if (!endpoint) return { refusals: [], metricPeriodSeconds: defaultPeriodSeconds };
  const config = await ports.endpoints.describeConfig(endpoint.EndpointConfigName);
  if (!config) {
    return {
      metricPeriodSeconds: defaultPeriodSeconds,
      refusals: [
        {
          code: 'endpoint-failed',
          text: `the configuration "${endpoint.EndpointConfigName}" in force on endpoint "${endpoint.EndpointName}" was deleted: SageMaker can't update it any more; make the configuration again under that name`,
        },
      ],
    };
  }
  const record = await ports.locks.record(endpoint.EndpointName);
  const stable = stableOf(spec, endpoint, record);
  const stableName = 'variantName' in stable ? stable.variantName : undefined;
  const modelName = config.ProductionVariants.find((variant) => variant.VariantName === stableName)?.ModelName;
  const image = modelName === undefined ? undefined : await ports.models.imageOf(modelName);
  const refusals = lintEndpoint(spec, {
    endpoint,
    config,
    record,
    canary: canaryNameOf(spec.name, stableName),
    scaledVariants: await ports.endpoints.scaledVariants(
      endpoint.EndpointName,
      endpoint.ProductionVariants.map((variant) => variant.VariantName),
    ),
    stableDigest: image === undefined ? undefined : await ports.images.digestOf(image),
  });
  return { refusals, ...(stableName !== undefined && { stable: stableName }), metricPeriodSeconds: metricPeriodOf(config) };
}

async function refuse(rollout: Rollout, refusals: readonly Refusal[], ports: Needs): Promise<{ answer: 'refused'; waitSeconds: number }> {
  const text = refusals.map((refusal) => refusal.text).join('; ');
  await ports.rollouts.save(
    { ...rollout, ending: { outcome: 'Rejected', reason: refusals[0]?.code ?? 'refused', text, page: false } },
    [{ kind: 'refused', text, evidence: { refusals } }],
    ports.clock.now(),
  );
  return { answer: 'refused', waitSeconds: 0 };
}

async function resume(rollout: Rollout, generation: number, ports: Needs): Promise<{ answer: AcquireAnswer; waitSeconds: number }> {
  const nowMs = ports.clock.now();
  if (rollout.placement) await ports.locks.renew(rollout.placement.endpointName, rollout.id, rollout.placement.fence, nowMs);
  // The walk before this one may have died between writing down what it watches and watching it.
  await ports.rollouts.watch(rollout.id, rollout.watching);
  if (generation > rollout.generation) {
    await ports.rollouts.save(
      { ...rollout, generation },
      [{ kind: 'continued', text: `the walk continues in execution ${rollout.id}-${generation}` }],
      nowMs,
    );
  }
  if (rollout.ending) return { answer: rollout.ending.outcome === 'Succeeded' ? 'resume-rest' : 'resume-undo', waitSeconds: 0 };
  if (!rollout.placement?.verifiedAtMs) return { answer: 'acquired', waitSeconds: 0 };
  if (rollout.placement.smokeTestedAtMs === undefined) return { answer: 'resume-smoke', waitSeconds: 0 };
  const step = currentStep(rollout);
  const baking = rollout.soakUntilMs !== undefined || (step?.verifiedAtMs !== undefined && step.passedAtMs === undefined);
  return { answer: baking ? 'resume-bake' : 'resume-step', waitSeconds: 0 };
}
