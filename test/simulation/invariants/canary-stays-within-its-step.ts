import type { RolloutTruth } from '../truth.ts';
import { alike, defineInvariant, shareOf } from './invariant.ts';

interface Ramp {
  /** The step whose share was reached last; -1 before the first. */
  reached: number;
  reachedAtMs: number;
  undone: boolean;
}

/**
 * 2. The canary's share is that of a step of the plan, goes up one step at a time and only after the step before has
 * baked, comes down to nothing at once, and is 0 when a rollout has rolled back. Nobody else's weight moves.
 */
export const canaryStaysWithinItsStep = defineInvariant({
  name: 'canary-stays-within-its-step',
  watch(truth, violated) {
    const ramps = new Map<RolloutTruth, Ramp>();

    function follow(rollout: RolloutTruth, share: number): void {
      const { delivery } = rollout;
      const ramp = ramps.get(rollout) ?? { reached: -1, reachedAtMs: 0, undone: false };
      ramps.set(rollout, ramp);
      const about = [delivery.endpointName, rollout.id];
      if (alike(share, 0)) {
        ramp.undone ||= ramp.reached >= 0;
        return;
      }
      // A person may skip the rest of the ramp.
      const hurried = truth.said.some(({ rolloutId, kind }) => rolloutId === rollout.id && kind === 'promote');
      const at = delivery.steps.findIndex((step) => alike(step.canaryPercent, share));
      if (at === -1) return violated(`the canary of ${rollout.id} has ${share} %, which is no step of its plan`, about);
      if (ramp.undone) return violated(`the canary of ${rollout.id} was undone and has ${share} % again`, about);
      if (at === ramp.reached) return;
      if (at < ramp.reached) return violated(`the canary of ${rollout.id} goes back to ${share} %: undo goes to 0`, about);
      if (at > ramp.reached + 1 && !(hurried && at === delivery.steps.length - 1))
        return violated(`the canary of ${rollout.id} skips a step to ${share} %`, about);
      const before = delivery.steps[ramp.reached];
      const bakedMs = truth.nowMs() - ramp.reachedAtMs;
      if (before && !hurried && bakedMs < before.bakeSeconds * 1000) {
        return violated(`the canary of ${rollout.id} goes to ${share} % after ${bakedMs / 1000} s at ${before.canaryPercent} %`, about);
      }
      ramp.reached = at;
      ramp.reachedAtMs = truth.nowMs();
    }

    return {
      onEndpoint({ endpointName, variants }) {
        const rollout = truth.holderOf(endpointName);
        if (!rollout?.held?.before) return;
        const { canary, stable, stableWeight, before } = rollout.held;
        follow(rollout, shareOf(variants, canary, stable));
        for (const other of before.variants) {
          if (other.name === canary || other.name === stable) continue;
          const now = variants.find(({ name }) => name === other.name);
          if (now && !alike(now.weight, other.weight)) {
            violated(`${rollout.id} moved the weight of ${other.name}, which is none of its roles: ${other.weight} -> ${now.weight}`, [
              endpointName,
              rollout.id,
            ]);
          }
        }
        const both = variants.filter(({ name }) => name === canary || name === stable).reduce((sum, { weight }) => sum + weight, 0);
        if (!alike(both, stableWeight)) {
          violated(`the weights of stable and canary of ${rollout.id} add up to ${both}, stable had ${stableWeight}`, [endpointName, rollout.id]);
        }
      },
      onEnded({ id, held, ended, delivery }, outcome) {
        if (outcome !== 'RolledBack' || !held?.before || ended?.atMs !== truth.nowMs()) return;
        const left = truth.snapshot(delivery.endpointName)?.variants.find(({ name }) => name === held.canary);
        if (left && (left.weight !== 0 || left.desiredWeight !== 0)) {
          violated(`${id} ended RolledBack while its canary has weight ${left.weight}, desired ${left.desiredWeight}`, [delivery.endpointName, id]);
        }
      },
    };
  },
});
