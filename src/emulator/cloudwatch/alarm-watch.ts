import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Kernel } from '../kernel.ts';
import type { AlarmRecord, CompositeAlarmRecord, MetricAlarmRecord } from './alarm.ts';
import type { AlarmBook, AlarmWatcher } from './alarm-book.ts';
import { reasonDataFor, reasonFor } from './alarm-reason.ts';
import { childrenOf, holds } from './alarm-rule.ts';
import { comparisons, evaluationRange, judge, type Verdict } from './alarm-verdict.ts';
import { type JsonValue, jsonText, longDate, timestampText } from './aws-text.ts';
import { answerQuery } from './metric-query.ts';
import type { MetricStore, Point } from './metric-store.ts';

/** Alarms of 10, 20 and 30 seconds are evaluated every 10 seconds, all others every minute. */
const intervalMs = ({ watch }: MetricAlarmRecord) => (watch.periodSeconds < 60 ? 10_000 : 60_000);

/**
 * Evaluates alarms on the emulator's clock: a metric alarm at its own moment of each minute, a composite alarm shortly after
 * one of its children changed. Without alarms there is no timer.
 */
export class AlarmWatch implements AlarmWatcher {
  readonly #kernel: Kernel;
  readonly #metrics: MetricStore;
  readonly #book: AlarmBook;

  constructor(kernel: Kernel, metrics: MetricStore, book: AlarmBook) {
    this.#kernel = kernel;
    this.#metrics = metrics;
    this.#book = book;
  }

  configured(alarm: AlarmRecord, isNew: boolean): void {
    if (alarm.kind === 'metric') this.#schedule(alarm);
    else this.#later(alarm, () => this.#evaluateComposite(alarm, `${alarm.arn} was ${isNew ? 'created and its' : 'updated and its new'} alarm rule`));
  }

  transitioned(alarm: AlarmRecord): void {
    const { state } = alarm;
    for (const parent of this.#book.parentsOf(alarm)) this.#later(parent, () => this.#evaluateComposite(parent, { child: alarm, state }));
  }

  deleted(alarm: AlarmRecord): void {
    if (alarm.kind === 'metric') alarm.timer?.cancel();
  }

  /** Arms the alarm's one timer for its next moment. */
  #schedule(alarm: MetricAlarmRecord): void {
    alarm.timer?.cancel();
    const every = intervalMs(alarm);
    const nowMs = this.#kernel.clock.now();
    const sinceMs = (((nowMs - alarm.phaseMs) % every) + every) % every;
    alarm.timer = this.#kernel.clock.after(every - sinceMs, `cloudwatch/alarm "${alarm.name}"`, () => {
      this.#evaluate(alarm);
      this.#schedule(alarm);
    });
  }

  /** CloudWatch takes a fraction of a second to see a composite alarm's child change. */
  #later(alarm: CompositeAlarmRecord, evaluate: () => void): void {
    const delayMs = this.#kernel.random.between('cloudwatch/composite-evaluation-ms', 100, 900);
    this.#kernel.clock.after(delayMs, `cloudwatch/composite alarm "${alarm.name}"`, () => {
      if (this.#book.get(alarm.name) === alarm) evaluate();
    });
  }

  /** The datapoints of the evaluation range, one entry a period, oldest first. */
  #points({ watch }: MetricAlarmRecord, endMs: number, nowMs: number): (Point | undefined)[] {
    const periodMs = watch.periodSeconds * 1_000;
    const range = evaluationRange(watch.evaluationPeriods);
    const startMs = endMs - range * periodMs;
    const [answer] = answerQuery(this.#metrics, watch.watched, watch.queries, { startMs, endMs, nowMs });
    const byTime = new Map(answer?.points.map((point) => [point.atMs, point]));
    return Array.from({ length: range }, (_, index) => byTime.get(startMs + index * periodMs));
  }

  #evaluate(alarm: MetricAlarmRecord): void {
    const nowMs = this.#kernel.clock.now();
    const every = intervalMs(alarm);
    // The window slides: it ends with the newest whole minute (or ten seconds), whatever the period.
    const endMs = Math.floor(nowMs / every) * every;
    const before = alarm.state.value;
    const points = this.#points(alarm, endMs, nowMs);
    const verdict = this.#verdict(alarm, points);
    if (verdict.state !== 'keep' && verdict.state !== before) {
      const reason = reasonFor(alarm, verdict, verdict.state);
      this.#book.setState(alarm, verdict.state, reason, reasonDataFor(alarm, verdict, verdict.state, nowMs, endMs));
    }
    this.#kernel.trace.write('alarm', {
      alarm: alarm.name,
      until: new Date(endMs).toISOString(),
      datapoints: points.map((point) => point?.value ?? null),
      before,
      after: alarm.state.value,
    });
  }

  #verdict({ watch }: MetricAlarmRecord, points: readonly (Point | undefined)[]): Verdict {
    const verdict = judge(points, { ...watch, breaches: (value) => comparisons[watch.comparison].holds(value, watch.threshold) });
    const { fewestSamples } = watch;
    if (fewestSamples !== undefined && verdict.judged.some(({ sampleCount }) => sampleCount < fewestSamples)) return { ...verdict, state: 'keep' };
    return verdict;
  }

  #evaluateComposite(alarm: CompositeAlarmRecord, cause: string | { child: AlarmRecord; state: AlarmRecord['state'] }): void {
    // AWS stops evaluating where composite alarms depend on each other in a circle.
    if (this.#isCircular(alarm)) return;
    const before = alarm.state.value;
    const after: StateValue = holds(alarm.rule, (child) => this.#book.get(child)?.state.value) ? 'ALARM' : 'OK';
    if (after !== before) {
      const fresh = typeof cause === 'string';
      const reason = fresh
        ? `${cause} evaluates to ${after}`
        : `${cause.child.arn} transitioned to ${cause.state.value} at ${longDate(cause.state.updatedAtMs)}`;
      const children = fresh
        ? [...new Set(childrenOf(alarm.rule))]
            .flatMap((name) => this.#book.get(name) ?? [])
            .sort((a, b) => b.state.updatedAtMs - a.state.updatedAtMs)
            .map(({ arn, state }) => ({ arn, state }))
        : [{ arn: cause.child.arn, state: cause.state }];
      const triggering: JsonValue = children.map(({ arn, state }) => ({
        arn,
        state: { value: state.value, timestamp: timestampText(state.updatedAtMs) },
      }));
      this.#book.setState(alarm, after, reason, jsonText({ triggeringAlarms: triggering }));
    }
    this.#kernel.trace.write('alarm', { alarm: alarm.name, rule: alarm.input.AlarmRule, before, after: alarm.state.value });
  }

  #isCircular(alarm: CompositeAlarmRecord): boolean {
    const seen = new Set<AlarmRecord>();
    const reaches = (from: AlarmRecord): boolean => {
      if (from.kind !== 'composite') return false;
      return childrenOf(from.rule).some((name) => {
        const child = this.#book.get(name);
        if (!child) return false;
        if (child === alarm) return true;
        if (seen.has(child)) return false;
        seen.add(child);
        return reaches(child);
      });
    };
    return reaches(alarm);
  }
}
