import * as z from 'zod/mini';
import { BuildSpec, ImageSpec, RegisterSpec } from '../candidate/candidate-spec.ts';
import { PrebuiltSpec } from '../candidate/prebuilt-spec.ts';
import { RoleArn, VpcSpec } from '../candidate/runs-spec.ts';
import { TrainSpec } from '../candidate/train-spec.ts';
import { OnInconclusive } from '../gates/gate.ts';
import { GateSpec, gates, stageOf, weighs } from '../gates/registry.ts';
import { StrategySpec, strategyOf } from '../strategies/registry.ts';
import { TriggerSpec } from '../triggers/registry.ts';
import { ApprovalSpec } from './approval-spec.ts';
import { Duration, toDuration } from './duration.ts';
import { defaultPeriodSeconds } from './metric-period.ts';
import { Environment, ImageUri, InstanceType, S3Uri } from './names.ts';
import { shortestBakeSecondsOf } from './window.ts';

const Name = z.string().check(z.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'Expected letters, digits and inner hyphens'));
/** Short enough that `<delivery>-<digest12>-<attempt>` and `<delivery>-a` stay within SageMaker's 63 characters. */
const DeliveryName = Name.check(z.minLength(1), z.maxLength(40));
const EndpointName = Name.check(z.minLength(1), z.maxLength(63));
const Containers = z
  .array(z.strictObject({ image: ImageUri, modelData: z.optional(S3Uri), environment: z._default(Environment, {}) }))
  .check(z.maxLength(14));

/** What all of them remember and answer is one row of the table. */
const mostGates = 20;

const Serve = z.strictObject({
  endpoint: EndpointName,
  /** Which variant of an endpoint made by somebody else this delivery replaces; needed only where it has several. */
  stableVariant: z.optional(EndpointName),
  instanceType: InstanceType,
  instanceCount: z._default(z.int().check(z.minimum(1), z.maximum(1000)), 1),
  /** Another image than the candidate's own. */
  image: z.optional(ImageUri),
  prebuilt: z.optional(PrebuiltSpec),
  /** The model, where nothing is trained: a `.tar.gz`, or a prefix that ends with `/`. */
  modelData: z.optional(S3Uri),
  environment: z._default(Environment, {}),
  /** Containers before and after the candidate's own: what one answers the next is asked. */
  pipeline: z._default(z.strictObject({ before: z._default(Containers, []), after: z._default(Containers, []) }), { before: [], after: [] }),
  vpc: z.optional(VpcSpec),
  networkIsolation: z._default(z.boolean(), false),
  roleArn: z.optional(RoleArn),
  /** How often the endpoint's metrics are published while a canary is there, seconds once parsed. Unset: as the endpoint has it. */
  metricPeriod: z.optional(
    z.pipe(
      z.enum(['10s', '60s']),
      z.transform((text) => (text === '10s' ? 10 : 60)),
    ),
  ),
  /** How long a container may take to answer /ping, 60 s to 1 h. */
  startupTimeout: z.optional(Duration.check(z.refine((seconds) => seconds >= 60 && seconds <= 3600, 'Expected 1m to 1h'))),
});

interface Made {
  readonly triggers: readonly TriggerSpec[];
  readonly build?: BuildSpec | undefined;
  readonly train?: TrainSpec | undefined;
  readonly serve: z.output<typeof Serve>;
}

