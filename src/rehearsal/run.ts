import { gateOf } from '../gates/registry.ts';
import { type BakeDecision, cadenceOf, followsWithoutEvidence, judgeBake } from '../rollout/bake.ts';
import type { StepRecord } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { combine, type GateVerdict } from '../rollout/verdict.ts';
import { metricWindow } from '../rollout/window.ts';
import { strategyOf } from '../strategies/registry.ts';
import type { SoFar } from '../strategies/strategy.ts';
import type { AlarmDefinition } from '../ports/alarms.ts';
import { alarmsOf } from './alarms.ts';
import { type Asked, askingOf } from './asking.ts';
import type { Timing } from './timing.ts';
import type { Harm, Names, World } from './world.ts';

/** How one run ended. Seconds count from the request of the first weight. */
export interface Run {
  /** `held`: a person was awaited for an hour. `unfinished`: the record ended before the rollout did. */
  readonly outcome: 'promoted' | 'rolled-back' | 'held' | 'unfinished';
  readonly reason: string;
  /** The gate that failed first; unset where none did. */
  readonly failedGate?: string;
  /** When all of the traffic was verified to be the canary's; unset where it never was. */
  readonly secondsTo100?: number;
  /** To the end of the soak, or until the canary had no traffic any more. */
  readonly seconds: number;
  readonly harm: Harm;
  /** The canary's share as it came into force, `[seconds, percent]`. */
  readonly weights: readonly (readonly [number, number])[];
  /** How often each gate said what: its path -> `result reason` -> looks. */
  readonly said: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Gates that were assumed successful, and what they would have needed. */
  readonly assumed: Readonly<Record<string, string>>;
}

/** A person who does not come within this time does not come. */
const longestHoldSeconds = 3600;

/**
 * One rollout through the core's own decisions, on a virtual clock: strategy, gates, what they say together, the bake's rules, the soak.
 *
 * @param definitions alarms that are there beside those the delivery makes
 * @param firstMs when the first weight is asked for, epoch milliseconds
 */
