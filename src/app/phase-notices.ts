import type { Notices } from '../ports/notices.ts';
import type { Rollouts } from '../ports/rollouts.ts';

/** Rollouts that tell of each change of phase once it is saved. The end is told by whoever ends it, with its reason. */
export function withPhaseNotices(rollouts: Rollouts, notices: Notices): Rollouts {
  const phases = new Map<string, string>();
  return {
    ...rollouts,
    async find(rolloutId) {
      const found = await rollouts.find(rolloutId);
      if (found) phases.set(rolloutId, found.phase);
      return found;
    },
    async save(rollout, drafts, nowMs) {
      const saved = await rollouts.save(rollout, drafts, nowMs);
      if (phases.get(saved.id) !== saved.phase && saved.phase !== 'Ended') {
        phases.set(saved.id, saved.phase);
        await notices.tell({ rolloutId: saved.id, delivery: saved.delivery, phase: saved.phase, page: false, text: drafts.at(-1)?.text ?? '' });
      }
      return saved;
    },
  };
}
