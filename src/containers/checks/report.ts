import type { Finding } from '../finding.ts';
import { type Check, type Judgement, judge, type NotChecked, type SeenAt, type Stage } from './check.ts';
import { byId } from './manifest.ts';
import { outOfReach } from './out-of-reach.ts';
import { checks } from './registry.ts';

/** What was seen at each stage, or why it was not looked at. */
export type Observations = { readonly [S in Stage]: SeenAt[S] | { readonly notSeen: string } };

/** Everything the checks say of one image. */
export interface Report {
  readonly findings: readonly Finding[];
  /** How many checks had nothing to complain of. */
  readonly passed: number;
  readonly notChecked: readonly NotChecked[];
}

const stages: readonly Stage[] = ['manifest', 'config', 'files', 'serving', 'training', 'archive'];

/**
 * Judges what was seen; what was not is listed with the reason.
 *
 * @param besides findings of no check: what is wrong with the folder itself
 */
export function report(seen: Observations, besides: readonly Finding[] = []): Report {
  const judgements = stages.map((stage) => judgeStage(stage, seen));
  return {
    findings: [...besides, ...byId([...judgements.flatMap(({ findings }) => findings), ...failedTraining(seen.training)])],
    passed: judgements.reduce((sum, { passed }) => sum + passed, 0),
    notChecked: [...judgements.flatMap(({ notChecked }) => notChecked), ...outOfReach].sort((a, b) =>
      a.id.localeCompare(b.id, 'en', { numeric: true }),
    ),
  };
}

function judgeStage(stage: Stage, seen: Observations): Judgement {
  // A stage's own checks see that stage's own observations; the type of both loses which it is.
  const ofStage = checks[stage] as readonly Check<Stage>[];
  const observed = seen[stage];
  if (!('notSeen' in observed)) return judge(ofStage, observed);
  const { notSeen } = observed;
  return { findings: [], passed: 0, notChecked: ofStage.map(({ id, title }) => ({ id, title, because: notSeen })) };
}

/** A training that fails on data and settings it should know is told even where no check knows why. */
function failedTraining(seen: Observations['training']): readonly Finding[] {
  if ('notSeen' in seen || seen.plain.exitCode === 0 || seen.plain.overtime) return [];
  const { plain } = seen;
  return [
    {
      level: 'warning',
      where: seen.where,
      what: `the first run ended with ${plain.signal ?? `exit code ${plain.exitCode ?? ''}`}${plain.failure === undefined ? '' : `: "${plain.failure.slice(0, 200)}"`}`,
      fix: 'give it data and settings it knows, with --train-channel and --hyperparameter',
      evidence: plain.log.slice(-5),
    },
  ];
}
