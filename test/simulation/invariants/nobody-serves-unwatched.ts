import type { RolloutTruth } from '../truth.ts';
import { defineInvariant, minutesMs } from './invariant.ts';

/** Functions that read a canary back or take its traffic away; one that gives it more has looked at nothing. */
const watchful = new Set(['sluice-verify-endpoint', 'sluice-roll-back', 'sluice-finish-rollout']);
/** What gates ask of CloudWatch: a function that is called to ask them and asks nothing has looked at nothing. */
const looks: ReadonlySet<string> = new Set(['GetMetricData', 'DescribeAlarms']);

/** A bake looks every minute; faults hold it up for some. */
const patienceMs = minutesMs(20);
/** From an alarm of the canary's to the first act of undo: a look a minute, held up by what fails and by who has to be found dead. */
const heedMs = minutesMs(16);
/** Undo is one weight call; what keeps the endpoint busy, and calls that fail, may hold it up. */
const undoMs = minutesMs(75);

/** 10. No traffic is served by a canary that nobody watches, and undo works whatever is broken: once asked for, the canary's traffic is gone. */
export const nobodyServesUnwatched = defineInvariant({
  name: 'nobody-serves-unwatched',
  watch(truth, violated) {
    const lookedAtMs = new Map<string, number>();
    const undoSinceMs = new Map<string, number>();
    const servesSinceMs = new Map<string, number>();
    const alarmedSinceMs = new Map<string, number>();

    const hasTraffic = ({ held, delivery }: RolloutTruth) =>
      (truth.snapshot(delivery.endpointName)?.variants.find(({ name }) => name === held?.canary)?.weight ?? 0) > 0;

    function judge(rollout: RolloutTruth): void {
      // The first variant of an endpoint is no canary: there is nothing to go back to.
      if (!rollout.held?.before || rollout.ended) return;
      if (!hasTraffic(rollout)) {
        servesSinceMs.delete(rollout.id);
        return;
      }
      const servesAtMs = servesSinceMs.get(rollout.id) ?? truth.nowMs();
      servesSinceMs.set(rollout.id, servesAtMs);
      const about = [rollout.id, rollout.delivery.endpointName];
      // One that waits for a person at 0 % has nothing to be watched for.
      const sinceMs = Math.max(lookedAtMs.get(rollout.id) ?? truth.nowMs(), servesAtMs);
      if (truth.nowMs() - sinceMs > patienceMs) {
        violated(
          `nobody has looked at the canary of ${rollout.id} for ${Math.round((truth.nowMs() - sinceMs) / 60_000)} min, and it has traffic`,
          about,
        );
      }
      const alarmedAtMs = rollout.delivery.alarmed ? alarmedSinceMs.get(`${rollout.held.canary}-errors`) : undefined;
      const ignored = alarmedAtMs === undefined ? 0 : truth.nowMs() - Math.max(alarmedAtMs, servesAtMs);
      if (ignored > heedMs && !undoSinceMs.has(rollout.id)) {
        violated(`the alarm of ${rollout.id}'s canary has been in ALARM for ${Math.round(ignored / 60_000)} min, and it has traffic`, about);
      }
      const undoing = undoSinceMs.get(rollout.id);
      if (undoing !== undefined && truth.nowMs() - undoing > undoMs) {
        violated(`undo of ${rollout.id} was asked for ${Math.round((truth.nowMs() - undoing) / 60_000)} min ago, and its canary has traffic`, about);
      }
    }

    return {
      onAlarm(name, state) {
        if (state === 'ALARM') alarmedSinceMs.set(name, truth.nowMs());
        else alarmedSinceMs.delete(name);
      },
      onInvocation(invocation) {
        const rollout = invocation.rolloutId === undefined ? undefined : truth.rollouts.get(invocation.rolloutId);
        if (!rollout) return;
        if (invocation.functionName === 'sluice-roll-back' && !undoSinceMs.has(rollout.id)) undoSinceMs.set(rollout.id, truth.nowMs());
        if (!watchful.has(invocation.functionName)) return;
        judge(rollout);
        lookedAtMs.set(rollout.id, truth.nowMs());
      },
      // SageMaker publishes a serving endpoint's metrics every minute: a clock that ticks while there is traffic to watch.
      onCall(call) {
        if (call.operation === 'PutMetricData') for (const rollout of truth.rollouts.values()) judge(rollout);
        if (!looks.has(call.operation)) return;
        for (const { functionName, rolloutId } of truth.running)
          if (functionName === 'sluice-evaluate-gates' && rolloutId !== undefined) lookedAtMs.set(rolloutId, truth.nowMs());
      },
      atEnd() {
        for (const rollout of truth.rollouts.values()) judge(rollout);
      },
    };
  },
});
