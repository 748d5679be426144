import type { Call, RolloutTruth, Truth } from '../truth.ts';
import { alike, defineInvariant, minutesMs } from './invariant.ts';

const minuteMs = minutesMs(1);
/** How late SageMaker's metrics may be. */
const lagMs = minutesMs(2);
/** A signal is there within seconds; one whose function died comes again within minutes. After that there is no excuse for not knowing of an alarm. */
const signalMs = { whole: minutesMs(0.75), faulty: minutesMs(6) };
/** Faults that hold up a signal. */
const holdingUp = ['throttle', 'timeout-before', 'timeout-after', 'lambda-crash'] as const;
/** A call that is on its way when somebody says stop still comes. */
const hearingMs = minutesMs(1);
/** Below so many values a metric says nothing, if the delivery does not say otherwise. */
const fewestSamples = 20;

interface Watched {
  /** When the share that is being judged was asked for. */
  askedAtMs: number;
  /** When a function had read the share back; unset before. */
  provedAtMs?: number;
  /** The last time the gates were asked and let it pass. */
  passedAtMs?: number;
  smokeAnswers: number;
}

/** What one variant's metric says over whole minutes; all periods of the window together. */
function reading(truth: Truth, { delivery }: RolloutTruth, variantName: string, metric: string, fromMs: number, toMs: number) {
  const config = truth.snapshot(delivery.endpointName)?.config ?? '';
  const wanted = {
    namespace: 'AWS/SageMaker',
    name: metric,
    dimensions: [
      { Name: 'EndpointName', Value: delivery.endpointName },
      { Name: 'VariantName', Value: variantName },
      { Name: 'EndpointConfigName', Value: config },
    ],
    periodSeconds: 60,
    startMs: Math.ceil(fromMs / minuteMs) * minuteMs,
    endMs: Math.floor(toMs / minuteMs) * minuteMs,
  };
  if (wanted.endMs <= wanted.startMs) return { samples: 0, average: 0 };
  const total = (statistic: string) =>
    truth.emulator.services.cloudwatch.datapoints({ ...wanted, statistic }).reduce((sum, point) => sum + point.value, 0);
  const samples = total('SampleCount');
  return { samples, average: samples === 0 ? 0 : total('Sum') / samples };
}

/**
 * 3. No more traffic with a gate failed or unanswered, with an alarm in ALARM or one that was entered in this step, nor
 * without evidence where the delivery does not say so in words. Judged from CloudWatch's own data, a little more
 * leniently than any gate: what is found here no reading of the gates excuses.
 */
