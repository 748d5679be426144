import type { RolloutView } from '../../view/rollout-view.ts';

/** How long a canary's way from no traffic to all of it took, emulator seconds. */
export interface Ramp {
  /** From the decision to shift for the first time to the proof that it has all of the traffic, without what people took. */
  readonly seconds: number;
  /**
   * The strategy's part of it: its bakes, and a minute for each of its shifts. How long a shift takes beyond that is the machine's: on a clock
   * 60 times as fast a second of computing is a minute.
   */
  readonly pacedSeconds: number;
  /** What people took to answer in between, from question to answer. */
  readonly awaitedSeconds: number;
}

/** An endpoint is `Updating` for most of it. */
const shiftSeconds = 60;

/** A rollout's ramp, from its record; undefined where its canary never had all of the traffic, or had it from the start. */
export function rampOf({ stable, steps, entries }: RolloutView): Ramp | undefined {
  const whole = steps.findIndex(({ canaryPercent }) => canaryPercent === 100);
  const allAt = steps[whole]?.verifiedAt;
  const first = entries.find(({ kind }) => kind === 'shift-decided');
  if (stable === undefined || allAt === undefined || !first) return undefined;
  const questions = entries.filter(({ kind, seq, at }) => kind === 'approval-asked' && seq > first.seq && at < allAt);
  const awaitedMs = questions.reduce((sum, question) => {
    const answer = entries.find(({ kind, seq }) => kind === 'act-heard' && seq > question.seq);
    return sum + (answer ? between(question.at, answer.at) : 0);
  }, 0);
  const bakedMs = steps
    .slice(0, whole)
    .reduce((sum, { verifiedAt, passedAt }) => sum + (verifiedAt !== undefined && passedAt !== undefined ? between(verifiedAt, passedAt) : 0), 0);
  return {
    seconds: Math.round((between(first.at, allAt) - awaitedMs) / 1000),
    pacedSeconds: Math.round(bakedMs / 1000) + (whole + 1) * shiftSeconds,
    awaitedSeconds: Math.round(awaitedMs / 1000),
  };
}

const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);
