import type { GateContext } from '../gates/gate.ts';
import { gateOf, sharesOf, stageOf } from '../gates/registry.ts';
import type { Draft } from '../ledger/entry.ts';
import type { Ports } from '../ports/ports.ts';
import type { Signal } from '../ports/rollouts.ts';
import { strategyOf } from '../strategies/registry.ts';
import type { Bake } from '../strategies/strategy.ts';
import { batchedMetrics } from './batched-metrics.ts';
import { type BakeDecision, cadenceOf, cadenceSeconds, followsWithoutEvidence, judgeBake } from './bake.ts';
import { decideEnding } from './ending.ts';
import { loadHearingRegistry } from './hearing.ts';
import { keys } from './keys.ts';
import { specOf } from './load.ts';
import { isLong, soFarOf } from './next-step.ts';
import { alarmsCountSince, currentStep, type Ending, placementOf, type Rollout, type StepRecord, withStep } from './rollout.ts';
import { fitting } from './row-size.ts';
import type { DeliverySpec } from './spec.ts';
import { unreadable } from './unreadable.ts';
import { combine, type GateVerdict, verdictText } from './verdict.ts';
import { lnHarmTogether, weighTogether } from './weigh.ts';
import { periodSecondsOf } from './metric-period.ts';
import { metricWindow, settlingSecondsOf } from './window.ts';

/** `wait`: bake on. `passed`: ask for the next step. `soaked`: the soak is over. `failed`: undo. `failed-first`: hold and page. `continue`: in a new execution. */
export type EvaluateAnswer = 'wait' | 'passed' | 'soaked' | 'failed' | 'failed-first' | 'continue';

type Needs = Pick<
  Ports,
  'rollouts' | 'deliveries' | 'locks' | 'alarms' | 'metrics' | 'functions' | 'webhooks' | 'executions' | 'packages' | 'notices' | 'settings' | 'clock'
>;

/** Asks the gates about the step under way, or about the promoted canary while it soaks, and decides what follows. */
export async function evaluate(
  rolloutId: string,
  executionArn: string,
  ports: Needs,
): Promise<{ readonly answer: EvaluateAnswer; readonly waitSeconds: number; readonly generation: number }> {
  const { rollout, inbox } = await loadHearingRegistry(rolloutId, ports);
  const placement = placementOf(rollout);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  const generation = rollout.generation + 1;
  const first = placement.stable === undefined;
  // Stopped by a person, or asked again after an answer that got lost: what was decided stays, whatever the gates would say now.
  if (rollout.ending)
    return { answer: rollout.ending.outcome === 'Succeeded' ? 'soaked' : first ? 'failed-first' : 'failed', waitSeconds: 0, generation };

  const waitOn = async (waitSeconds: number): Promise<{ answer: EvaluateAnswer; waitSeconds: number; generation: number }> =>
    (await isLong(executionArn, ports)) ? { answer: 'continue', waitSeconds: 0, generation } : { answer: 'wait', waitSeconds, generation };
  const step = currentStep(rollout);
  if (step?.verifiedAtMs === undefined) {
    // Before the first shift nobody has any traffic to watch: only people are waited for.
    return rollout.approval || rollout.paused ? waitOn(cadenceSeconds) : { answer: 'passed', waitSeconds: cadenceSeconds, generation };
  }
  const spec = await specOf(rollout, ports);
  const entered = inbox.filter((signal) => signal.state === 'ALARM' && signal.atMs >= alarmsCountSince(rollout));
  const { verdicts, memories, lnHarm } = await ask(rollout, { ...step, verifiedAtMs: step.verifiedAtMs }, spec, entered, ports);
  const asked: StepRecord = { ...step, verdicts, heard: Object.fromEntries(entered.map(({ key, atMs }) => [key, atMs])) };
  const remembering: Rollout = { ...rollout, ...(Object.keys(memories).length > 0 && { memories }) };
  const evaluated = withStep(remembering, asked);
  const lookSeconds = cadenceOf(spec, periodSecondsOf(placement));
  if (rollout.soakUntilMs !== undefined)
    return { ...(await soak(evaluated, { untilMs: rollout.soakUntilMs, lookSeconds }, step, verdicts, executionArn, ports)), generation };

  const judged = judgeStep({ ...step, verifiedAtMs: step.verifiedAtMs }, { verdicts, lnHarm }, evaluated, spec, nowMs, lookSeconds);
  const decision = withPeople(judged, rollout, step, verdicts);
  const concluded = (decision.answer === 'passed' && decision.verdicts) || verdicts;
  const drafts = draftsOf(step, concluded, decision, rollout.phase === 'Paused');
  switch (decision.answer) {
    case 'failed': {
      const ending: Ending = {
        outcome: first ? 'Failed' : 'RolledBack',
        reason: decision.reason,
        text: `${step.canaryPercent} %: ${decision.text}`,
        page: first,
      };
      await decideEnding(evaluated, ending, drafts, ports);
      return { answer: first ? 'failed-first' : 'failed', waitSeconds: 0, generation };
    }
    case 'passed':
      await ports.rollouts.save(
        withStep(remembering, { ...asked, verdicts: concluded, passedAtMs: step.passedAtMs ?? nowMs }),
        step.passedAtMs === undefined ? drafts : [],
        nowMs,
      );
      // How long a bake that follows without a shift waits first: the soak.
      return { answer: 'passed', waitSeconds: lookSeconds, generation };
    case 'hold':
      await hold(evaluated, decision.text, drafts, ports);
      return waitOn(decision.waitSeconds);
    case 'wait':
      await ports.rollouts.save(evaluated, drafts, nowMs);
      return waitOn(decision.waitSeconds);
  }
}