/** What the sections before `serve` must agree on: from each trigger there has to be a way to an image, and to something to train. */
function flawsOfCandidate({ triggers, build, train, serve }: Made): { path: PropertyKey[]; message: string }[] {
  const flaws: { path: PropertyKey[]; message: string }[] = [];
  const needsSource = train?.script && train.script.source === undefined;
  const named = (section: { image?: string | undefined; prebuilt?: unknown }) => section.image !== undefined || section.prebuilt !== undefined;
  const usesOwn = !named(serve) || (train !== undefined && !named(train));
  for (const [index, trigger] of triggers.entries()) {
    const { type } = trigger;
    const path = ['triggers', index, 'type'];
    if (build && trigger.type === 'bundle-uploaded' && trigger.key.endsWith('.tar.gz'))
      flaws.push({ path: ['triggers', index, 'key'], message: 'Expected a key that ends in .zip: CodeBuild, which builds it, unpacks nothing else' });
    const brings =
      type === 'source-pushed' || type === 'bundle-uploaded' || type === 'source-announced'
        ? 'source'
        : type.startsWith('image-')
          ? 'image'
          : 'other';
    if (brings === 'source' && !build && !needsSource)
      flaws.push({ path, message: `Expected a build, or train.script without a source: else there is nothing to do with what ${type} brings` });
    if (brings === 'source' && !build && needsSource) {
      if (!named(train))
        flaws.push({ path: ['train', 'image'], message: `Expected image or prebuilt: ${type} brings a script, and nothing builds an image` });
      if (!named(serve))
        flaws.push({ path: ['serve', 'image'], message: `Expected image or prebuilt: ${type} brings a script, and nothing builds an image` });
    }
    if (type === 'source-pushed' && needsSource)
      flaws.push({ path, message: 'Expected train.script.source: source-pushed brings a commit, and the training toolkit reads from S3 alone' });
    else if (brings === 'source' && build && needsSource)
      flaws.push({ path, message: `Expected train.script.source: the build needs what ${type} brings as a .zip, the script as a .tar.gz` });
    if (brings === 'image' && needsSource)
      flaws.push({ path, message: `Expected train.script.source: ${type} brings an image, and no script to run` });
    if (brings === 'image' && !usesOwn)
      flaws.push({ path, message: `Expected train or serve without image and prebuilt: else the image that ${type} brings is not used` });
    if ((type === 'schedule' || type === 'drift-found') && !train)
      flaws.push({ path, message: `Expected train: ${type} trains anew, and there is nothing to train` });
  }
  if (build && !usesOwn)
    flaws.push({ path: ['build'], message: 'Expected train or serve without image and prebuilt: else the image that is built is not used' });
  if (serve.image !== undefined && serve.prebuilt) flaws.push({ path: ['serve', 'image'], message: 'Expected either image or prebuilt' });
  if (train && serve.modelData !== undefined)
    flaws.push({ path: ['serve', 'modelData'], message: 'Expected none: the model is the one that was trained' });
  return flaws;
}

/** What a strategy that goes by the evidence would not heed: it has a deadline of its own, and `ab` says itself what follows. */
const flawsOfPatience = ({ type }: StrategySpec, specs: readonly GateSpec[]): { path: PropertyKey[]; message: string }[] =>
  specs.flatMap((gate, index) => {
    if (stageOf(gate) !== 'baking') return [];
    const unheeded = type === 'ab' ? (['evidenceDeadline', 'onInconclusive'] as const) : (['evidenceDeadline'] as const);
    const instead = type === 'ab' ? 'strategy.for and strategy.otherwise decide' : 'strategy.deadline says how long evidence is waited for';
    return unheeded
      .filter((field) => gate[field] !== undefined)
      .map((field) => ({ path: ['gates', index, field], message: `Expected none under ${type}: ${instead}` }));
  });

const shortestText = 'two metric periods and the time their datapoints need to arrive';

/** What ends before any gate can have seen anything. */
function flawsOfTime(strategy: StrategySpec, shortestSeconds: number): { path: PropertyKey[]; message: string }[] {
  const [field, seconds] =
    strategy.type === 'ab' ? ['for', strategy.for] : strategy.type === 'adaptive' ? ['deadline', strategy.deadline] : [undefined, undefined];
  return field === undefined || seconds >= shortestSeconds
    ? []
    : [{ path: ['strategy', field], message: `Expected at least ${toDuration(shortestSeconds)}: ${shortestText}` }];
}

/** Gates that would never know anything: they compare, and a first step of 100 % leaves nobody to compare with. */
const flawsOfComparing = (firstPercent: number, specs: readonly GateSpec[]): { path: PropertyKey[]; message: string }[] =>
  firstPercent < 100
    ? []
    : specs.flatMap((gate, index) =>
        weighs(gate) && !(gate.type === 'error-rate' && gate.ceiling !== undefined)
          ? [
              {
                path: ['gates', index, 'type'],
                message: `Expected a gate that holds to a fixed bound${gate.type === 'error-rate' ? ', or a ceiling' : ''}: ${gate.type} compares with stable, which serves nothing where the first step is 100 %`,
              },
            ]
          : [],
      );

