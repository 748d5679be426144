import type { BeforeTrafficPorts, GateContext } from '../gates/gate.ts';
import { gateOf, stageOf } from '../gates/registry.ts';
import type { Ports } from '../ports/ports.ts';
import { type BeforeTrafficDecision, judgeBeforeTraffic } from './before-traffic.ts';
import { decideEnding } from './ending.ts';
import { Throttled, Unavailable } from './errors.ts';
import { loadRollout, specOf } from './load.ts';
import { type Placement, placementOf, type Rollout } from './rollout.ts';
import { fitting } from './row-size.ts';
import type { DeliverySpec } from './spec.ts';
import { unreadable } from './unreadable.ts';
import type { GateVerdict, Verdict } from './verdict.ts';
import { periodSecondsOf } from './metric-period.ts';
import { settlingSecondsOf } from './window.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'notices'> & BeforeTrafficPorts;

/** For so long after the canary was proved a call that fails in passing is tried again by who asks; then it is no evidence. */
const passingMs = 60_000;

/** Who holds a rollout for want of evidence, where `rollout.paused` names a person otherwise. */
const holder = 'onInconclusive';

/** Asks the gates that are asked before the canary has any traffic, once, and decides what follows. */
export async function smoke(rolloutId: string, ports: Needs): Promise<{ readonly answer: 'passed' | 'failed' | 'failed-first' }> {
  const rollout = await loadRollout(rolloutId, ports);
  const placement = placementOf(rollout);
  const first = placement.stable === undefined;
  // Asked again after an answer that got lost: a second try that works must not overrule what was decided.
  if (rollout.ending) return { answer: first ? 'failed-first' : 'failed' };
  if (placement.smokeTestedAtMs !== undefined) {
    await pageHold(rollout, ports);
    return { answer: 'passed' };
  }
  const spec = await specOf(rollout, ports);
  const verdicts = await ask(rollout, placement, spec, ports);
  const decision = judgeBeforeTraffic(verdicts, spec, first);
  const draft = { kind: 'smoke-tested' as const, text: decision.text, evidence: { verdicts } };
  if (decision.answer === 'failed') {
    const { reason, text } = decision;
    await decideEnding(rollout, { outcome: first ? 'Failed' : 'RolledBack', reason, text, page: first }, [draft], ports);
    return { answer: first ? 'failed-first' : 'failed' };
  }
  const nowMs = ports.clock.now();
  const drafts = decision.answer === 'hold' ? [draft, { kind: 'paused' as const, text: decision.text }] : [draft];
  const asked = { ...rollout, placement: { ...placement, smokeTestedAtMs: nowMs } };
  await pageHold(await ports.rollouts.save(held(asked, decision, nowMs), drafts, nowMs), ports);
  return { answer: 'passed' };
}

/** Held as a person's pause is, and let go in the same way: the walk goes on to the next step and waits there, at 0 %. */
const held = (rollout: Rollout, decision: BeforeTrafficDecision, atMs: number): Rollout =>
  decision.answer === 'hold'
    ? { ...rollout, phase: 'Paused', paged: false, paused: { by: holder, atMs, reason: decision.text.slice(0, 500) } }
    : rollout;

/** Tells a person of a hold, once: where that failed, asked again it tries again. */
async function pageHold(rollout: Rollout, ports: Needs): Promise<void> {
  if (rollout.paused?.by !== holder || rollout.paged === true) return;
  const text = rollout.paused.reason ?? '';
  const told = await ports.notices.tell({ rolloutId: rollout.id, delivery: rollout.delivery, phase: 'Paused', page: true, text });
  if (!told) throw new Unavailable(`Cannot page anybody about rollout "${rollout.id}": ${text}`);
  await ports.rollouts.save({ ...rollout, paged: true }, [], ports.clock.now());
}

async function ask(rollout: Rollout, placement: Placement, spec: DeliverySpec, ports: Needs): Promise<GateVerdict[]> {
  const slot = (variantName: string) => ({ endpointName: placement.endpointName, endpointConfigName: placement.configName ?? '', variantName });
  const nowMs = ports.clock.now();
  const context: GateContext = {
    rolloutId: rollout.id,
    delivery: rollout.delivery,
    stage: 'before-traffic',
    canary: slot(placement.canary),
    ...(placement.stable !== undefined && { stable: slot(placement.stable) }),
    nowMs,
    periodSeconds: periodSecondsOf(placement),
    settlingSeconds: settlingSecondsOf(periodSecondsOf(placement)),
    shifts: [],
    window: { startMs: nowMs, endMs: nowMs },
    alarmsSinceMs: nowMs,
    alarmsEntered: [],
    seeksWinner: false,
    share: 1,
  };
  const inPassing = nowMs - (placement.verifiedAtMs ?? nowMs) < passingMs;
  const notRead = (error: unknown): Verdict => {
    // Nothing is lost but a moment: the state machine asks again.
    if (inPassing && (error instanceof Throttled || error instanceof Unavailable)) throw error;
    return unreadable(error);
  };
  const asked = [...spec.gates.entries()].filter(([, gate]) => stageOf(gate) === 'before-traffic');
  const verdicts = await Promise.all(
    asked.map(async ([index, gateSpec]): Promise<GateVerdict> => {
      const gate = gateOf<BeforeTrafficPorts>(gateSpec);
      const { memory: _, ...verdict } = await gate
        .measure(gateSpec, ports, context)
        .then((measurement) => gate.judge(measurement, gateSpec, context), notRead);
      return { ...verdict, gate: gate.type, path: `gates[${index}]`, ...(gateSpec.observe && { observed: true as const }) };
    }),
  );
  return fitting(verdicts);
}