export async function play(
  spec: DeliverySpec,
  world: World,
  definitions: readonly AlarmDefinition[],
  names: Names,
  timing: Timing,
  firstMs: number,
): Promise<Run> {
  const strategy = strategyOf(spec.strategy);
  const { periodSeconds, settlingSeconds, actuationSeconds } = timing;
  const lookSeconds = cadenceOf(spec, periodSeconds);
  let nowMs = firstMs;
  const slot = (variantName: string) => ({ endpointName: names.endpointName, endpointConfigName: 'rehearsed', variantName });
  // Those the delivery has made for its canary come from the delivery itself.
  const made = spec.gates.flatMap((gate) => gateOf(gate).alarmsToMake?.(gate, slot(names.canary)) ?? []);
  const alarms = alarmsOf([...definitions, ...made], world.metrics, Math.floor(firstMs / 60_000) * 60_000);
  const asking = askingOf(spec.gates, { metrics: world.metrics, alarms, clock: { now: () => nowMs } });
  const said: Record<string, Record<string, number>> = {};
  const weights: [number, number][] = [];
  let steps: StepRecord[] = [];
  let passed = 0;
  let secondsTo100: number | undefined;
  let heldSinceMs: number | undefined;
  const since = (atMs: number): number => (atMs - firstMs) / 1000;
  const soFar = (): SoFar => ({ passed, steps, skipRest: false, nowMs, periodSeconds, settlingSeconds });

  function shift(canaryPercent: number): void {
    nowMs += actuationSeconds * 1000;
    world.shift(nowMs, canaryPercent / 100);
    weights.push([since(nowMs), canaryPercent]);
  }

  async function ask(step: StepRecord & { readonly verifiedAtMs: number }): Promise<Asked> {
    world.advance(nowMs);
    await alarms.rangBy(nowMs);
    const asked = await asking.ask({
      rolloutId: 'rehearsed',
      delivery: spec.name,
      stage: 'baking',
      stepIndex: step.index,
      canary: slot(names.canary),
      stable: slot(names.stable),
      nowMs,
      periodSeconds,
      settlingSeconds,
      shifts: steps.flatMap(({ canaryPercent, verifiedAtMs }) => (verifiedAtMs === undefined ? [] : [{ canaryPercent, verifiedAtMs }])),
      window: metricWindow(step.verifiedAtMs, nowMs, periodSeconds),
      alarmsSinceMs: firstMs,
      alarmsEntered: [],
      seeksWinner: strategy.seeksWinner === true,
    });
    for (const { path, result, reason } of asked.verdicts) {
      const ofGate = (said[path] ??= {});
      ofGate[`${result} ${reason}`] = (ofGate[`${result} ${reason}`] ?? 0) + 1;
    }
    return asked;
  }

  /** Bakes on: to the next look, or to the moment at which an alarm rings. */
  async function wait(seconds: number): Promise<void> {
    const untilMs = nowMs + Math.max(1, Math.min(seconds, lookSeconds)) * 1000;
    if (alarms.any) {
      for (let atMs = Math.floor(nowMs / 60_000 + 1) * 60_000; atMs < untilMs; atMs += 60_000) {
        world.advance(atMs);
        if (await alarms.rangBy(atMs)) {
          nowMs = atMs;
          return;
        }
      }
    }
    nowMs = untilMs;
  }

  function end(outcome: Run['outcome'], reason: string, verdicts: readonly GateVerdict[] = []): Run {
    const failed = verdicts.find(({ result, observed }) => result === 'failed' && !observed);
    if (outcome === 'rolled-back') shift(0);
    // Ticks are whole: what a canary serves until its weight is gone is served to the end of that tick.
    world.advance(nowMs + (outcome === 'rolled-back' ? 60_000 : 0));
    return {
      outcome,
      reason,
      ...(failed && { failedGate: failed.path }),
      ...(secondsTo100 !== undefined && { secondsTo100 }),
      seconds: since(nowMs),
      harm: { ...world.harm() },
      weights,
      said,
      assumed: Object.fromEntries(asking.assumed),
    };
  }

  for (;;) {
    const decision = strategy.next(spec.strategy, soFar());
    if (decision.decision === 'promote') break;
    const requested: StepRecord = { ...decision.step, index: decision.index, requestedAtMs: nowMs, verdicts: [] };
    shift(decision.step.canaryPercent);
    const step = { ...requested, verifiedAtMs: nowMs };
    if (step.canaryPercent === 100) secondsTo100 ??= since(nowMs);
    steps = [...steps, step];
    for (;;) {
      if (nowMs >= world.endMs) return end('unfinished', 'record-ended');
      const asked = await ask(step);
      steps = [...steps.slice(0, -1), { ...step, verdicts: asked.verdicts }];
      const judged: BakeDecision =
        !strategy.judge || combine(asked.verdicts) === 'failed'
          ? judgeBake(step, asked.verdicts, spec, nowMs, false, lookSeconds)
          : strategy.judge(spec.strategy, soFar(), { ...asked, onInconclusive: followsWithoutEvidence(asked.verdicts, spec) });
      if (judged.answer === 'failed') return end('rolled-back', judged.reason, asked.verdicts);
      if (judged.answer === 'passed') {
        steps = [...steps.slice(0, -1), { ...step, verdicts: judged.verdicts ?? asked.verdicts, passedAtMs: nowMs }];
        passed = decision.index + 1;
        break;
      }
      if (judged.answer === 'hold') heldSinceMs ??= nowMs;
      else heldSinceMs = undefined;
      if (heldSinceMs !== undefined && nowMs - heldSinceMs >= longestHoldSeconds * 1000) return end('held', 'no-evidence');
      await wait(judged.waitSeconds);
    }
  }

  const last = steps.at(-1);
  if (last?.verifiedAtMs === undefined) throw new Error(`Strategy "${strategy.type}" promotes without a step`);
  const soakUntilMs = nowMs + spec.soak * 1000;
  for (;;) {
    if (nowMs >= world.endMs) return end('unfinished', 'record-ended');
    const { verdicts } = await ask({ ...last, verifiedAtMs: last.verifiedAtMs });
    const bad = verdicts.find(({ result, observed }) => result === 'failed' && !observed);
    if (bad) return end('rolled-back', bad.reason, verdicts);
    if (nowMs >= soakUntilMs) return end('promoted', 'promoted');
    await wait((soakUntilMs - nowMs) / 1000);
  }
}
