import type { Draft } from '../ledger/entry.ts';
import type { Notices } from '../ports/notices.ts';
import type { Rollouts } from '../ports/rollouts.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** Rollouts that tell of each change of phase once it is saved. The end is told by whoever ends it, with its reason. */
export function withPhaseNotices(rollouts: Rollouts, notices: Notices): Rollouts {
  const phases = new Map<string, string>();
  const tell = ({ id, delivery, phase }: Rollout, drafts: readonly Draft[]) =>
    notices.tell({ rolloutId: id, delivery, phase, page: false, text: drafts.at(-1)?.text ?? '' });
  return {
    ...rollouts,
    async find(rolloutId) {
      const found = await rollouts.find(rolloutId);
      if (found) phases.set(rolloutId, found.phase);
      return found;
    },
    async admit(rollout, head, drafts, nowMs) {
      const admitted = await rollouts.admit(rollout, head, drafts, nowMs);
      if (admitted) await tell(rollout, drafts);
      return admitted;
    },
    async queue(rollout, head, drafts, nowMs) {
      const queued = await rollouts.queue(rollout, head, drafts, nowMs);
      if (queued) await tell(rollout, drafts);
      return queued;
    },
    async save(rollout, drafts, nowMs, heard) {
      const saved = await rollouts.save(rollout, drafts, nowMs, heard);
      if (phases.get(saved.id) !== saved.phase && saved.phase !== 'Ended') {
        phases.set(saved.id, saved.phase);
        await tell(saved, drafts);
      }
      return saved;
    },
  };
}