/** The bake's decision by the strategy, where it goes by evidence; a failed gate ends a step under any strategy. */
function judgeStep(
  step: StepRecord & { readonly verifiedAtMs: number },
  bake: Bake,
  rollout: Rollout,
  spec: DeliverySpec,
  nowMs: number,
  lookSeconds: number,
): BakeDecision {
  const first = placementOf(rollout).stable === undefined;
  const strategy = strategyOf(spec.strategy);
  if (!strategy.judge || first || combine(bake.verdicts) === 'failed') return judgeBake(step, bake.verdicts, spec, nowMs, first, lookSeconds);
  return strategy.judge(spec.strategy, soFarOf(rollout, nowMs), { ...bake, onInconclusive: followsWithoutEvidence(bake.verdicts, spec) });
}

/** Holds a rollout for a person, who is paged once: where the page could not be sent, again at the next look. */
async function hold(rollout: Rollout, text: string, drafts: readonly Draft[], ports: Needs): Promise<void> {
  const held = rollout.phase === 'Paused';
  const paged =
    (held && rollout.paged === true) ||
    (await ports.notices.tell({ rolloutId: rollout.id, delivery: rollout.delivery, phase: 'Paused', page: true, text }));
  await ports.rollouts.save({ ...rollout, phase: 'Paused', paged }, held ? drafts : [...drafts, { kind: 'paused', text }], ports.clock.now());
}

/**
 * A bake's decision with what people asked taken in: a pause or an open question keeps it from going on, skipping the
 * rest ends a bake early. Neither makes a failed gate pass.
 */
function withPeople(judged: BakeDecision, rollout: Rollout, step: StepRecord, verdicts: readonly GateVerdict[]): BakeDecision {
  // Time that only ran out after the step had passed, while a person or the endpoint was awaited, is no reason to undo, nor to stay.
  if (judged.answer === 'failed' && (step.passedAtMs === undefined || combine(verdicts) === 'failed')) return judged;
  if (rollout.paused || rollout.approval) return { answer: 'wait', waitSeconds: cadenceSeconds };
  if (step.passedAtMs !== undefined) return { answer: 'passed', text: 'the step had passed' };
  if (rollout.hurried && judged.answer !== 'passed') {
    return {
      answer: 'passed',
      text: `${step.canaryPercent} %: the rest of the bake is skipped by ${rollout.hurried.by}: ${rollout.hurried.reason ?? ''}; gates: ${combine(verdicts)}`,
    };
  }
  return judged;
}

