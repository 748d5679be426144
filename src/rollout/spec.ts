import * as z from 'zod/mini';
import { GateSpec } from '../gates/registry.ts';
import { StrategySpec, strategyOf } from '../strategies/registry.ts';
import { TriggerSpec } from '../triggers/registry.ts';
import { ApprovalSpec } from './approval-spec.ts';
import { Duration, toDuration } from './duration.ts';
import { shortestBakeSeconds } from './window.ts';

const Name = z.string().check(z.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'Expected letters, digits and inner hyphens'));
/** Short enough that `<delivery>-<digest12>-<attempt>` and `<delivery>-a` stay within SageMaker's 63 characters. */
const DeliveryName = Name.check(z.minLength(1), z.maxLength(40));
const EndpointName = Name.check(z.minLength(1), z.maxLength(63));
const InstanceType = z.string().check(z.regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'Expected a SageMaker instance type, such as ml.m5.large'));
const Text = z.string().check(z.minLength(1), z.maxLength(1024));
const Environment = z.record(
  z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Expected letters, digits and underscores, no digit first')),
  z.string().check(z.maxLength(1024)),
);
/** Numbers and booleans are written as their text: SageMaker takes strings only. */
const Hyperparameter = z.pipe(
  z.union([z.string(), z.number(), z.boolean()], { error: 'Expected text, a number, true or false' }),
  z.transform((value) => String(value)),
);
/** `{bucket}` is the service's own model bucket. */
const S3Uri = z.string().check(z.regex(/^s3:\/\/[^/]+\/.*/, 'Expected s3://bucket/prefix'));

const Train = z.strictObject({
  instanceType: InstanceType,
  instanceCount: z._default(z.int().check(z.minimum(1), z.maximum(100)), 1),
  volumeGb: z._default(z.int().check(z.minimum(1), z.maximum(16_384)), 30),
  maxRuntime: z._default(Duration, 3600),
  channels: z.record(
    z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/, 'Expected 1 to 64 letters, digits, dots, underscores and hyphens')),
    z.strictObject({ uri: S3Uri, contentType: z.optional(Text) }),
  ),
  hyperparameters: z._default(z.record(z.string().check(z.maxLength(256)), Hyperparameter), {}),
  environment: z._default(Environment, {}),
  metrics: z._default(z.array(z.strictObject({ name: Text, regex: Text })).check(z.maxLength(40)), []),
});

const Smoke = z.strictObject({
  contentType: Text,
  accept: z.optional(Text),
  body: z.string().check(z.minLength(1)),
  /** HTTP status the canary must answer with. */
  expectStatus: z._default(z.int().check(z.minimum(200), z.maximum(599)), 200),
  /** A text the answer must contain. */
  expectText: z.optional(z.string()),
});

const Serve = z.strictObject({
  endpoint: EndpointName,
  /** Which variant of an endpoint made by somebody else this delivery replaces; needed only where it has several. */
  stableVariant: z.optional(EndpointName),
  instanceType: InstanceType,
  instanceCount: z._default(z.int().check(z.minimum(1), z.maximum(1000)), 1),
  environment: z._default(Environment, {}),
  /** How long a container may take to answer /ping, 60 s to 1 h. */
  startupTimeout: z.optional(Duration.check(z.refine((seconds) => seconds >= 60 && seconds <= 3600, 'Expected 1m to 1h'))),
  smoke: z._default(z.array(Smoke).check(z.maxLength(20)), []),
});

/** How one model reaches one endpoint: what a person writes in delivery.yaml. */
export const DeliverySpec = z
  .strictObject({
    name: DeliveryName,
    triggers: z.array(TriggerSpec).check(z.minLength(1), z.maxLength(20)),
    /** Unset: the image holds the model, nothing is trained. */
    train: z.optional(Train),
    serve: Serve,
    /** What a new image does while another rollout of this delivery is under way. */
    concurrency: z._default(z.enum(['reject', 'queue', 'supersede']), 'reject'),
    /** A person must agree before the endpoint is touched at all. Unset: nobody is asked. */
    approval: z.optional(ApprovalSpec),
    strategy: StrategySpec,
    gates: z._default(z.array(GateSpec), []),
    /** How long past its bake a step may wait for evidence. */
    evidenceDeadline: z._default(Duration, 1800),
    /** What follows when the deadline passes without evidence. */
    onInconclusive: z._default(z.enum(['rollback', 'hold', 'promote']), 'rollback'),
    /** Watched time after promotion in which undo is one weight call. */
    soak: z._default(Duration, 600),
    /** How long the variant that lost its traffic rests at 0 % before it is removed, where no rollout replaces it first. */
    retire: z._default(z.strictObject({ after: z._default(Duration.check(z.refine((seconds) => seconds >= 300, 'Expected at least 5m')), 86_400) }), {
      after: 86_400,
    }),
  })
  .check((context) => {
    const { strategy } = context.value;
    for (const [index, step] of strategyOf(strategy).plan(strategy).entries()) {
      if (step.bakeSeconds >= shortestBakeSeconds) continue;
      // The step at 100 percent that follows by itself has the last one's bake, which was named just before.
      if (strategy.type === 'canary' && index >= strategy.steps.length) continue;
      context.issues.push({
        code: 'custom',
        path: strategy.type === 'canary' ? ['strategy', 'steps', index, 'bake'] : ['strategy', 'bake'],
        message: `Expected at least ${toDuration(shortestBakeSeconds)}: two metric periods and the time their datapoints need to arrive`,
        input: context.value,
      });
    }
  });
export type DeliverySpec = z.output<typeof DeliverySpec>;
/** As written, before defaults and durations are worked out: what a revision keeps. */
export type DeliverySource = z.input<typeof DeliverySpec>;
