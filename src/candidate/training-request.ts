import type { Settings } from '../ports/ports.ts';
import type { TrainingRequest } from '../ports/training.ts';
import { Refused } from '../rollout/errors.ts';
import { tagsOf } from '../rollout/load.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { distributionHyperparameters } from './distribution.ts';
import { type ScriptRun, writeHyperparameters } from './hyperparameters.ts';
import { imageFor, inBucket } from './image-for.ts';
import type { TrainSpec } from './train-spec.ts';

/**
 * What SageMaker is asked to train a candidate.
 *
 * @param settings of the deployment: bucket, region, role
 * @throws Refused with the reason where the delivery asks for what can't be
 */
export function trainingRequestOf(rollout: Rollout, spec: DeliverySpec & { readonly train: TrainSpec }, settings: Settings): TrainingRequest {
  const { train } = spec;
  const fleet = train.instanceGroups
    ? { instanceGroups: train.instanceGroups }
    : { instanceType: train.instanceType ?? '', instanceCount: train.instanceCount };
  const place = (uri: string) => inBucket(uri, settings.bucket);
  return {
    jobName: rollout.id,
    imageUri: imageFor(rollout, spec, 'training', settings),
    executionRoleArn: train.roleArn ?? settings.modelRoleArn,
    hyperparameters: writeHyperparameters(train.hyperparameters, {
      ...(train.script && { script: scriptOf(rollout, train.script, settings) }),
      ...(train.distribution && { distribution: distributionHyperparameters(train.distribution, fleet) }),
    }),
    channels: Object.fromEntries(
      Object.entries(train.channels).map(([name, { contentType, instanceGroups, ...channel }]) => [
        name,
        { ...channel, uri: place(channel.uri), ...(contentType !== undefined && { contentType }), ...(instanceGroups && { instanceGroups }) },
      ]),
    ),
    environment: train.environment,
    outputUri: `s3://${settings.bucket}/training/${rollout.delivery}`,
    fleet,
    volumeGb: train.volumeGb,
    maxRuntimeSeconds: train.maxRuntime,
    ...(train.spot && { maxWaitSeconds: train.spot.maxWait }),
    // A prefix of the job's own: another job's checkpoints would be taken for its own.
    ...(train.checkpoints !== undefined && { checkpointsUri: `${place(train.checkpoints).replace(/\/?$/, '/')}${rollout.id}` }),
    retries: train.retries,
    ...(train.vpc && { vpc: train.vpc }),
    networkIsolation: train.networkIsolation,
    encryption: encryptionOf(train.encryption),
    metrics: train.metrics,
    tags: tagsOf(rollout),
  };
}

const encryptionOf = ({ traffic, volumeKey, outputKey }: TrainSpec['encryption']): TrainingRequest['encryption'] => ({
  traffic,
  ...(volumeKey !== undefined && { volumeKey }),
  ...(outputKey !== undefined && { outputKey }),
});

function scriptOf(
  rollout: Rollout,
  { source, ...script }: NonNullable<TrainSpec['script']>,
  { bucket, region }: Pick<Settings, 'bucket' | 'region'>,
): ScriptRun {
  const pushed = rollout.candidate.source;
  const archive = source ?? (pushed?.type === 's3' ? pushed.location : undefined);
  if (archive === undefined)
    throw new Refused('There is no script to train with: train.script names no source, and the rollout was not asked for with a bundle in S3');
  if (!archive.endsWith('.tar.gz')) throw new Refused(`The training toolkit unpacks a .tar.gz, and the source is "${archive}": put it there as one`);
  return { ...script, source: inBucket(archive, bucket), region, jobName: rollout.id };
}
