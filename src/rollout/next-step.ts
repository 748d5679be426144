import type { Ports } from '../ports/ports.ts';
import { strategyOf } from '../strategies/registry.ts';
import { loadRollout, specOf } from './load.ts';
import { currentStep, placementOf } from './rollout.ts';

/** `shift`: a step follows. `soak`: promoted, watch on. `bake`: a first deployment bakes where it is. `done`: nothing is left. `continue`: in a new execution. */
export type NextAnswer = 'shift' | 'soak' | 'bake' | 'done' | 'continue';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'locks' | 'executions' | 'settings' | 'clock'>;

/** Asks the strategy what comes next. A step boundary is also where a long walk continues in a new execution. */
export async function nextStep(
  rolloutId: string,
  executionArn: string,
  ports: Needs,
): Promise<{ readonly answer: NextAnswer; readonly generation: number }> {
  const rollout = await loadRollout(rolloutId, ports);
  const placement = placementOf(rollout);
  const generation = rollout.generation + 1;
  if (rollout.ending) {
    // Asked again after an answer that got lost.
    if (rollout.ending.outcome === 'Succeeded') return { answer: 'done', generation };
    throw new Error(`Rollout "${rolloutId}" takes no further step: it ends as ${rollout.ending.outcome} (${rollout.ending.reason})`);
  }
  const spec = await specOf(rollout, ports);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  if (await isLong(executionArn, ports)) return { answer: 'continue', generation };

  const passed = rollout.steps.filter((step) => step.passedAtMs !== undefined).length;
  if (placement.stable === undefined) {
    if (passed > 0) {
      await ports.rollouts.save(
        {
          ...rollout,
          phase: 'Promoting',
          ending: {
            outcome: 'Succeeded',
            reason: 'first-deployment',
            text: `${placement.canary} serves all the traffic of the new endpoint ${placement.endpointName}`,
            page: false,
          },
        },
        [{ kind: 'promoted', text: `first deployment: ${placement.canary} is stable` }],
        nowMs,
      );
      return { answer: 'done', generation };
    }
    if (!currentStep(rollout)) {
      const bakeSeconds = strategyOf(spec.strategy).plan(spec.strategy)[0]?.bakeSeconds ?? 0;
      await ports.rollouts.save(
        { ...rollout, steps: [{ index: 0, canaryPercent: 100, bakeSeconds, requestedAtMs: nowMs, verifiedAtMs: nowMs, verdicts: [] }] },
        [{ kind: 'shift-decided', text: 'first deployment: nothing to shift from; the gates watch it at 100 %' }],
        nowMs,
      );
    }
    return { answer: 'bake', generation };
  }

  const step = currentStep(rollout);
  if (step && step.passedAtMs === undefined) return { answer: step.verifiedAtMs === undefined ? 'shift' : 'bake', generation };
  const decision = strategyOf(spec.strategy).next(spec.strategy, { passed });
  switch (decision.decision) {
    case 'step':
      await ports.rollouts.save(
        {
          ...rollout,
          phase: 'Progressing',
          steps: [...rollout.steps, { ...decision.step, index: decision.index, requestedAtMs: nowMs, verdicts: [] }],
        },
        [
          {
            kind: 'shift-decided',
            text: `step ${decision.index + 1}: ${decision.step.canaryPercent} % to ${placement.canary}`,
            evidence: { step: decision.step, passed },
          },
        ],
        nowMs,
      );
      return { answer: 'shift', generation };
    case 'promote':
      if (rollout.soakUntilMs === undefined) {
        await ports.rollouts.save(
          { ...rollout, phase: 'Soaking', soakUntilMs: nowMs + spec.soak * 1000 },
          [
            {
              kind: 'promoted',
              text: `${placement.canary} has all the traffic; soaks until ${new Date(nowMs + spec.soak * 1000).toISOString()}`,
              evidence: { steps: rollout.steps },
            },
          ],
          nowMs,
        );
      }
      return { answer: 'soak', generation };
  }
}

/** Whether an execution has written so much history that the walk should continue in a new one. */
export async function isLong(executionArn: string, { executions, settings }: Pick<Ports, 'executions' | 'settings'>): Promise<boolean> {
  return (await executions.historyLength(executionArn)) >= settings.historyLimit;
}
