import * as z from 'zod/mini';
import { Duration } from '../rollout/duration.ts';
import { BadRequest } from '../rollout/errors.ts';
import { environmentOf, ImageUri, InstanceType, S3Uri, Text } from '../rollout/names.ts';
import { AcceptSpec } from './accept-spec.ts';
import { distributionHyperparameters } from './distribution.ts';
import { DistributionSpec } from './distribution-spec.ts';
import { writeHyperparameters } from './hyperparameters.ts';
import { HyperparameterValue, ScriptSpec } from './hyperparameters-spec.ts';
import { MetricSpec } from './metric-spec.ts';
import { nearest } from './nearest.ts';
import { PrebuiltSpec } from './prebuilt-spec.ts';
import { KmsKey, RoleArn, VpcSpec } from './runs-spec.ts';

const Count = z.int().check(z.minimum(1), z.maximum(100));
const GroupName = z.string().check(z.regex(/^[a-zA-Z0-9_-]{1,64}$/, 'Expected 1 to 64 letters, digits, hyphens and underscores'));

const Channel = z.strictObject({
  uri: S3Uri,
  contentType: z.optional(Text),
  /** `ShardedByS3Key`: each instance gets its part of the files. */
  distribution: z._default(z.enum(['FullyReplicated', 'ShardedByS3Key']), 'FullyReplicated'),
  inputMode: z._default(z.enum(['File', 'FastFile', 'Pipe']), 'File'),
  /** `gzip`: SageMaker unpacks each file; for Pipe alone. */
  compression: z._default(z.enum(['none', 'gzip']), 'none'),
  recordWrapper: z._default(z.enum(['none', 'recordIO']), 'none'),
  /** The groups of instances that get it; unset: all. */
  instanceGroups: z.optional(z.array(GroupName).check(z.minLength(1), z.maxLength(5))),
});

/** How a candidate is trained. */
export const TrainSpec = z
  .strictObject({
    /** Another image than the candidate's own. */
    image: z.optional(ImageUri),
    prebuilt: z.optional(PrebuiltSpec),
    script: z.optional(ScriptSpec),
    instanceType: z.optional(InstanceType),
    instanceCount: z._default(Count, 1),
    /** Instances of several types; in place of instanceType and instanceCount. */
    instanceGroups: z.optional(
      z.array(z.strictObject({ name: GroupName, instanceType: InstanceType, instanceCount: Count })).check(z.minLength(1), z.maxLength(5)),
    ),
    distribution: z.optional(DistributionSpec),
    volumeGb: z._default(z.int().check(z.minimum(1), z.maximum(16_384)), 30),
    maxRuntime: z._default(Duration.check(z.refine((seconds) => seconds >= 1 && seconds <= 2_419_200, 'Expected 28d or less')), 3600),
    /** Spare capacity, which AWS may take back: cheaper, and the job goes on from its checkpoints. */
    spot: z.optional(z.strictObject({ maxWait: Duration })),
    checkpoints: z.optional(S3Uri),
    /** How often SageMaker begins anew after an error of its own. */
    retries: z._default(z.int().check(z.minimum(0), z.maximum(30)), 0),
    channels: z.record(
      z.string().check(z.regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/, 'Expected 1 to 64 letters, digits, dots, underscores and hyphens, and no path')),
      Channel,
    ),
    hyperparameters: z._default(z.record(z.string(), HyperparameterValue), {}),
    environment: z._default(environmentOf(512), {}),
    metrics: z._default(z.array(MetricSpec).check(z.maxLength(40)), []),
    /** What the figures of a trained model must show before it is registered or served. */
    accept: z._default(z.array(AcceptSpec).check(z.maxLength(20)), []),
    vpc: z.optional(VpcSpec),
    networkIsolation: z._default(z.boolean(), false),
    encryption: z._default(
      z.strictObject({ volumeKey: z.optional(KmsKey), outputKey: z.optional(KmsKey), traffic: z._default(z.boolean(), false) }),
      {
        traffic: false,
      },
    ),
    roleArn: z.optional(RoleArn),
  })
  .check((context) => {
    const { instanceType, instanceGroups, spot, maxRuntime, image, prebuilt, channels, script } = context.value;
    const flaw = (path: PropertyKey[], message: string) => context.issues.push({ code: 'custom', path, message, input: context.value });
    if ((instanceType === undefined) === (instanceGroups === undefined)) flaw(['instanceType'], 'Expected either instanceType or instanceGroups');
    if (image !== undefined && prebuilt) flaw(['image'], 'Expected either image or prebuilt');
    if (spot && spot.maxWait < maxRuntime) flaw(['spot', 'maxWait'], 'Expected no less than maxRuntime: it counts waiting and running');
    if (Object.keys(channels).length > 20) flaw(['channels'], 'Expected 20 or fewer');
    if (prebuilt && !script) flaw(['script'], 'Expected a script: an image of AWS’s has no program of yours');
    const groups = instanceGroups?.map(({ name }) => name) ?? [];
    const twice = groups.findIndex((name, index) => groups.indexOf(name) !== index);
    if (twice >= 0) flaw(['instanceGroups', twice, 'name'], 'Expected each name once');
    const { hyperparameters, distribution, instanceCount } = context.value;
    const fleet = instanceGroups ? { instanceGroups } : { instanceType: instanceType ?? '', instanceCount };
    const launch = refusalOf(() => distribution && distributionHyperparameters(distribution, fleet));
    if (launch.refusal !== undefined) flaw(['distribution'], `Expected one this job can run: ${launch.refusal}`);
    // Where and under which name it runs is not known yet, and as short as this.
    const run = script && { ...script, source: script.source ?? 's3://bucket/sourcedir.tar.gz', region: 'us-east-1', jobName: 'job' };
    const { refusal } = refusalOf(() =>
      writeHyperparameters(hyperparameters, { ...(run && { script: run }), ...(launch.found && { distribution: launch.found }) }),
    );
    const { accept, metrics } = context.value;
    const reported = metrics.map(({ name }) => name);
    for (const [index, { metric }] of accept.entries()) {
      // AWS's own algorithms report figures of theirs, and an image that is named may be one of those.
      if (image !== undefined || prebuilt || reported.includes(metric)) continue;
      const near = nearest(metric, reported);
      flaw(
        ['accept', index, 'metric'],
        `Expected a name of train.metrics: an image of yours reports nothing else${near === undefined ? '' : `; nearest is "${near}"`}`,
      );
    }
    if (refusal !== undefined) flaw(['hyperparameters'], `Expected what SageMaker takes: ${refusal}`);
    for (const [name, channel] of Object.entries(channels)) {
      const unknown = channel.instanceGroups?.find((group) => !groups.includes(group));
      if (unknown !== undefined) flaw(['channels', name, 'instanceGroups'], `Expected names of train.instanceGroups; there is no "${unknown}"`);
      if (channel.compression === 'gzip' && channel.inputMode !== 'Pipe')
        flaw(['channels', name, 'compression'], 'Expected none: SageMaker unpacks files for inputMode Pipe alone');
    }
  });
export type TrainSpec = z.output<typeof TrainSpec>;

/** What a writer of the request refuses for good is refused where it is written. */
function refusalOf<T>(work: () => T): { readonly found?: T; readonly refusal?: string } {
  try {
    return { found: work() };
  } catch (error) {
    if (error instanceof BadRequest) return { refusal: error.message };
    throw error;
  }
}