/** How one model reaches one endpoint: what a person writes in delivery.yaml. */
export const DeliverySpec = z
  .strictObject({
    name: DeliveryName,
    triggers: z.array(TriggerSpec).check(z.minLength(1), z.maxLength(20)),
    /** Unset: nothing is built; images are pushed by somebody else. */
    build: z.optional(BuildSpec),
    image: z._default(ImageSpec, {}),
    /** Unset: the image holds the model, nothing is trained. */
    train: z.optional(TrainSpec),
    /** Unset: nothing is registered. */
    register: z.optional(RegisterSpec),
    serve: Serve,
    /** What a new image does while another rollout of this delivery is under way. */
    concurrency: z._default(z.enum(['reject', 'queue', 'supersede']), 'reject'),
    /** A person must agree before the endpoint is touched at all. Unset: nobody is asked. */
    approval: z.optional(ApprovalSpec),
    strategy: StrategySpec,
    gates: z._default(z.array(GateSpec).check(z.maxLength(mostGates)), []),
    /** How long past its bake a step may wait for evidence. */
    evidenceDeadline: z._default(Duration, 1800),
    /** What follows when the deadline passes without evidence. */
    onInconclusive: z._default(OnInconclusive, 'rollback'),
    /** Watched time after promotion in which undo is one weight call. */
    soak: z._default(Duration, 600),
    /** How long the variant that lost its traffic rests at 0 % before it is removed, where no rollout replaces it first. */
    retire: z._default(z.strictObject({ after: z._default(Duration.check(z.refine((seconds) => seconds >= 300, 'Expected at least 5m')), 86_400) }), {
      after: 86_400,
    }),
  })
  .check(({ issues, value }) => {
    for (const { path, message } of flawsOfCandidate(value)) issues.push({ code: 'custom', path, message, input: value });
  })
  .check(({ issues, value }) => {
    const names = value.gates.flatMap((gate) => (gate.type === 'alarm' ? gate.create.map(({ name }) => name) : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      issues.push({ code: 'custom', path: ['gates'], message: `Expected another name for each alarm: "${twice}" is made twice`, input: value });
  })
  .check((context) => {
    const { strategy } = context.value;
    const shortestBakeSeconds = shortestBakeSecondsOf(context.value.serve.metricPeriod ?? defaultPeriodSeconds);
    if (strategyOf(strategy).judge) {
      // It waits for the evidence by itself, so there has to be some.
      if (!context.value.gates.some(weighs))
        context.issues.push({
          code: 'custom',
          path: ['strategy', 'type'],
          message: `Expected a gate that weighs evidence (${gates.flatMap(({ type, ...gate }) => ('evidenceShare' in gate ? [type] : [])).join(', ')}): ${strategy.type} goes by what it proves`,
          input: context.value,
        });
      for (const { path, message } of [...flawsOfPatience(strategy, context.value.gates), ...flawsOfTime(strategy, shortestBakeSeconds)])
        context.issues.push({ code: 'custom', path, message, input: context.value });
      return;
    }
    for (const { path, message } of flawsOfComparing(strategyOf(strategy).plan(strategy)[0]?.canaryPercent ?? 0, context.value.gates))
      context.issues.push({ code: 'custom', path, message, input: context.value });
    for (const [index, step] of strategyOf(strategy).plan(strategy).entries()) {
      if (step.bakeSeconds >= shortestBakeSeconds) continue;
      // The step at 100 percent that follows by itself has the last one's bake, which was named just before.
      if (strategy.type === 'canary' && index >= strategy.steps.length) continue;
      context.issues.push({
        code: 'custom',
        path: strategy.type === 'canary' ? ['strategy', 'steps', index, 'bake'] : ['strategy', 'bake'],
        message: `Expected at least ${toDuration(shortestBakeSeconds)}: ${shortestText}`,
        input: context.value,
      });
    }
  });
export type DeliverySpec = z.output<typeof DeliverySpec>;
/** As written, before defaults and durations are worked out: what a revision keeps. */
export type DeliverySource = z.input<typeof DeliverySpec>;
