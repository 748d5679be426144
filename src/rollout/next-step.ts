import type { Ports } from '../ports/ports.ts';
import { strategyOf } from '../strategies/registry.ts';
import type { SoFar } from '../strategies/strategy.ts';
import { isApproved } from './acts.ts';
import { askPerson, loadHearing } from './hearing.ts';
import { decideEnding } from './ending.ts';
import { Refused } from './errors.ts';
import { loadRollout, specOf } from './load.ts';
import { periodSecondsOf } from './metric-period.ts';
import { isAtRest } from './move.ts';
import { makeAlarms } from './own-alarms.ts';
import { currentStep, heldMsAt, placementOf, type Rollout } from './rollout.ts';
import { earlier } from './row-size.ts';
import type { DeliverySpec } from './spec.ts';
import type { ApprovalRule } from './step.ts';
import { settlingSecondsOf, shortestBakeSecondsOf } from './window.ts';

/** `wait`: the endpoint takes no call now; bake on, watched. `shift`: a step follows. `soak`: promoted, watch on. `ask`: a person first, watched. `undo`: it was stopped. `bake`: a first deployment bakes where it is. `done`: nothing is left. `continue`: in a new execution. */
export type NextAnswer = 'wait' | 'shift' | 'ask' | 'undo' | 'soak' | 'bake' | 'done' | 'continue';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'locks' | 'endpoints' | 'alarms' | 'executions' | 'notices' | 'settings' | 'clock'>;

/** Asks the strategy what comes next. A step boundary is also where a long walk continues in a new execution. */
export async function nextStep(
  rolloutId: string,
  executionArn: string,
  ports: Needs,
): Promise<{ readonly answer: NextAnswer; readonly generation: number }> {
  const { rollout: heard } = await loadHearing(rolloutId, ports);
  const placement = placementOf(heard);
  const generation = heard.generation + 1;
  if (heard.ending) return { answer: heard.ending.outcome === 'Succeeded' ? 'done' : 'undo', generation };
  const spec = await specOf(heard, ports);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  if (await isLong(executionArn, ports)) return { answer: 'continue', generation };

  const rollout = await withAlarms(heard, spec, ports);
  if (rollout.ending) return { answer: 'undo', generation };
  // A person's pause holds at the boundary as it does in a bake: watched.
  if (rollout.paused) return { answer: 'ask', generation };
  const soFar = soFarOf(rollout, nowMs);
  const { passed } = soFar;
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
      const strategy = strategyOf(spec.strategy);
      // Nothing to compare with: what a strategy waits for otherwise says nothing of how long to look.
      const bakeSeconds = strategy.judge
        ? Math.max(shortestBakeSecondsOf(periodSecondsOf(placement)), strategy.firstBakeSeconds?.(spec.strategy) ?? 0)
        : (strategy.plan(spec.strategy)[0]?.bakeSeconds ?? 0);
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
  const decision = strategyOf(spec.strategy).next(spec.strategy, soFar);
  switch (decision.decision) {
    case 'step': {
      const asked = firstUnanswered(rollout, spec, decision.index);
      if (asked) {
        await askPerson(rollout, asked.index, asked.rule, ports);
        return { answer: 'ask', generation };
      }
      const endpoint = await ports.endpoints.describe(placement.endpointName);
      if (endpoint && !isAtRest(endpoint.EndpointStatus)) return { answer: 'wait', generation };
      await ports.rollouts.save(
        {
          ...rollout,
          phase: 'Progressing',
          steps: [...earlier(rollout.steps), { ...decision.step, index: decision.index, requestedAtMs: nowMs, verdicts: [] }],
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
    }
    case 'promote':
      if (rollout.soakUntilMs === undefined) {
        await ports.rollouts.save(
          { ...rollout, phase: 'Soaking', soakUntilMs: nowMs + spec.soak * 1000 },
          [
            {
              kind: 'promoted',
              text: `${placement.canary} has all the traffic; soaks until ${new Date(nowMs + spec.soak * 1000).toISOString()}`,
              evidence: { steps: rollout.steps.map((step) => step.canaryPercent) },
            },
          ],
          nowMs,
        );
      }
      return { answer: 'soak', generation };
  }
}

/** The rollout with the alarms its delivery wants made; ended where CloudWatch refuses one: nobody may serve unwatched. */
async function withAlarms(rollout: Rollout, spec: DeliverySpec, ports: Needs): Promise<Rollout> {
  try {
    return await makeAlarms(rollout, spec, ports);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const first = placementOf(rollout).stable === undefined;
    const text = error.message;
    const ending = { outcome: first ? ('Failed' as const) : ('RolledBack' as const), reason: 'alarm-not-made', text, page: first };
    // The names of what was made are in the record by now.
    return decideEnding(await loadRollout(rollout.id, ports), ending, [{ kind: 'alarms-made', text: `not made: ${text}` }], ports);
  }
}

/** What a strategy is told of a rollout. */
export const soFarOf = (rollout: Rollout, nowMs: number): SoFar => ({
  passed: rollout.steps.filter((step) => step.passedAtMs !== undefined).reduce((most, step) => Math.max(most, step.index + 1), 0),
  steps: rollout.steps,
  skipRest: rollout.hurried !== undefined,
  nowMs,
  periodSeconds: periodSecondsOf(rollout.placement),
  settlingSeconds: settlingSecondsOf(periodSecondsOf(rollout.placement)),
  heldMs: heldMsAt(rollout, nowMs),
});

/** The first step up to this one that wants a person and has none yet: skipping steps skips nobody's say. */
function firstUnanswered(rollout: Rollout, spec: DeliverySpec, upTo: number): { readonly index: number; readonly rule: ApprovalRule } | undefined {
  for (const [index, { approval: rule }] of strategyOf(spec.strategy).plan(spec.strategy).entries()) {
    if (index <= upTo && rule && !isApproved(rollout, index)) return { index, rule };
  }
  return undefined;
}

/** Whether an execution has written so much history that the walk should continue in a new one. */
export async function isLong(executionArn: string, { executions, settings }: Pick<Ports, 'executions' | 'settings'>): Promise<boolean> {
  return (await executions.historyLength(executionArn)) >= settings.historyLimit;
}
