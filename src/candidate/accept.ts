import type { AcceptSpec } from './accept-spec.ts';

type Figures = Readonly<Record<string, number>>;

/** One figure of a trained model, against one rule. */
export interface Acceptance {
  readonly metric: string;
  readonly accepted: boolean;
  /** `below-minimum`, for one. */
  readonly reason: 'as-wanted' | 'missing' | 'not-reported' | 'below-minimum' | 'above-maximum' | 'no-champion' | 'worse-than-champion';
  /** The same in a sentence, with the numbers. */
  readonly text: string;
}

/** SageMaker keeps figures in 32 bits: what was reported as 0.9 comes back as 0.8999999761581421, and is no less than a bound of 0.9. */
const isBelow = (one: number, other: number): boolean => Math.fround(one) < Math.fround(other);
/** What two such roundings and their difference may miss by, relative to the larger figure. */
const floatError = 2 ** -22;

/**
 * Whether a trained model's final figures are good enough to be registered and served.
 *
 * @param figures what the training job reported last, by name
 * @param champion what the model that serves had reported; undefined while nothing serves
 * @returns one answer a rule, in the rules' order
 */
export const acceptancesOf = (rules: readonly AcceptSpec[], figures: Figures, champion: Figures | undefined): readonly Acceptance[] =>
  rules.map((rule) => acceptanceOf(rule, figures[rule.metric], champion?.[rule.metric]));

function acceptanceOf(rule: AcceptSpec, value: number | undefined, before: number | undefined): Acceptance {
  const { metric, min, max, champion, required } = rule;
  const answer = (accepted: boolean, reason: Acceptance['reason'], text: string) => ({ metric, accepted, reason, text });
  // What is no number was not measured.
  if (value === undefined || !Number.isFinite(value))
    return required
      ? answer(false, 'missing', `${metric} was not reported; train.metrics says how it is read from the log`)
      : answer(true, 'not-reported', `${metric} was not reported, and need not be`);
  if (min !== undefined && isBelow(value, min)) return answer(false, 'below-minimum', `${metric} is ${value}, wanted at least ${min}`);
  if (max !== undefined && isBelow(max, value)) return answer(false, 'above-maximum', `${metric} is ${value}, wanted at most ${max}`);
  if (!champion) return answer(true, 'as-wanted', `${metric} is ${value}`);
  if (before === undefined || !Number.isFinite(before))
    return champion.required
      ? answer(false, 'no-champion', `${metric} is ${value}, and what serves has none to compare with`)
      : answer(true, 'no-champion', `${metric} is ${value}; what serves has none to compare with`);
  const gain = champion.better === 'higher' ? value - before : before - value;
  // Differences of decimal fractions miss by a rounding: 0.9 - 0.88 is not quite 0.02. Without a margin nothing is rounded.
  const rounding = champion.margin === 0 ? 0 : floatError * Math.max(Math.abs(value), Math.abs(before), Math.abs(champion.margin));
  const enough = gain >= champion.margin - rounding;
  const wanted = champion.margin === 0 ? 'no worse' : champion.margin > 0 ? `better by ${champion.margin}` : `worse by at most ${-champion.margin}`;
  return answer(
    enough,
    enough ? 'as-wanted' : 'worse-than-champion',
    `${metric} is ${value}, what serves has ${before}, ${champion.better} is better, wanted ${wanted}`,
  );
}