export const neverPromotesOnFailedGate = defineInvariant({
  name: 'never-promotes-on-failed-gate',
  watch(truth, violated) {
    const patienceMs = holdingUp.some((name) => (truth.plan.rates[name] ?? 0) > 0) ? signalMs.faulty : signalMs.whole;
    const watched = new Map<string, Watched>();
    /** Since when each alarm has been in ALARM. */
    const inAlarmSinceMs = new Map<string, number>();
    const of = (rollout: RolloutTruth) => {
      const known = watched.get(rollout.id) ?? { askedAtMs: truth.nowMs(), smokeAnswers: 0 };
      watched.set(rollout.id, known);
      return known;
    };

    function judge(rollout: RolloutTruth, known: Watched, what: string, needsEvidence: boolean): void {
      const { delivery, held } = rollout;
      if (!held) return;
      const about = [rollout.id, delivery.endpointName, `${held.canary}-errors`];
      const { provedAtMs, passedAtMs, askedAtMs } = known;
      if (provedAtMs === undefined || passedAtMs === undefined || passedAtMs < provedAtMs) {
        return violated(`${rollout.id} ${what} before its gates were asked about the share it has`, about);
      }
      const { gates = [], onInconclusive } = delivery.source;
      const evidenceMs = passedAtMs - lagMs;
      const waived = onInconclusive === 'promote';
      for (const gate of gates) {
        if (gate.type === 'metric-threshold' && gate.metric.name === 'Invocation5XXErrors') {
          const max = gate.max ?? 0;
          const canary = reading(truth, rollout, held.canary, gate.metric.name, provedAtMs, evidenceMs);
          if (canary.samples >= fewestSamples && canary.average > 3 * max) {
            const stable = held.stable === undefined ? undefined : reading(truth, rollout, held.stable, gate.metric.name, provedAtMs, evidenceMs);
            const shared = stable !== undefined && stable.samples >= fewestSamples && stable.average > max;
            if (!(waived && shared))
              violated(`${rollout.id} ${what} while ${(100 * canary.average).toFixed(1)} % of its canary's requests failed`, about);
          }
        }
        if (!needsEvidence || waived) continue;
        const needed = gate.type === 'traffic' ? (gate.minimumRequests ?? 1) : gate.type === 'metric-threshold' ? fewestSamples : 0;
        const seen = reading(truth, rollout, held.canary, 'Invocations', provedAtMs - minutesMs(2), truth.nowMs()).samples;
        if (seen < needed) violated(`${rollout.id} ${what} on ${seen} requests to its canary, ${gate.type} needs ${needed}`, about);
      }
      if (!delivery.alarmed) return;
      const alarmName = `${held.canary}-errors`;
      const sinceMs = inAlarmSinceMs.get(alarmName);
      if (sinceMs !== undefined && sinceMs < passedAtMs - minuteMs / 2) violated(`${rollout.id} ${what} while ${alarmName} was in ALARM`, about);
      const entered = truth.alarms.get(alarmName)?.enteredAtMs.find((atMs) => atMs > askedAtMs && atMs < passedAtMs - patienceMs);
      if (entered !== undefined) {
        violated(`${rollout.id} ${what} although ${alarmName} went ALARM at ${new Date(entered).toISOString()}, in this step`, about);
      }
    }

    const saidOf = (rollout: RolloutTruth, ...kinds: readonly string[]) =>
      truth.said.filter(({ rolloutId, kind }) => rolloutId === rollout.id && kinds.includes(kind));

    /** Nobody's question may be passed by, and no stop overheard. */
    function judgePeople(rollout: RolloutTruth, subject: 'rollout' | number, what: string): void {
      const about = [rollout.id, rollout.delivery.endpointName];
      const asks = subject === 'rollout' ? rollout.delivery.source.approval !== undefined : rollout.delivery.steps[subject]?.asksPerson === true;
      const expired = rollout.questions.some(
        (question) => question.for === subject && question.onExpiry === 'approve' && question.expiresAtMs <= truth.nowMs(),
      );
      if (asks && !expired && !saidOf(rollout, 'approve').some((answer) => answer.for === subject)) {
        violated(`${rollout.id} ${what}, and nobody has approved ${subject === 'rollout' ? 'the rollout' : `step ${subject + 1}`}`, about);
      }
      const stopped = saidOf(rollout, 'abort', 'reject').find(({ atMs }) => atMs < truth.nowMs() - hearingMs);
      if (stopped) violated(`${rollout.id} ${what} after somebody said ${stopped.kind} at ${new Date(stopped.atMs).toISOString()}`, about);
      const pausing = saidOf(rollout, 'pause', 'resume').at(-1);
      // A canary without traffic may still be made ready.
      if (subject !== 'rollout' && pausing?.kind === 'pause' && pausing.atMs < truth.nowMs() - hearingMs) {
        violated(`${rollout.id} ${what} while it is paused since ${new Date(pausing.atMs).toISOString()}`, about);
      }
    }

    /** The share a call asks for the canary, or undefined where it asks for none. */
    function wantedWeight(rollout: RolloutTruth, call: Call): number | undefined {
      const wanted = call.input['DesiredWeightsAndCapacities'];
      if (!Array.isArray(wanted)) return undefined;
      const entries = wanted as readonly { VariantName?: string; DesiredWeight?: number }[]; // As the API takes them.
      return entries.find(({ VariantName }) => VariantName === rollout.held?.canary)?.DesiredWeight;
    }

    return {
      onAlarm(name, state) {
        if (state === 'ALARM') inAlarmSinceMs.set(name, truth.nowMs());
        else inAlarmSinceMs.delete(name);
      },
      onCall(call) {
        if (call.operation === 'InvokeEndpoint') {
          const rollout = truth.behind(call)[0];
          if (rollout && call.input['TargetVariant'] === rollout.held?.canary) of(rollout).smokeAnswers++;
          return;
        }
        // Taking out what rests moves no traffic and asks nobody.
        if ((call.operation === 'UpdateEndpoint' || call.operation === 'CreateEndpoint') && !truth.isSweep(call)) {
          for (const rollout of truth.behind(call)) judgePeople(rollout, 'rollout', 'changes its endpoint');
        }
        if (call.operation !== 'UpdateEndpointWeightsAndCapacities') return;
        for (const rollout of truth.behind(call)) {
          const weight = wantedWeight(rollout, call);
          const now = truth.snapshot(rollout.delivery.endpointName)?.variants.find(({ name }) => name === rollout.held?.canary);
          if (weight === undefined || !now || !rollout.held || weight <= now.weight || alike(weight, now.weight)) continue;
          const known = of(rollout);
          const hurried = saidOf(rollout, 'promote').length > 0;
          if (now.weight > 0) judge(rollout, known, `goes up from ${now.weight} to ${weight}`, !hurried);
          const percent = (100 * weight) / rollout.held.stableWeight;
          judgePeople(
            rollout,
            rollout.delivery.steps.findIndex((step) => alike(step.canaryPercent, percent)),
            `goes up from ${now.weight} to ${weight}`,
          );
          const smokes = (rollout.delivery.source.gates ?? []).reduce((sum, gate) => sum + (gate.type === 'smoke' ? gate.requests.length : 0), 0);
          if (now.weight === 0 && known.smokeAnswers < smokes) {
            violated(`${rollout.id} shifts traffic to a canary that answered ${known.smokeAnswers} of ${smokes} smoke requests`, [
              rollout.id,
              rollout.delivery.endpointName,
            ]);
          }
          known.askedAtMs = truth.nowMs();
          delete known.provedAtMs;
          delete known.passedAtMs;
        }
      },
      onInvocationEnd(invocation) {
        const rollout = invocation.rolloutId === undefined ? undefined : truth.rollouts.get(invocation.rolloutId);
        const answer = invocation.output?.['answer'];
        if (!rollout) return;
        const known = of(rollout);
        const isFirst = rollout.held !== undefined && rollout.held.before === undefined;
        const proves = invocation.input['what'] === (isFirst ? 'canary' : 'shift');
        if (invocation.functionName === 'sluice-verify-endpoint' && proves && answer === 'done') {
          known.provedAtMs = truth.nowMs();
          // The share of a first variant was never asked for: it is watched from when it serves.
          if (isFirst) known.askedAtMs = truth.nowMs();
        }
        if (invocation.functionName === 'sluice-evaluate-gates' && (answer === 'passed' || answer === 'soaked')) {
          known.passedAtMs = invocation.startedAtMs;
        }
      },
      onEnded(rollout, outcome) {
        if (outcome !== 'Succeeded' || rollout.ended?.atMs !== truth.nowMs()) return;
        const known = of(rollout);
        // A first deployment has nothing to go back to, and a soak no step to come: evidence against them counts, its absence does not.
        judge(rollout, known, 'succeeded', false);
      },
    };
  },
});
