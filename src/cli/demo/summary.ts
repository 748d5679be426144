import type { RolloutView } from '../../view/rollout-view.ts';
import type { LocalService } from '../local-service.ts';
import type { RolloutSummary } from './events.ts';
import type { Interruption } from './interruption.ts';
import { rampOf } from './ramp.ts';
import type { WallTimes } from './wall-times.ts';

/** One row of the closing table: the outcome from the record, the requests from the embedded AWS's own count. */
export function summaryOf(
  local: LocalService,
  tag: string,
  view: RolloutView,
  endpointName: string,
  interruption: Interruption | undefined,
  wallTimes: WallTimes,
): RolloutSummary {
  const ramp = rampOf(view);
  const served = local.emulator.services.sagemaker
    .served(endpointName)
    .find((candidate) => candidate.variantName === view.canary && candidate.endpointConfigName === view.endpointConfigName);
  return {
    id: view.id,
    tag,
    imageDigest: view.imageDigest ?? '',
    outcome: view.outcome ?? view.phase,
    reason: view.reason ?? '',
    canaryRequests: served?.requests ?? 0,
    canaryFailures: served?.errors ?? 0,
    ...alarmToZero(interruption, served?.lastRequestAtMs, wallTimes),
    rampSeconds: ramp?.seconds ?? null,
    pacedSeconds: ramp?.pacedSeconds ?? null,
    awaitedSeconds: ramp?.awaitedSeconds ?? null,
    durationSeconds: view.durationSeconds,
  };
}

/** From the moment an alarm fired to the last request the canary got, on both clocks; 0 where it got none after it. */
export function alarmToZero(
  interruption: Pick<Interruption, 'firedAtMs'> | undefined,
  lastRequestAtMs: number | undefined,
  wallTimes: WallTimes,
): Pick<RolloutSummary, 'alarmToZeroMs' | 'alarmToZeroWallMs'> {
  if (!interruption || lastRequestAtMs === undefined) return { alarmToZeroMs: null, alarmToZeroWallMs: null };
  const { firedAtMs } = interruption;
  const lastMs = Math.max(firedAtMs, lastRequestAtMs);
  return { alarmToZeroMs: lastMs - firedAtMs, alarmToZeroWallMs: wallTimes.between(firedAtMs, lastMs) ?? null };
}
