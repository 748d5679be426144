import type { RolloutView } from '../../view/rollout-view.ts';
import type { LocalService } from '../local-service.ts';
import type { RolloutSummary } from './events.ts';

/** One row of the closing table: the outcome from the record, the requests from the embedded AWS's own count. */
export function summaryOf(local: LocalService, view: RolloutView, endpointName: string): RolloutSummary {
  const served = local.emulator.services.sagemaker
    .served(endpointName)
    .find((candidate) => candidate.variantName === view.canary && candidate.endpointConfigName === view.endpointConfigName);
  return {
    id: view.id,
    imageDigest: view.imageDigest,
    outcome: view.outcome ?? view.phase,
    reason: view.reason ?? '',
    canaryRequests: served?.requests ?? 0,
    canaryFailures: served?.errors ?? 0,
    alarmToZeroMs: alarmToZeroMs(local, view, served?.lastRequestAtMs),
    durationSeconds: view.durationSeconds,
  };
}

/** From the moment the alarm that ended a rollout changed its state to the last request its canary got; null where no alarm did. */
function alarmToZeroMs(local: LocalService, view: RolloutView, lastRequestAtMs: number | undefined): number | null {
  if (view.reason !== 'alarm-firing' || lastRequestAtMs === undefined) return null;
  const said = JSON.stringify(view.steps.at(-1)?.verdicts ?? []);
  const alarm = local.emulator.services.cloudwatch.alarms().find(({ name }) => said.includes(JSON.stringify(name)));
  return alarm ? Math.max(0, lastRequestAtMs - alarm.updatedAtMs) : null;
}