async function ask(
  rollout: Rollout,
  step: StepRecord & { readonly verifiedAtMs: number },
  spec: DeliverySpec,
  entered: readonly Signal[],
  ports: Needs,
): Promise<{ readonly verdicts: GateVerdict[]; readonly memories: Record<string, unknown>; readonly lnHarm: number }> {
  const placement = placementOf(rollout);
  const slot = (variantName: string) => ({ endpointName: placement.endpointName, endpointConfigName: placement.configName ?? '', variantName });
  const nowMs = ports.clock.now();
  const periodSeconds = periodSecondsOf(placement);
  const context: Omit<GateContext, 'share'> = {
    rolloutId: rollout.id,
    delivery: rollout.delivery,
    stage: 'baking',
    stepIndex: step.index,
    canary: slot(placement.canary),
    ...(placement.stable !== undefined && { stable: slot(placement.stable) }),
    nowMs,
    periodSeconds,
    settlingSeconds: settlingSecondsOf(periodSeconds),
    shifts: [...rollout.steps.filter((other) => other.index !== step.index), step].flatMap(({ canaryPercent, verifiedAtMs }) =>
      verifiedAtMs === undefined ? [] : [{ canaryPercent, verifiedAtMs }],
    ),
    window: metricWindow(step.verifiedAtMs, nowMs, periodSeconds),
    alarmsSinceMs: alarmsCountSince(rollout),
    seeksWinner: strategyOf(spec.strategy).seeksWinner === true,
    alarmsEntered: entered.map((signal) => ({ alarmName: signal.key.slice(keys.alarm('').length), atMs: signal.atMs })),
  };
  // Where a gate stands in the spec is its name; those that were asked before traffic are not asked again.
  const asked = [...spec.gates.entries()].filter(([, gate]) => stageOf(gate) === 'baking');
  const shares = sharesOf(asked.map(([, gate]) => gate));
  const memories: Record<string, unknown> = {};
  // All gates are asked in one turn, so what they read goes out as one call.
  const reading = { ...ports, metrics: batchedMetrics(ports.metrics) };
  const verdicts = await Promise.all(
    asked.map(async ([index, gateSpec], place): Promise<GateVerdict> => {
      const gate = gateOf(gateSpec);
      const path = `gates[${index}]`;
      const memory = rollout.memories?.[path];
      const about: GateContext = { ...context, share: shares[place] ?? 1, ...(memory !== undefined && { memory }) };
      const { memory: kept = memory, ...verdict } = await gate
        .measure(gateSpec, reading, about)
        .then((measurement) => gate.judge(measurement, gateSpec, about), unreadable);
      if (kept !== undefined) memories[path] = kept;
      return { ...verdict, gate: gate.type, path, ...(gateSpec.observe && { observed: true as const }) };
    }),
  );
  return { verdicts: fitting(weighTogether(verdicts, shares)), memories, lnHarm: lnHarmTogether(verdicts, shares) };
}

/** A tick that changes no answer writes no entry: the ledger holds decisions, not a heartbeat. */
function draftsOf(step: StepRecord, verdicts: readonly GateVerdict[], decision: BakeDecision, paused: boolean): Draft[] {
  const same = step.verdicts.map((verdict) => verdict.reason).join() === verdicts.map((verdict) => verdict.reason).join();
  if (same && (decision.answer === 'wait' || (decision.answer === 'hold' && paused))) return [];
  const text =
    decision.answer === 'wait'
      ? `${step.canaryPercent} %: ${verdicts.map((verdict) => `${verdict.gate} ${verdict.result} (${verdict.reason})`).join(', ') || 'no gates'}`
      : `${decision.answer}: ${decision.text}`;
  return [{ kind: 'gates-evaluated', text, evidence: { step: step.index, canaryPercent: step.canaryPercent, verdicts, result: combine(verdicts) } }];
}

/** While the promoted canary soaks a failed gate still undoes; missing evidence does not. */
async function soak(
  rollout: Rollout,
  { untilMs, lookSeconds }: { readonly untilMs: number; readonly lookSeconds: number },
  step: StepRecord,
  verdicts: readonly GateVerdict[],
  executionArn: string,
  ports: Needs,
): Promise<{ answer: EvaluateAnswer; waitSeconds: number }> {
  const nowMs = ports.clock.now();
  const bad = verdicts.find((verdict) => verdict.result === 'failed' && !verdict.observed);
  if (bad) {
    const text = `in the soak, ${verdictText(bad)}`;
    await decideEnding(
      rollout,
      { outcome: 'RolledBack', reason: bad.reason, text, page: false },
      [{ kind: 'gates-evaluated', text, evidence: { verdicts } }],
      ports,
    );
    return { answer: 'failed', waitSeconds: 0 };
  }
  if (nowMs >= untilMs) {
    const text = `${placementOf(rollout).canary} serves all of the delivery's traffic`;
    await decideEnding(
      rollout,
      { outcome: 'Succeeded', reason: 'promoted', text, page: false },
      [{ kind: 'gates-evaluated', text: 'the soak is over', evidence: { verdicts } }],
      ports,
    );
    return { answer: 'soaked', waitSeconds: 0 };
  }
  const same = step.verdicts.map((verdict) => verdict.reason).join() === verdicts.map((verdict) => verdict.reason).join();
  const text = `in the soak: ${verdicts.map((verdict) => `${verdict.gate} ${verdict.result} (${verdict.reason})`).join(', ')}`;
  await ports.rollouts.save(rollout, same ? [] : [{ kind: 'gates-evaluated', text, evidence: { verdicts } }], nowMs);
  if (await isLong(executionArn, ports)) return { answer: 'continue', waitSeconds: 0 };
  return { answer: 'wait', waitSeconds: Math.max(1, Math.min(lookSeconds, Math.ceil((untilMs - nowMs) / 1000))) };
}
