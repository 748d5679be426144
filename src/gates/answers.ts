import * as z from 'zod/mini';
import { Throttled, Unavailable } from '../rollout/errors.ts';
import { S3Uri } from '../rollout/names.ts';
import { failed, inconclusive, successful } from '../rollout/verdict.ts';
import { distanceBound, largestDistance } from '../statistics/two-sample.ts';
import { AnswerPath } from './answer-path.ts';
import { type Compared, compared } from './compared-answers.ts';
import { type BeforeTrafficPorts, common, defineGate, type GateContext } from './gate.ts';
import { JsonSchemaSpec } from './json-schema.ts';
import { chosen, ReplayedRequest, requestsFrom } from './replayed-requests.ts';

const Share = z.number().check(z.minimum(0), z.maximum(1));
const sources = ['requests', 'requestsFrom', 'captureFrom'] as const;

const Spec = z
  .strictObject({
    type: z.literal('answers'),
    ...common,
    requests: z.optional(z.array(ReplayedRequest).check(z.minLength(1), z.maxLength(200))),
    requestsFrom: z.optional(S3Uri),
    captureFrom: z.optional(S3Uri),
    most: z._default(z.int().check(z.minimum(1), z.maximum(1000)), 200),
    minimumAnswers: z.optional(z.int().check(z.minimum(1))),
    timeBudgetSeconds: z._default(z.int().check(z.minimum(5), z.maximum(180)), 120),
    path: z.optional(AnswerPath),
    tolerance: z._default(z.number().check(z.minimum(0)), 0),
    maxDisagreement: z.optional(Share),
    scorePath: z.optional(AnswerPath),
    maxMeanDrift: z.optional(z.number().check(z.minimum(0))),
    driftAlpha: z.optional(z.number().check(z.minimum(1e-6), z.maximum(0.5))),
    expectSchema: z.optional(JsonSchemaSpec),
    maxSchemaBreaks: z._default(Share, 0),
    maxErrors: z._default(Share, 0),
    keepPayloads: z._default(z.boolean(), false),
  })
  .check(
    z.refine((spec) => sources.filter((name) => spec[name] !== undefined).length === 1, {
      error: 'Expected exactly one of requests, requestsFrom and captureFrom',
      path: ['requests'],
    }),
  )
  .check(
    z.refine((spec) => (spec.minimumAnswers ?? 1) <= Math.min(spec.most, spec.requests?.length ?? spec.most), {
      error: 'Expected no more than there are requests: it would never have enough',
      path: ['minimumAnswers'],
    }),
  );
type Spec = z.output<typeof Spec>;

/** So many compared answers a limit means something with, where the spec names no number. */
const usualMinimum = 20;
const minimumOf = (spec: Spec): number => spec.minimumAnswers ?? Math.min(usualMinimum, spec.most, spec.requests?.length ?? usualMinimum);

const limitsScores = ({ maxMeanDrift, driftAlpha }: Spec): boolean => maxMeanDrift !== undefined || driftAlpha !== undefined;

interface Replayed {
  /** How many requests there were to choose from. */
  readonly found: number;
  readonly skippedLines: number;
  readonly chosen: number;
  readonly compared: readonly Compared[];
  /** Requests that AWS itself failed. */
  readonly unanswered: number;
  readonly outOfTime: boolean;
}

/** Asks both variants each request, one after the other, until the time is over. */
async function replay(spec: Spec, { clock, invocations, schemas, storedObjects }: BeforeTrafficPorts, context: GateContext): Promise<Replayed> {
  const { canary, stable, rolloutId } = context;
  const beganAtMs = clock.now();
  const nothing = { found: 0, skippedLines: 0, chosen: 0, compared: [], unanswered: 0, outOfTime: false };
  // Without a stable and a schema there is nothing to hold an answer to.
  if (!stable && !spec.expectSchema) return nothing;
  const { requests, skippedLines } = spec.requests
    ? { requests: spec.requests.map(({ accept, ...rest }) => ({ ...rest, ...(accept !== undefined && { accept }) })), skippedLines: 0 }
    : await requestsFrom(spec, rolloutId, storedObjects);
  const { expectSchema } = spec;
  const flawed = (value: unknown) => expectSchema !== undefined && schemas.flawsOf(expectSchema, value).length > 0;
  const taken = chosen(requests, spec.most, rolloutId);
  const pairs: Compared[] = [];
  let unanswered = 0;
  let outOfTime = false;
  for (const [index, request] of taken.entries()) {
    outOfTime = clock.now() - beganAtMs > spec.timeBudgetSeconds * 1000;
    if (outOfTime) break;
    try {
      const [before, now] = await Promise.all([
        stable && invocations.invoke(stable.endpointName, stable.variantName, request),
        invocations.invoke(canary.endpointName, canary.variantName, request),
      ]);
      pairs.push(compared({ index, request }, { stable: before, canary: now }, { ...spec, scored: limitsScores(spec) }, flawed));
    } catch (error) {
      // One request more or less: what fails for all leaves too few answers.
      if (!(error instanceof Throttled || error instanceof Unavailable)) throw error;
      unanswered++;
    }
  }
  return { found: requests.length, skippedLines, chosen: taken.length, compared: pairs, unanswered, outOfTime };
}

/** How many requests are named of each kind that counts against the canary. */
const named = 5;
const shown = (pairs: readonly Compared[]) =>
  pairs.slice(0, named).map(({ request, hash, canaryStatus, payloads }) => ({ request, hash, canaryStatus, ...(payloads && { payloads }) }));

/** The drift of scores; nothing where no answer has any. */
function driftOf(
  pairs: readonly Compared[],
  spec: Spec,
): { readonly scores?: number; readonly meanDrift?: number; readonly distance?: number; readonly distanceBound?: number } {
  const scores = pairs.flatMap((pair) => (pair.scores ? [pair.scores] : []));
  if (scores.length === 0) return {};
  return {
    scores: scores.length,
    meanDrift: scores.reduce((sum, [before, now]) => sum + Math.abs(now - before), 0) / scores.length,
    distance: largestDistance(
      scores.map(([before]) => before),
      scores.map(([, now]) => now),
    ),
    ...(spec.driftAlpha !== undefined && { distanceBound: distanceBound(scores.length, spec.driftAlpha) }),
  };
}

/**
 * Replays requests to stable and to the canary, which has no traffic yet, and compares what they answer.
 *
 * What a model is asked and answers stays out of the verdict: it holds counts, and hashes of requests, unless the spec
 * says that payloads may be kept.
 */
export const answers = defineGate({
  type: 'answers',
  spec: Spec,
  stage: () => 'before-traffic',
  measure: replay,
  judge(replayed, spec, { stable }) {
    const { compared: pairs, ...counts } = replayed;
    const comparable = pairs.filter(({ agreed }) => agreed !== undefined);
    const disagreeing = comparable.filter(({ agreed }) => agreed === false);
    // Errors and breaks count among the requests that stable answered; in a first deployment among all: an error is not what the schema says.
    const answered = pairs.filter(({ stableStatus }) => stableStatus === undefined || stableStatus === 200);
    const errors = answered.filter(({ canaryStatus }) => canaryStatus !== 200);
    const breaking = pairs.filter(({ breaks }) => breaks);
    const drift = driftOf(pairs, spec);
    const evidence = {
      ...counts,
      answered: answered.length,
      comparable: comparable.length,
      disagreeing: disagreeing.length,
      canaryErrors: errors.length,
      stableErrors: pairs.length - answered.length,
      schemaBreaks: breaking.length,
      ...drift,
    };
    const minimum = minimumOf(spec);
    if (!stable && !spec.expectSchema) return successful('no-baseline', evidence);
    if (answered.length < minimum) return inconclusive('too-few-answers', { ...evidence, minimum });
    const over = (part: readonly Compared[], whole: readonly Compared[], most: number) => part.length > most * whole.length;
    if (over(errors, answered, spec.maxErrors)) return failed('canary-errors', { ...evidence, maxErrors: spec.maxErrors, errors: shown(errors) });
    if (over(breaking, answered, spec.maxSchemaBreaks))
      return failed('schema-breaks', { ...evidence, maxSchemaBreaks: spec.maxSchemaBreaks, breaks: shown(breaking) });
    if (!stable) return successful('no-baseline', evidence);
    if (spec.maxDisagreement !== undefined) {
      if (comparable.length < minimum) return inconclusive('too-few-answers', { ...evidence, minimum });
      if (over(disagreeing, comparable, spec.maxDisagreement))
        return failed('answers-disagree', { ...evidence, maxDisagreement: spec.maxDisagreement, disagreements: shown(disagreeing) });
    }
    const { scores = 0, meanDrift = 0, distance = 0, distanceBound: bound = 1 } = drift;
    if (limitsScores(spec)) {
      if (scores < minimum) return inconclusive('too-few-scores', { ...evidence, minimum });
      if (meanDrift > (spec.maxMeanDrift ?? Number.POSITIVE_INFINITY))
        return failed('scores-drift', { ...evidence, maxMeanDrift: spec.maxMeanDrift });
      if (distance > bound) return failed('scores-differ', { ...evidence, driftAlpha: spec.driftAlpha });
    }
    return successful('answers-agree', evidence);
  },
});
